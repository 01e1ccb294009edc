insert into voices (id, account, name, sound, created_at) values (401, 1, 'Ada', 102, 1763640000000000);
