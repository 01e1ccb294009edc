-- name: lanes_of
select * from lanes where account = :account and hidden = 0 order by created_at, email;

-- name: get_lane
select * from lanes where account = :account and email = :email;

-- name: all_lanes
select * from lanes order by account, created_at, email;

-- name: executing
select coalesce(tracks.email, :otherwise) as email, count(*) as number
from jobs indexed by jobs_active
left join tracks on tracks.job = jobs.id
left join errands on errands.job = jobs.id
where jobs.account = :account and jobs.state in ('queued', 'running')
and coalesce(errands.step, '') <> 'unknown'
group by 1;

-- name: put_lane
insert into lanes (
    account, email, max_jobs, created_at, upstream, sealed, hint, replays, barred, barred_until,
    barred_times
) values (
    :account, :email, :max_jobs, :at, :upstream, :sealed, :hint, :replays, :barred, :barred_until,
    :barred_times
)
on conflict (account, email) do update set
    max_jobs = excluded.max_jobs, upstream = excluded.upstream, sealed = excluded.sealed,
    hint = excluded.hint, replays = excluded.replays, barred = excluded.barred,
    barred_until = excluded.barred_until, barred_times = excluded.barred_times, hidden = 0;

-- name: drop_lane
delete from lanes where account = :account and email = :email and hidden = 0
and not exists (select 1 from errands where account = :account and email = :email);

-- name: hide_lane
update lanes set hidden = 1 where account = :account and email = :email and hidden = 0;

-- name: bar_lane
update lanes set barred = :barred, barred_until = :barred_until, barred_times = :barred_times
where account = :account and email = :email;

-- name: mark_lane
insert into lane_marks (account, email, at, well) values (:account, :email, :at, :well);

-- name: forget_marks
delete from lane_marks where account = :account and email = :email and at < :since;

-- name: lane_health
select email, sum(well) as succeeded, sum(1 - well) as failed
from lane_marks where account = :account and at >= :since group by email;

-- name: add_track
insert into tracks (job, email, reply_ref) values (:job, :email, :reply_ref);

-- name: tracks_of
select tracks.* from json_each(:jobs) join tracks on tracks.job = json_each.value;

-- name: add_errand
insert into errands (
    job, account, email, trace, step, call, there, begun_at, sent_at, due_at, tries, note
) values (
    :job, :account, :email, :trace, :step, :call, :there, :begun_at, :sent_at, :due_at, :tries,
    :note
);

-- name: get_errand
select * from errands where job = :job;

-- name: save_errand
update errands set
    step = :step, call = :call, there = :there, sent_at = :sent_at, due_at = :due_at,
    tries = :tries, note = :note
where job = :job and step = :was;

-- name: open_errands
select * from errands where step in ('waiting', 'sending', 'sent')
union all
-- Whatever was not known of it, its job has ended meanwhile.
select errands.* from errands join jobs on jobs.id = errands.job
where errands.step = 'unknown' and jobs.state <> 'running'
order by job;

-- name: unknown_errands
select errands.* from errands join jobs on jobs.id = errands.job
where errands.step = 'unknown' and jobs.state = 'running' order by errands.job;

-- name: errands_on
select count(*) as number from errands where account = :account and email = :email;

-- name: charge_job
insert into charged (job) values (:job);

-- name: drop_errand
delete from errands where job = :job;

-- name: forget_hidden
delete from lanes where account = :account and email = :email and hidden = 1
and not exists (select 1 from errands where account = :account and email = :email);
