insert into endpoints (
    id, account, form, url, base, note, wants, every_job, enabled, why_off, sealed, former,
    former_until, failures, rests, open_until, failing_since, created_at
) values (
    401, 1, 'standard', 'https://example.com/hook', 'http://kinora.test', '', '["job.completed"]', 1,
    1, '', x'01', null, null, 0, 0, null, null, 1763640000000000
);
insert into named_endpoints (job, endpoint, base) values (201, 401, 'http://kinora.test');
insert into deliveries (
    fact, endpoint, job, kind, state, base, happened_at, begun_at, due_at
) values (1, 401, 201, 'job.completed', 'waiting', '', 1763640000000000, 1763640000000000, 1763640000000000);
insert into tries (delivery, at, status, millis, error, answer) values (1, 1763640000000000, 500, 3, 'x', '');
