-- compatible: no: older code would look for turns in tables that are gone.

-- Fair shares of engine time: see docs/scheduling.md and the rules in kinora/domain/turns.py.

-- How much of the engines an account gets beside others, and the best class that it may use.
alter table accounts add column weight real not null default 1 check (weight > 0);
alter table accounts add column rank text not null default 'standard' check (
    rank in ('priority', 'standard', 'off_peak')
);

-- The job's class, the microseconds of engine time that it will probably take, and until when it
-- must have begun.
alter table jobs add column rank text not null default 'standard' check (
    rank in ('priority', 'standard', 'off_peak')
);
alter table jobs add column expected integer not null default 1000000;
alter table jobs add column start_by integer;

drop index jobs_waiting;
create index jobs_waiting on jobs (account, rank, id) where state = 'queued';
create index jobs_to_begin on jobs (start_by)
where state = 'queued' and attempt = 0 and start_by is not null;

-- How each class stands. `virtual` is where accounts that come back begin, `owed` the engine time
-- that it can claim from better classes, `passed` how often in a row its first was passed over.
create table ranks (
    rank text primary key,
    virtual integer not null default 0,
    owed integer not null default 0,
    passed integer not null default 0,
    waiting integer not null default 0 check (waiting >= 0)
) strict, without rowid;

insert into ranks (rank) values ('priority'), ('standard'), ('off_peak');
update ranks set waiting = (select count(*) from jobs where state = 'queued')
where rank = 'standard';

-- One row for each account and class: its next job, null when none waits, and its tag. A claim
-- looks at those with a job only. `held` ones belong to a paused account.
create table waiting_heads (
    account integer not null references accounts (id),
    rank text not null,
    tag integer not null,
    job integer,
    held integer not null default 0,
    primary key (account, rank)
) strict, without rowid;

-- Turns were counted; each becomes a second.
insert into waiting_heads (account, rank, tag, job)
select account, 'standard', turn * 1000000, job from heads;
insert into waiting_heads (account, rank, tag)
select account, 'standard', turn * 1000000 from turns
where true
on conflict (account, rank) do nothing;
update ranks set virtual = coalesce(
    (select min(tag) from waiting_heads where job is not null),
    (select max(tag) from waiting_heads),
    0
)
where rank = 'standard';
drop table heads;
drop table turns;
alter table waiting_heads rename to heads;

create index heads_in_line on heads (rank, tag, job) where job is not null and held = 0;

create trigger jobs_begin_to_wait after insert on jobs when new.state = 'queued'
begin
    update ranks set waiting = waiting + 1 where rank = new.rank;
end;

create trigger jobs_wait_again after update of state on jobs
when new.state = 'queued' and old.state <> 'queued'
begin
    update ranks set waiting = waiting + 1 where rank = new.rank;
end;

create trigger jobs_wait_no_more after update of state on jobs
when old.state = 'queued' and new.state <> 'queued'
begin
    update ranks set waiting = waiting - 1 where rank = new.rank;
end;

-- What an operator has halted; account 0 is everything.
create table stops (
    account integer primary key,
    halt text not null check (halt in ('paused', 'draining')),
    at integer not null
) strict;

-- The newest run times of each kind of job, milliseconds as a JSON list, oldest first.
create table runs (
    feature text not null,
    model text not null,
    quality text not null,
    seconds integer not null,
    took text not null,
    primary key (feature, model, quality, seconds)
) strict, without rowid;
