-- Lanes of an account, and which job runs on which; what is not here runs on the default lane.

create table lanes (
    account integer not null references accounts (id),
    email text not null,
    max_jobs integer not null check (max_jobs > 0),
    created_at integer not null,
    primary key (account, email)
) strict, without rowid;

create table tracks (
    job integer primary key references jobs (id),
    email text not null,
    reply_ref text not null
) strict;

-- What an account runs now is counted for every job that asks for a lane.
create index jobs_active on jobs (account, id) where state in ('queued', 'running');

-- Who wants to hear of a job. `told` is the last state that was told; the row is done when that
-- was the job's end, or when it was tried often enough.
create table callbacks (
    job integer primary key references jobs (id),
    url text not null,
    base text not null,
    tries integer not null default 0,
    told text not null default '',
    due_at integer not null,
    done_at integer
) strict;

create index callbacks_due on callbacks (due_at) where done_at is null;
