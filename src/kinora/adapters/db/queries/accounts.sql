-- name: add_account
insert into accounts (id, name, plan, max_jobs, weight, rank, created_at)
values (:id, :name, :plan, :max_jobs, :weight, :rank, :created_at);

-- name: get_account
select id, name, plan, max_jobs, active, monthly, package, created_at, allowance, renews_from,
    renews_at, weight, rank, null as key
from accounts where id = :id;

-- name: list_accounts
select id, name, plan, max_jobs, active, monthly, package, created_at, allowance, renews_from,
    renews_at, weight, rank, null as key
from accounts order by id;

-- name: change_account
update accounts set name = :name, plan = :plan, max_jobs = :max_jobs where id = :id;

-- name: subscribe
update accounts set plan = :plan, max_jobs = :max_jobs, allowance = :allowance,
    renews_from = :renews_from, renews_at = :renews_at
where id = :id;

-- name: to_renew
select id, name, plan, max_jobs, active, monthly, package, created_at, allowance, renews_from,
    renews_at, weight, rank, null as key
from accounts where renews_at <= :at order by renews_at limit :at_most;

-- name: renewed
update accounts set renews_at = :renews_at where id = :id and renews_at = :due;

-- name: get_reply_url
select reply_url from accounts where id = :id;

-- name: set_reply_url
update accounts set reply_url = :url where id = :id;
-- name: rank_account
update accounts set weight = :weight, rank = :rank where id = :id;

-- name: take_place
update accounts set active = active + 1 where id = :id and active < max_jobs;

-- name: give_place_up
update jobs set placed = 0 where id = :job and placed = 1;

-- name: free_place
update accounts set active = active - 1 where id = :id;

-- name: add_key
insert into keys (id, account, name, prefix, digest, scopes, expires_at, created_at)
values (:id, :account, :name, :prefix, :digest, :scopes, :expires_at, :created_at);

-- name: keys_like
select k.id as key, k.digest, k.scopes, k.used_at,
    a.id, a.name, a.plan, a.max_jobs, a.active, a.monthly, a.package, a.created_at,
    a.allowance, a.renews_from, a.renews_at, a.weight, a.rank
from keys k join accounts a on a.id = k.account
where k.lookup = :lookup and k.revoked_at is null
and (k.expires_at is null or k.expires_at > :at);

-- name: digests_like
select digest from keys where lookup = :lookup;

-- name: list_keys
select id, account, name, prefix, scopes, created_at, expires_at, used_at, revoked_at,
    cap, cap_period, cap_spent
from keys where :account is null or account = :account order by id;

-- name: get_key
select id, account, name, prefix, scopes, created_at, expires_at, used_at, revoked_at,
    cap, cap_period, cap_spent
from keys where id = :id;

-- name: revoke_key
update keys set revoked_at = :at where id = :id and revoked_at is null;

-- name: set_cap
update keys set cap = :cap, cap_period = :cap_period, cap_since = :since, cap_until = :until,
    cap_spent = :spent
where id = :id;

-- name: cap_of_key
select cap, cap_period, cap_since, cap_spent from keys where id = :id;

-- name: spent_by_key
select coalesce(sum(cost), 0) as spent from jobs
where key = :id and created_at >= :since and created_at < :until
    and (
        state in ('queued', 'running') or result is not null
        or exists (select 1 from charged where charged.job = jobs.id)
    );

-- name: give_back_to_key
update keys set cap_spent = cap_spent - :cost
where id = :id and cap is not null and :created_at >= cap_since and :created_at < cap_until;

-- name: expire_key
update keys set expires_at = :at
where id = :id and revoked_at is null and (expires_at is null or expires_at > :at);

-- name: use_key
update keys set used_at = :at where id = :id and (used_at is null or used_at < :at);
