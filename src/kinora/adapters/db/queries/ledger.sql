-- name: add_entry
insert into entries (
    account, job, movement, monthly, package, held, issued, revenue, expired, written_off, note,
    at, due
) values (
    :account, :job, :movement, :monthly, :package, :held, :issued, :revenue, :expired,
    :written_off, :note, :at, :due
);

-- name: purses
select monthly, package from accounts where id = :account;

-- name: open_hold
select monthly, package, held from entries
where job = :job and movement = 'hold' and not exists (
    select 1 from entries as ended
    where ended.job = :job and ended.movement in ('settle', 'release')
);

-- name: list_entries
select * from entries where account = :account order by id desc limit :newest;

-- name: usage
select e.*, j.feature, j.model, j.quality, j.quote
from entries e join jobs j on j.id = e.job
where e.account = :account
    and (:before is null or e.id < :before)
    and (:since is null or e.at >= :since)
    and (:until is null or e.at < :until)
    and e.movement in (select value from json_each(:movements))
    and j.feature in (select value from json_each(:features))
order by e.id desc limit :at_most;

-- name: standing
select coalesce(sum(monthly), 0) as monthly, coalesce(sum(package), 0) as package,
    coalesce(sum(held), 0) as held
from entries where account = :account and id <= :newest and at < :before;

-- name: newest_entry
select coalesce(max(id), 0) as id from entries where account = :account;

-- name: statement
select e.*, j.feature, j.model, j.quality, j.cost, j.quote
from entries e left join jobs j on j.id = e.job
where e.account = :account and e.id <= :newest and e.at >= :since and e.at < :until
order by e.id;
