-- name: spans_on_shelf
select span, number from shelves
where account = :account and shelf = :shelf and shift = :shift
and span between :first and :last and number > 0
order by span desc;

-- name: page_of_shelf
select jobs.*,
    assets.id as asset_id, assets.kind as asset_kind, assets.mime as asset_mime,
    assets.blob as asset_blob, assets.filename as asset_filename, assets.size as asset_size,
    assets.sha256 as asset_sha256, assets.width as asset_width, assets.height as asset_height,
    assets.frames as asset_frames, assets.seconds as asset_seconds,
    assets.has_audio as asset_has_audio, assets.created_at as asset_created_at,
    assets.content as asset_content, assets.expires_at as asset_expires_at
from jobs indexed by jobs_on_shelf left join assets on assets.id = jobs.result
where jobs.account = :account and jobs.shelf = :shelf and jobs.state <> 'deleted'
and jobs.id <= :last
order by jobs.id desc limit :limit offset :skip;
