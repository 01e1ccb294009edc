-- name: add_asset
insert into assets (
    id, account, job, kind, mime, blob, filename, size, sha256, width, height, frames, seconds,
    has_audio, created_at, content, expires_at
) values (
    :id, :account, :job, :kind, :mime, :blob, :filename, :size, :sha256, :width, :height, :frames,
    :seconds, :has_audio, :created_at, :content, :expires_at
);

-- name: get_asset
select * from assets where id = :id and gone_at is null;

-- name: gone_asset
select account from assets where id = :id and gone_at is not null;

-- name: assets_of_job
select * from assets where job = :job and gone_at is null order by id;

-- name: remove_asset
update assets set gone_at = :at, content = null where id = :id and gone_at is null;

-- name: shared_bytes
select name, size from blobs where sha256 = :sha256;

-- name: add_bytes
insert into blobs (name, sha256, size, number) values (:name, :sha256, :size, 1);

-- name: share_bytes
update blobs set number = number + 1 where name = :name;

-- name: unshare_bytes
update blobs set number = number - 1 where name = :name and number > 1;

-- name: drop_bytes
delete from blobs where name = :name;

-- name: doom
insert into doomed (name, at) values (:name, :at) on conflict (name) do nothing;

-- name: doomed
select name from doomed order by name limit :at_most;

-- name: cleared
delete from doomed where name in (select value from json_each(:names));

-- name: list_blobs
select blob as name from assets where content is null and gone_at is null
union all
select name from blobs
order by name;

-- name: expired_assets
select * from assets indexed by assets_expiring
where expires_at <= :at and gone_at is null
order by expires_at limit :at_most;

-- name: put_expiry
update assets set expires_at = :until where id = :id and gone_at is null;
