-- name: find_answer
select digest, job from answers where account = :account and scope = :scope and key = :key;

-- name: add_answer
insert into answers (account, scope, key, digest, job, at)
values (:account, :scope, :key, :digest, :job, :at)
on conflict (account, scope, key) do update
set digest = excluded.digest, job = excluded.job, at = excluded.at;

-- name: forget_answers
delete from answers where at < :before;

-- name: add_fact
insert into facts (kind, account, job, at) values (:kind, :account, :job, :at);

-- name: untold_facts
select id, kind, account, job, at from facts where told_at is null order by id limit :at_most;

-- name: tell_fact
update facts set told_at = :at where id = :id and told_at is null;
