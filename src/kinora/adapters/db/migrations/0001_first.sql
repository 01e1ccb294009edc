-- Times are whole microseconds since 1970, UTC. Ids are minted below 2^53, outside.

create table accounts (
    id integer primary key,
    name text not null,
    plan text not null,
    max_jobs integer not null check (max_jobs >= 0),
    active integer not null default 0 check (active >= 0),
    monthly integer not null default 0 check (monthly >= 0),
    package integer not null default 0 check (package >= 0),
    held integer not null default 0 check (held >= 0),
    created_at integer not null
) strict;

create table keys (
    id integer primary key,
    account integer not null references accounts (id),
    name text not null,
    prefix text not null,
    digest blob not null unique,
    created_at integer not null,
    revoked_at integer
) strict;

create index keys_by_account on keys (account);

create table jobs (
    id integer primary key,
    account integer not null references accounts (id),
    feature text not null,
    state text not null check (
        state in ('queued', 'running', 'completed', 'moderated', 'failed', 'cancelled', 'deleted')
    ),
    attempt integer not null,
    breaks integer not null,
    progress real not null,
    seed integer not null,
    cost integer not null check (cost >= 0),
    width integer not null,
    height integer not null,
    frames integer not null,
    fps integer not null,
    model text not null,
    quality text not null,
    ordered text not null,
    reason text not null,
    result integer references assets (id),
    created_at integer not null,
    changed_at integer not null,
    started_at integer,
    ended_at integer
) strict;

create index jobs_by_account on jobs (account, id);
-- States are asked for one by one, ended ones too, and counted for the metrics.
create index jobs_by_state on jobs (state, id);
-- Without it each new asset would read all jobs, to see whose result it is.
create index jobs_by_result on jobs (result) where result is not null;
create index jobs_waiting on jobs (account, id) where state = 'queued';

-- A job that has ended stays ended; only its content may still be deleted.
create trigger jobs_end_once before update of state on jobs
when old.state not in ('queued', 'running') and new.state <> 'deleted'
begin
    select raise(abort, 'a job that has ended cannot change its state');
end;

-- One row for each account that has work: its next job, and when it was last served. A claim
-- looks at this table only, so it costs the same however long any account's queue is.
create table heads (
    account integer primary key references accounts (id),
    job integer not null,
    turn integer not null
) strict;

create index heads_by_turn on heads (turn, job);

create table turns (
    account integer primary key references accounts (id),
    turn integer not null
) strict;

create table assets (
    id integer primary key,
    account integer not null references accounts (id),
    job integer,
    kind text not null check (kind in ('image', 'video', 'audio')),
    mime text not null,
    blob text not null unique,
    filename text not null,
    size integer not null,
    sha256 text not null,
    width integer not null,
    height integer not null,
    frames integer not null,
    seconds real not null,
    has_audio integer not null,
    created_at integer not null
) strict;

create index assets_by_account on assets (account, id);

create table entries (
    id integer primary key,
    account integer not null references accounts (id),
    job integer,
    movement text not null check (movement in ('grant', 'hold', 'settle', 'release')),
    monthly integer not null,
    package integer not null,
    held integer not null,
    note text not null,
    at integer not null
) strict;

create index entries_by_account on entries (account, id);
-- Each job is held once and ended once.
create unique index entries_hold_once on entries (job) where movement = 'hold';
create unique index entries_end_once on entries (job) where movement in ('settle', 'release');

create table answers (
    account integer not null references accounts (id),
    scope text not null,
    key text not null,
    digest text not null,
    job integer not null,
    at integer not null,
    primary key (account, scope, key)
) strict, without rowid;

create index answers_by_age on answers (at);

create table facts (
    id integer primary key,
    kind text not null,
    account integer not null,
    job integer not null,
    at integer not null,
    told_at integer
) strict;

create index facts_untold on facts (id) where told_at is null;
