-- name: add_asset
insert into assets (
    id, account, job, kind, mime, blob, filename, size, sha256, width, height, frames, seconds,
    has_audio, created_at
) values (
    :id, :account, :job, :kind, :mime, :blob, :filename, :size, :sha256, :width, :height, :frames,
    :seconds, :has_audio, :created_at
);

-- name: get_asset
select * from assets where id = :id;

-- name: assets_of_job
select * from assets where job = :job order by id;

-- name: list_blobs
select blob from assets order by id;
