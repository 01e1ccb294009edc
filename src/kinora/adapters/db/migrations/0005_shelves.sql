-- Lists by offset stay fast at any depth: jobs stand on shelves, and a tree of counts says how many
-- stand in each span of ids, so that a place is found in a few steps, not by counting to it.

alter table jobs add column shelf text generated always as (
    case
        when feature in ('text_to_image', 'image_effect') then 'image'
        when feature in ('music', 'speech') then feature
        when feature = 'swap_mask' then ''
        else 'video'
    end
) virtual;

create index jobs_on_shelf on jobs (account, shelf, id) where state <> 'deleted';

-- `span` is the job's id without its lowest `shift` bits.
create table shelves (
    account integer not null references accounts (id),
    shelf text not null,
    shift integer not null,
    span integer not null,
    number integer not null check (number >= 0),
    primary key (account, shelf, shift, span)
) strict, without rowid;

create table shelf_levels (shift integer primary key) strict;

insert into shelf_levels (shift) values (24), (30), (36), (42), (48);

insert into shelves (account, shelf, shift, span, number)
select account, shelf, shift, id >> shift, count(*)
from jobs, shelf_levels where state <> 'deleted'
group by account, shelf, shift, id >> shift;

create trigger jobs_put_on_shelf after insert on jobs
begin
    insert into shelves (account, shelf, shift, span, number)
    select new.account, new.shelf, shift, new.id >> shift, 1 from shelf_levels where true
    on conflict (account, shelf, shift, span) do update set number = number + 1;
end;

create trigger jobs_taken_from_shelf after update of state on jobs
when new.state = 'deleted' and old.state <> 'deleted'
begin
    update shelves set number = number - 1
    where account = new.account and shelf = new.shelf
    and (shift, span) in (select shift, new.id >> shift from shelf_levels);
end;
