-- name: add_account
insert into accounts (id, name, plan, max_jobs, created_at)
values (:id, :name, :plan, :max_jobs, :created_at);

-- name: get_account
select id, name, plan, max_jobs, active, monthly, package, created_at
from accounts where id = :id;

-- name: list_accounts
select id, name, plan, max_jobs, active, monthly, package, created_at
from accounts order by id;

-- name: change_account
update accounts set name = :name, plan = :plan, max_jobs = :max_jobs where id = :id;

-- name: take_place
update accounts set active = active + 1 where id = :id and active < max_jobs;

-- name: free_place
update accounts set active = active - 1 where id = :id;

-- name: add_key
insert into keys (id, account, name, prefix, digest, created_at)
values (:id, :account, :name, :prefix, :digest, :created_at);

-- name: key_owner
select a.id, a.name, a.plan, a.max_jobs, a.active, a.monthly, a.package, a.created_at
from keys k join accounts a on a.id = k.account
where k.digest = :digest and k.revoked_at is null;

-- name: list_keys
select id, account, name, prefix, created_at, revoked_at
from keys where :account is null or account = :account order by id;

-- name: revoke_key
update keys set revoked_at = :at where id = :id and revoked_at is null;
