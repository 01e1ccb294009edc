-- compatible: no: older code would write entries whose books do not sum to zero.

-- Double entry: every movement says for each book how many credits come into it (negative: leave
-- it), and an entry whose books do not sum to zero cannot be written. The first three books are
-- the account's, the others the house's.

create table balanced_entries (
    id integer primary key,
    account integer not null references accounts (id),
    job integer,
    movement text not null check (
        movement in ('grant', 'hold', 'settle', 'release', 'expire', 'renew', 'write_off')
    ),
    monthly integer not null default 0,
    package integer not null default 0,
    held integer not null default 0,
    issued integer not null default 0,
    revenue integer not null default 0,
    expired integer not null default 0,
    written_off integer not null default 0,
    note text not null,
    at integer not null,
    due integer,
    check (monthly + package + held + issued + revenue + expired + written_off = 0)
) strict;

-- What an entry of the single books did not say is where the credits came from or went. Were one
-- ever written that moved credits from nowhere, `written_off` shows it, and `reconcile` names it.
insert into balanced_entries (
    id, account, job, movement, monthly, package, held, issued, revenue, written_off, note, at
)
select id, account, job, movement, monthly, package, held,
    case movement when 'grant' then -(monthly + package + held) else 0 end,
    case movement when 'settle' then -(monthly + package + held) else 0 end,
    case when movement in ('hold', 'release') then -(monthly + package + held) else 0 end,
    note, at
from entries order by id;

drop table entries;
alter table balanced_entries rename to entries;

create index entries_by_account on entries (account, id);
-- Each job is held once and ended once, each month of an account begins once.
create unique index entries_hold_once on entries (job) where movement = 'hold';
create unique index entries_end_once on entries (job) where movement in ('settle', 'release');
create unique index entries_renew_once on entries (account, due) where movement = 'renew';

create trigger entries_stay before update on entries
begin
    select raise(abort, 'an entry of the ledger is never changed');
end;

create trigger entries_are_kept before delete on entries
begin
    select raise(abort, 'an entry of the ledger is never deleted');
end;

-- The balances on accounts are the sums of the entries, kept with each entry.
create trigger entries_move_balances after insert on entries
begin
    update accounts
    set monthly = monthly + new.monthly, package = package + new.package, held = held + new.held
    where id = new.account;
end;

-- The same entries, a row for each book that one touches; `owner` is null for the house's books.
create view postings as
select id as entry, account as owner, 'monthly' as book, monthly as amount
from entries where monthly <> 0
union all
select id, account, 'package', package from entries where package <> 0
union all
select id, account, 'held', held from entries where held <> 0
union all
select id, null, 'issued', issued from entries where issued <> 0
union all
select id, null, 'revenue', revenue from entries where revenue <> 0
union all
select id, null, 'expired', expired from entries where expired <> 0
union all
select id, null, 'written_off', written_off from entries where written_off <> 0;

-- What a month brings an account, and when the next one begins. `renews_from` is the day from
-- which months are counted: a renewal on the 31st is on the last day of shorter months.
alter table accounts add column allowance integer not null default 0 check (allowance >= 0);
alter table accounts add column renews_from integer;
alter table accounts add column renews_at integer;
create index accounts_renewing on accounts (renews_at) where renews_at is not null;

-- How much a key may spend; `cap_spent` is what it spent from `cap_since` until `cap_until`.
alter table keys add column cap integer check (cap >= 0);
alter table keys add column cap_period text not null default 'total'
check (cap_period in ('day', 'month', 'total'));
alter table keys add column cap_since integer not null default 0;
alter table keys add column cap_until integer not null default 0;
alter table keys add column cap_spent integer not null default 0 check (cap_spent >= 0);

-- `placed` is 1 while the job holds one of its account's places, `key` is by which key it was
-- ordered, `quote` is how its price was found, as JSON; empty for jobs older than this.
alter table jobs add column placed integer not null default 0 check (placed in (0, 1));
alter table jobs add column key integer references keys (id);
alter table jobs add column quote text not null default '';
update jobs set placed = 1 where state in ('queued', 'running');

create index jobs_by_key on jobs (key, created_at) where key is not null;
-- What has not ended is looked through for what is too old.
create index jobs_unended on jobs (created_at) where state in ('queued', 'running');
