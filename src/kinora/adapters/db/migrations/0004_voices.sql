-- Voices of an account's own: what they sound like is in a stored sound.

create table voices (
    id integer primary key,
    account integer not null references accounts (id),
    name text not null,
    sound integer not null references assets (id),
    created_at integer not null
) strict;

create index voices_by_account on voices (account, id);
-- Without it each removed asset would read all voices.
create index voices_by_sound on voices (sound);
