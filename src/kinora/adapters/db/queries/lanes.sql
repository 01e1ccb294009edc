-- name: lanes_of
select email, max_jobs from lanes where account = :account order by created_at, email;

-- name: executing
select coalesce(tracks.email, :otherwise) as email, count(*) as number
from jobs indexed by jobs_active left join tracks on tracks.job = jobs.id
where jobs.account = :account and jobs.state in ('queued', 'running')
group by 1;

-- name: put_lane
insert into lanes (account, email, max_jobs, created_at)
values (:account, :email, :max_jobs, :at)
on conflict (account, email) do update set max_jobs = excluded.max_jobs;

-- name: drop_lane
delete from lanes where account = :account and email = :email;

-- name: add_track
insert into tracks (job, email, reply_ref) values (:job, :email, :reply_ref);

-- name: tracks_of
select tracks.* from json_each(:jobs) join tracks on tracks.job = json_each.value;
