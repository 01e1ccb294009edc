-- name: ranks
select rank, virtual, owed, passed, waiting from ranks;

-- name: paused
select 1 from stops where account = 0 and halt = 'paused'
union all
select 1 from engines where own = 1 and halt = 'paused' limit 1;

-- name: next_heads
select heads.account, heads.tag, accounts.weight,
    jobs.id as job, jobs.expected, jobs.created_at, jobs.feature, jobs.model, jobs.quality,
    jobs.frames, jobs.fps
from heads
    join jobs on jobs.id = heads.job
    join accounts on accounts.id = heads.account
where heads.rank = :rank and heads.job is not null and heads.held = 0
order by heads.tag, heads.job limit :at_most;

-- name: waiting_after
select jobs.account, 0 as tag, 1.0 as weight,
    jobs.id as job, jobs.expected, jobs.created_at, jobs.feature, jobs.model, jobs.quality,
    jobs.frames, jobs.fps
from jobs
where account = :account and rank = :rank and state = 'queued' and id > :after
order by id limit :at_most;

-- name: running
select jobs.id as job, jobs.started_at, jobs.feature, jobs.model, jobs.quality, jobs.frames, jobs.fps
from jobs indexed by jobs_by_state left join errands on errands.job = jobs.id
where jobs.state = 'running' and errands.job is null order by jobs.id limit :at_most;

-- name: put_head
insert into heads (account, rank, tag, job, held)
values (
    :account, :rank, (select virtual from ranks where rank = :rank), :job,
    exists (select 1 from stops where account = :account and halt = 'paused')
)
on conflict (account, rank) do update set
    tag = case when heads.job is null then max(heads.tag, excluded.tag) else heads.tag end,
    job = min(coalesce(heads.job, excluded.job), excluded.job);

-- name: move_head
update heads set tag = tag + :charge, job = (
    select id from jobs
    where account = :account and rank = :rank and state = 'queued' order by id limit 1
)
where account = :account and rank = :rank;

-- name: note_rank
update ranks set virtual = :virtual, owed = :owed, passed = :passed where rank = :rank;

-- name: correct_head
update heads set tag = max(0, heads.tag + cast(
    (min(:ended - jobs.started_at, :most * jobs.expected) - jobs.expected) / accounts.weight
    as integer
))
from jobs, accounts
-- A job that another server makes begins as it is accepted, and takes no engine.
where jobs.id = :job and accounts.id = jobs.account and jobs.started_at <> jobs.created_at
    -- How long it took is not known when the clock was set back meanwhile.
    and :ended >= jobs.started_at
    and heads.account = jobs.account and heads.rank = jobs.rank;

-- name: hold_heads
update heads set held = 1 where account = :account;

-- name: free_heads
update heads set held = 0,
    tag = max(tag, (select virtual from ranks where ranks.rank = heads.rank))
where account = :account;

-- name: put_stop
insert into stops (account, halt, at) values (:account, :halt, :at)
on conflict (account) do update set halt = excluded.halt, at = excluded.at;

-- name: drop_stop
delete from stops where account = :account;

-- name: stops
select account, halt, at from stops order by account;

-- name: halts_of
select halt from stops where account in (0, :account)
union
select halt from engines
where halt is not null and iif(:upstream = '', own = 1, name = :upstream);

-- name: overdue
select * from jobs indexed by jobs_to_begin
where state = 'queued' and attempt = 0 and start_by < :at order by start_by limit :at_most;

-- name: get_runs
select took from runs
where feature = :feature and model = :model and quality = :quality and seconds = :seconds;

-- name: put_runs
insert into runs (feature, model, quality, seconds, took)
values (:feature, :model, :quality, :seconds, :took)
on conflict (feature, model, quality, seconds) do update set took = excluded.took;
