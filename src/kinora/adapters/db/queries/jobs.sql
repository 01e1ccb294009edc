-- name: add_job
insert into jobs (
    id, account, feature, state, attempt, breaks, progress, seed, cost, width, height, frames, fps,
    model, quality, ordered, reason, result, created_at, changed_at, started_at, ended_at,
    key, quote, placed, rank, expected, start_by
) values (
    :id, :account, :feature, :state, :attempt, :breaks, :progress, :seed, :cost, :width, :height,
    :frames, :fps, :model, :quality, :ordered, :reason, :result, :created_at, :changed_at,
    :started_at, :ended_at, :key, :quote, 1, :rank, :expected, :start_by
);

-- name: get_job
select * from jobs where id = :id;

-- name: outcome
select jobs.*,
    assets.id as asset_id, assets.kind as asset_kind, assets.mime as asset_mime,
    assets.blob as asset_blob, assets.filename as asset_filename, assets.size as asset_size,
    assets.sha256 as asset_sha256, assets.width as asset_width, assets.height as asset_height,
    assets.frames as asset_frames, assets.seconds as asset_seconds,
    assets.has_audio as asset_has_audio, assets.created_at as asset_created_at,
    assets.content as asset_content, assets.expires_at as asset_expires_at
from jobs left join assets on assets.id = jobs.result
where jobs.id = :id;

-- name: save_job
update jobs set
    state = :state, attempt = :attempt, breaks = :breaks, progress = :progress, reason = :reason,
    result = :result, changed_at = :changed_at, started_at = :started_at, ended_at = :ended_at
where id = :id and state = :was and attempt = :fence;

-- name: note_progress
update jobs set progress = :done
where id = :id and attempt = :attempt and state = 'running' and progress < :done;

-- name: unended
select * from jobs indexed by jobs_unended
where state in ('queued', 'running') and created_at < :before and placed >= :placed
-- What another server may have is paid back when that is known, not by the clock.
and (:placed or not exists (select 1 from errands where errands.job = jobs.id))
    -- Off-peak jobs wait for an idle engine; they lose their place, and have a deadline of their own.
    -- Their time counts from when they begin.
    and (:placed = 1 or rank <> 'off_peak' or state = 'running' and started_at < :before)
order by created_at limit :at_most;

-- name: jobs_in_state
select * from jobs where state = :state order by id limit :at_most;

-- name: jobs_running_here
select jobs.* from jobs indexed by jobs_by_state left join errands on errands.job = jobs.id
where jobs.state = 'running' and errands.job is null order by jobs.id limit :at_most;

-- name: list_jobs
select * from jobs where id < :before order by id desc limit :newest;

-- name: list_jobs_of_account
select * from jobs where account = :account and id < :before order by id desc limit :newest;

-- name: count_jobs
select state, count(*) as number from jobs group by state;

-- name: newest_id
select max(
    coalesce((select max(id) from jobs), 0),
    coalesce((select max(id) from assets), 0),
    coalesce((select max(id) from keys), 0),
    coalesce((select max(id) from voices), 0),
    coalesce((select value from installation where name = 'mint_floor'), 0)
) as id;
