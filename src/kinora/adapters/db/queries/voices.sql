-- name: add_voice
insert into voices (id, account, name, sound, created_at)
values (:id, :account, :name, :sound, :created_at);

-- name: get_voice
select * from voices where id = :id;

-- name: voices_of
select * from voices where account = :account order by id;

-- name: drop_voice
delete from voices where id = :id and account = :account;
