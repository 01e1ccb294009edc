-- name: stored_bytes
select name, size, sha256 from (
    select blob as name, size, sha256 from assets
    where content is null and gone_at is null and blob > :after
    union all
    select name, size, sha256 from blobs where name > :after
)
order by name limit :at_most;

-- name: assets_having
select * from assets
where gone_at is null and (content = :name or (content is null and blob = :name))
order by id;

-- name: miscounted
select name, number,
    (select count(*) from assets where assets.content = blobs.name) as counted
from blobs where number <> counted;

-- name: doom_unreferenced
insert into doomed (name, at)
select name, :at from blobs
where not exists (select 1 from assets where assets.content = blobs.name)
on conflict (name) do nothing;

-- name: drop_unreferenced
delete from blobs where not exists (select 1 from assets where assets.content = blobs.name);

-- name: recount
update blobs set number = (select count(*) from assets where assets.content = blobs.name)
where number <> (select count(*) from assets where assets.content = blobs.name);

-- name: integrity
pragma integrity_check;

-- name: foreign_keys
pragma foreign_key_check;
