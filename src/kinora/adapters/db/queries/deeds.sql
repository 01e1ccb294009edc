-- name: add_deed
insert into audit (at, who, what, target, detail, address)
values (:at, :who, :what, :target, :detail, :address);

-- name: newest_deeds
select at, who, what, target, detail, address from audit order by id desc limit :at_most;
