-- compatible: no: older code would not find bytes that assets share, nor ask what is under a legal hold.

-- Numbers of this installation: `readable_from`, the oldest schema whose code may open this file;
-- `mint_floor`, below which no id may be minted any more.
create table installation (
    name text primary key,
    value integer not null
) strict, without rowid;

-- Bytes that assets share, under a name that is never used again once it is gone.
create table blobs (
    name text primary key,
    sha256 text not null unique,
    size integer not null,
    -- How many assets have these bytes.
    number integer not null check (number > 0)
) strict, without rowid;

-- Null: the bytes lie under the asset's own name, `blob`, and nobody shares them.
alter table assets add column content text references blobs (name);
-- Without it each blob that goes would read all assets.
create index assets_by_content on assets (content) where content is not null;

-- Null: for ever.
alter table assets add column expires_at integer;
-- When its bytes were given up: by its owner, by expiry, by an operator.
alter table assets add column gone_at integer;

-- Bytes that nobody shares are listed by their name.
create index assets_alone on assets (blob) where content is null and gone_at is null;
create index assets_expiring on assets (expires_at) where expires_at is not null and gone_at is null;

update assets set gone_at = (select changed_at from jobs where jobs.id = assets.job)
where job in (select id from jobs where state = 'deleted');

-- Names in the blob store whose bytes are to go; written with the decision, worked off after it.
create table doomed (
    name text primary key,
    at integer not null
) strict, without rowid;

-- How many days media is kept; null leaves it to what is more general, 0 is for ever.
create table retention (
    scope text not null check (scope in ('plan', 'account')),
    name text not null,
    results integer check (results >= 0),
    uploads integer check (uploads >= 0),
    primary key (scope, name)
) strict, without rowid;

-- What must not be deleted, whoever asks: all of an account, or one job, or one asset of it.
create table legal_holds (
    id integer primary key,
    account integer not null references accounts (id),
    job integer,
    asset integer,
    reason text not null,
    who text not null,
    at integer not null,
    ended_at integer,
    ended_by text not null default ''
) strict;

create index legal_holds_open on legal_holds (account) where ended_at is null;
