-- Endpoints that hear facts, deliveries of facts to them, and each try of a delivery.

create table endpoints (
    id integer primary key,
    account integer not null references accounts (id),
    form text not null check (form in ('pixverse', 'standard')),
    url text not null,
    base text not null,
    note text not null,
    -- A JSON array of kinds of facts.
    wants text not null,
    every_job integer not null,
    enabled integer not null,
    why_off text not null,
    sealed blob not null,
    former blob,
    former_until integer,
    failures integer not null,
    rests integer not null,
    open_until integer,
    failing_since integer,
    created_at integer not null
) strict;

create index endpoints_by_account on endpoints (account, id);

-- Which endpoint a job named when it was ordered, and the server's address as its caller saw it.
create table named_endpoints (
    job integer not null references jobs (id),
    endpoint integer not null references endpoints (id) on delete cascade,
    base text not null,
    primary key (job, endpoint)
) strict, without rowid;

create index named_endpoints_by_endpoint on named_endpoints (endpoint);

-- Numbers are never used again: receivers know deliveries by them.
create table deliveries (
    id integer primary key autoincrement,
    fact integer not null,
    endpoint integer not null references endpoints (id) on delete cascade,
    job integer not null,
    kind text not null,
    state text not null check (state in ('waiting', 'taken', 'given_up', 'missed')),
    base text not null,
    tries integer not null default 0,
    happened_at integer not null,
    begun_at integer not null,
    due_at integer not null
) strict;

-- Each fact goes to an endpoint once.
create unique index deliveries_once on deliveries (endpoint, fact);
create index deliveries_by_time on deliveries (endpoint, happened_at, id);
create index deliveries_due on deliveries (endpoint, due_at, id) where state = 'waiting';
create index deliveries_of_job on deliveries (job, endpoint, id) where state = 'waiting';
create index deliveries_ended on deliveries (begun_at) where state <> 'waiting';

create table tries (
    id integer primary key,
    delivery integer not null references deliveries (id) on delete cascade,
    at integer not null,
    status integer,
    millis integer not null,
    error text not null,
    answer text not null
) strict;

create index tries_by_delivery on tries (delivery, id);

-- Until now nobody listened, so nobody is to hear of the past.
update facts set told_at = at where told_at is null;
