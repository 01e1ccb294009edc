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

-- name: usage
select e.id, e.account, e.job, e.movement, e.monthly, e.package, e.held, e.note, e.at,
    j.feature, j.model, j.quality
from entries e join jobs j on j.id = e.job
where e.account = :account
    and (:before is null or e.id < :before)
    and (:since is null or e.at >= :since)
    and (:until is null or e.at < :until)
    and e.movement in (select value from json_each(:movements))
    and j.feature in (select value from json_each(:features))
order by e.id desc limit :at_most;

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
