-- compatible: no: older code would let every key do everything, for ever.

-- Keys with scopes and an end; what was done, for good; and how often accounts do things.

alter table keys add column scopes text not null default 'read submit';
alter table keys add column expires_at integer;
alter table keys add column used_at integer;

-- A key is looked up by a part of its digest and then compared as a whole, in constant time: how
-- long the lookup takes says nothing about the rest.
alter table keys add column lookup blob generated always as (substr(digest, 1, 8)) virtual;
create index keys_by_lookup on keys (lookup);

update keys set scopes = 'admin read submit'
where account = 1 and name in ('first', 'bootstrap');

create table audit (
    id integer primary key autoincrement,
    at integer not null,
    who text not null,
    what text not null,
    target text not null,
    detail text not null,
    address text not null
) strict;

create trigger audit_is_not_changed before update on audit
begin
    select raise(abort, 'the audit log is only ever added to');
end;

create trigger audit_is_not_shortened before delete on audit
begin
    select raise(abort, 'the audit log is only ever added to');
end;

-- How often an account did a thing (`upload`, `fetch`) in a span of time: a day, a minute.
create table tallies (
    account integer not null references accounts (id),
    what text not null,
    span integer not null,
    number integer not null,
    primary key (account, what, span)
) strict, without rowid;
