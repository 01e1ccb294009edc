-- compatible: no: older code would make on its own engines what is under way on another server.

-- Lanes whose jobs are made on another server, and how far each such job is.

alter table lanes add column upstream text not null default '';
-- The other server's key, encrypted; `hint` is what may be shown of it.
alter table lanes add column sealed blob not null default x'';
alter table lanes add column hint text not null default '';
alter table lanes add column replays integer not null default 0;
-- Why and until when the lane takes no jobs; without a time until an operator opens it.
alter table lanes add column barred text not null default '';
alter table lanes add column barred_until integer;
alter table lanes add column barred_times integer not null default 0;
alter table lanes add column hidden integer not null default 0;

-- How jobs of such lanes ended in the last minutes.
create table lane_marks (
    account integer not null,
    email text not null,
    at integer not null,
    well integer not null
) strict;

create index lane_marks_by_lane on lane_marks (account, email, at);

-- One row for each job that is on its way to another server or back; gone when the job has ended.
create table errands (
    job integer primary key references jobs (id),
    account integer not null,
    email text not null,
    trace text not null,
    step text not null check (step in ('waiting', 'sending', 'sent', 'unknown')),
    call text not null,
    there integer,
    begun_at integer not null,
    sent_at integer,
    due_at integer not null,
    tries integer not null,
    note text not null
) strict;

create index errands_by_lane on errands (account, email);
create index errands_by_step on errands (step, job);

-- Jobs without a result that an operator had charged all the same: another server was paid.
create table charged (
    job integer primary key references jobs (id)
) strict;

-- What a caller wants all jobs of the account to be told to, unless a call says otherwise.
alter table accounts add column reply_url text not null default '';
