-- compatible: yes

-- Engines by name: this server's own, and upstreams by their host, as far as there is something to
-- say of them. Older code does not ask here: it makes the jobs of an engine that is halted.
create table engines (
    name text primary key,
    -- The one that this server ran when it was last started.
    own integer not null default 0,
    halt text check (halt in ('paused', 'draining')),
    at integer,
    check ((halt is null) = (at is null))
) strict, without rowid;
