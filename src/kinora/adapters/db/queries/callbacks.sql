-- name: add_callback
insert into callbacks (job, url, base, due_at) values (:job, :url, :base, :due_at);

-- name: callback_urls
select callbacks.job, callbacks.url from json_each(:jobs)
join callbacks on callbacks.job = json_each.value;

-- name: callbacks_due
select callbacks.* from callbacks join jobs on jobs.id = callbacks.job
where callbacks.done_at is null and callbacks.due_at <= :at
and jobs.state <> 'queued' and jobs.state <> callbacks.told
order by callbacks.due_at limit :at_most;

-- name: callback_told
update callbacks set told = :told, tries = 0, due_at = :at, done_at = :done_at where job = :job;

-- name: callback_late
update callbacks set tries = tries + 1, due_at = :due_at, done_at = :done_at where job = :job;

-- name: callback_rests
update callbacks set due_at = :due_at where job = :job and done_at is null;
