-- name: own_engine
select name from engines where own = 1;

-- name: put_own_engine
insert into engines (name, own) values (:name, 1) on conflict (name) do update set own = 1;

-- name: drop_other_engines
update engines set own = 0 where own = 1 and name <> :name;

-- name: engine_stops
select name, own, halt, at from engines where halt is not null order by name;

-- name: put_engine_stop
insert into engines (name, halt, at) values (:name, :halt, :at)
on conflict (name) do update set halt = excluded.halt, at = excluded.at;

-- name: drop_engine_stop
update engines set halt = null, at = null where name = :name and halt is not null;
