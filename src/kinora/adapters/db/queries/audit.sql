-- For each rule of the books, `count_…` says on how many things it is tried and what they sum up
-- to, `find_…` what breaks it.

-- name: count_sums
select count(*) as counted,
    coalesce(sum(monthly + package + held + issued + revenue + expired + written_off), 0) as credits
from entries;

-- name: find_sums
select account, job, id as entry,
    'the books of the entry sum to '
    || (monthly + package + held + issued + revenue + expired + written_off) || ', not to 0' as text,
    'the database was changed around its own checks, or the file is damaged' as cause
from entries
where monthly + package + held + issued + revenue + expired + written_off <> 0
limit :at_most;

-- name: count_movements
select count(*) as counted, -coalesce(sum(issued), 0) as credits from entries;

-- name: find_movements
select account, job, id as entry,
    'a ' || movement || ' moves monthly ' || monthly || ', package ' || package || ', held ' || held
    || ', issued ' || issued || ', revenue ' || revenue || ', expired ' || expired
    || ', written off ' || written_off || ', which it may not' as text,
    'an entry of an older version that moved credits from or to nowhere, or one made by hand'
    as cause
from entries
where case movement
    when 'grant' then held <> 0 or revenue <> 0 or expired <> 0 or written_off <> 0
    when 'hold' then monthly > 0 or package > 0 or held < 0
        or issued <> 0 or revenue <> 0 or expired <> 0 or written_off <> 0
    when 'settle' then held > 0 or monthly <> 0 or package <> 0
        or issued <> 0 or expired <> 0 or written_off <> 0
    when 'release' then monthly < 0 or package < 0 or held > 0
        or issued <> 0 or revenue <> 0 or expired <> 0 or written_off <> 0
    when 'expire' then monthly > 0 or package <> 0 or held <> 0
        or issued <> 0 or revenue <> 0 or written_off <> 0
    when 'renew' then monthly < 0 or package <> 0 or held <> 0
        or revenue <> 0 or expired <> 0 or written_off <> 0
    when 'write_off' then monthly > 0 or package > 0 or held <> 0
        or issued <> 0 or revenue <> 0 or expired <> 0
end
limit :at_most;

-- name: count_balances
select count(*) as counted, coalesce(sum(monthly + package + held), 0) as credits from accounts;

-- name: find_balances
select a.id as account, null as job, null as entry,
    'the balances are ' || a.monthly || '/' || a.package || '/' || a.held
    || ' (monthly/package/held), the entries sum to '
    || coalesce(sum(e.monthly), 0) || '/' || coalesce(sum(e.package), 0) || '/'
    || coalesce(sum(e.held), 0) as text,
    'a balance was changed by hand, or the file is damaged; the entries are what counts' as cause
from accounts a left join entries e on e.account = a.id
group by a.id
having a.monthly <> coalesce(sum(e.monthly), 0) or a.package <> coalesce(sum(e.package), 0)
    or a.held <> coalesce(sum(e.held), 0)
limit :at_most;

-- name: count_holds
select count(*) as counted, coalesce(sum(cost), 0) as credits
from jobs where state in ('queued', 'running');

-- name: find_holds
select a.id as account, null as job, null as entry,
    a.held || ' credits are held, the jobs that have not ended cost '
    || coalesce(sum(j.cost), 0) as text,
    'a job ended, or vanished, without its credits: the jobs below say which' as cause
from accounts a
left join jobs j on j.account = a.id and j.state in ('queued', 'running')
group by a.id
having a.held <> coalesce(sum(j.cost), 0)
limit :at_most;

-- name: count_places
select coalesce(sum(active), 0) as counted, 0 as credits from accounts;

-- name: find_places
select a.id as account, null as job, null as entry,
    a.active || ' places are taken, ' || count(j.id) || ' jobs hold one' as text,
    'a place was given back twice or never' as cause
from accounts a
left join jobs j on j.account = a.id and j.state in ('queued', 'running') and j.placed = 1
group by a.id
having a.active <> count(j.id)
union all
select account, id, null, 'the job is ' || state || ' and still holds a place',
    'its end did not give the place back'
from jobs where placed = 1 and state not in ('queued', 'running')
limit :at_most;

-- name: count_jobs_paid
select count(*) as counted, coalesce(sum(cost), 0) as credits from jobs;

-- name: find_jobs_paid
select j.account, j.id as job, coalesce(e.id, h.id) as entry,
    case
        when h.id is null then 'nothing was ever held for the job, which costs ' || j.cost
        when h.held <> j.cost then h.held || ' credits were held, the job costs ' || j.cost
        when e.id is null then 'the job is ' || j.state || ', its hold of ' || h.held
            || ' was neither settled nor released'
        when j.state in ('queued', 'running') then 'the job is ' || j.state
            || ', its hold was ended by a ' || e.movement
        when e.held <> -h.held then h.held || ' credits were held, ' || -e.held || ' ended'
        when e.movement = 'release' then 'monthly/package ' || -h.monthly || '/' || -h.package
            || ' were held, ' || e.monthly || '/' || e.package || ' came back'
        else 'the job is ' || j.state || ', its hold was ended by a ' || e.movement
    end as text,
    'the state of the job and its entries were not written together: one was changed by hand, '
    || 'or restored from a backup without the other' as cause
from jobs j
left join entries h on h.job = j.id and h.movement = 'hold'
left join entries e on e.job = j.id and e.movement in ('settle', 'release')
where h.id is null or h.held <> j.cost
    or (e.id is null) <> (j.state in ('queued', 'running'))
    or e.held <> -h.held
    -- What is deleted was completed when it made something, else it had failed.
    or e.movement <> iif(
        j.state = 'completed' or j.state = 'deleted' and j.result is not null
        or exists (select 1 from charged where charged.job = j.id), 'settle', 'release'
    )
    or (e.movement = 'release' and (e.monthly <> -h.monthly or e.package <> -h.package))
limit :at_most;

-- name: count_strays
select count(*) as counted, coalesce(sum(held), 0) as credits from entries where job is not null;

-- name: find_strays
select e.account, e.job, e.id as entry,
    case
        when j.id is null then 'a ' || e.movement || ' of a job that does not exist'
        else 'a ' || e.movement || ' of a job of account ' || j.account
    end as text,
    'the job was removed by hand, or restored from a backup without its entries' as cause
from entries e left join jobs j on j.id = e.job
where e.job is not null and (j.id is null or j.account <> e.account)
limit :at_most;

-- name: count_caps
select count(*) as counted, coalesce(sum(cap_spent), 0) as credits from keys where cap is not null;

-- name: find_caps
select k.account, null as job, null as entry,
    'key ' || k.id || ' counts ' || k.cap_spent || ' credits as spent, its jobs cost '
    || coalesce(sum(j.cost), 0) as text,
    'the counter was changed by hand; `kinora keys cap` counts anew' as cause
from keys k
left join jobs j on j.key = k.id and j.created_at >= k.cap_since and j.created_at < k.cap_until
    and (
        j.state in ('queued', 'running') or j.result is not null
        or exists (select 1 from charged where charged.job = j.id)
    )
where k.cap is not null
group by k.id
having k.cap_spent <> coalesce(sum(j.cost), 0)
limit :at_most;
