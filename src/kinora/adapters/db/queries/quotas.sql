-- name: kept_bytes
select bytes from kept where account = :account;

-- name: tally
insert into tallies (account, what, span, number) values (:account, :what, :span, 1)
on conflict (account, what, span) do update set number = number + 1 where number < :most;

-- name: forget_tallies
delete from tallies where account = :account and what = :what and span < :span;

-- name: tallied
select number from tallies where account = :account and what = :what and span = :span;
