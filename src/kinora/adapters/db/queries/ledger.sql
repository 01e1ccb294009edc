-- name: add_entry
insert into entries (account, job, movement, monthly, package, held, note, at)
values (:account, :job, :movement, :monthly, :package, :held, :note, :at);

-- name: move_credits
update accounts
set monthly = monthly + :monthly, package = package + :package, held = held + :held
where id = :account;

-- name: purses
select monthly, package from accounts where id = :account;

-- name: open_hold
select monthly, package, held from entries
where job = :job and movement = 'hold' and not exists (
    select 1 from entries as ended
    where ended.job = :job and ended.movement in ('settle', 'release')
);

-- name: list_entries
select id, account, job, movement, monthly, package, held, note, at
from entries where account = :account order by id desc limit :newest;

-- name: sums_that_differ
select a.id, a.monthly, a.package, a.held,
    coalesce(sum(e.monthly), 0) as sum_monthly,
    coalesce(sum(e.package), 0) as sum_package,
    coalesce(sum(e.held), 0) as sum_held
from accounts a left join entries e on e.account = a.id
group by a.id
having a.monthly <> sum_monthly or a.package <> sum_package or a.held <> sum_held;

-- name: holds_that_differ
select a.id, a.held, coalesce(sum(j.cost), 0) as running
from accounts a
left join jobs j on j.account = a.id and j.state in ('queued', 'running')
group by a.id
having a.held <> running;

-- name: places_that_differ
select a.id, a.active, count(j.id) as running
from accounts a
left join jobs j on j.account = a.id and j.state in ('queued', 'running')
group by a.id
having a.active <> running;
