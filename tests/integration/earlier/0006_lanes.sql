insert into lanes (account, email, max_jobs, created_at) values (1, 'ada@kinora.local', 3, 1763640000000000);
insert into tracks (job, email, reply_ref) values (202, 'ada@kinora.local', 'r');
insert into callbacks (job, url, base, due_at) values (202, 'https://example.org/', 'http://a', 1763640000000000);
