-- What moderation noted: refusals, which never became a job, and what an operator is to look at.

create table reviews (
    id integer primary key,
    account integer not null references accounts (id),
    job integer,
    verdict text not null check (verdict in ('review', 'block')),
    category text not null,
    matched text not null,
    at integer not null,
    outcome text not null default '' check (outcome in ('', 'allowed', 'refused'))
) strict;

create index reviews_open on reviews (id) where outcome = '' and verdict = 'review';
create index reviews_by_age on reviews (at);
