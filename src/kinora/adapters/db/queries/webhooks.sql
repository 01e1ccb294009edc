-- name: add_endpoint
insert into endpoints (
    id, account, form, url, base, note, wants, every_job, enabled, why_off, sealed, former,
    former_until, failures, rests, open_until, failing_since, created_at
) values (
    :id, :account, :form, :url, :base, :note, :wants, :every_job, :enabled, :why_off, :sealed,
    :former, :former_until, :failures, :rests, :open_until, :failing_since, :created_at
);

-- name: save_endpoint
update endpoints set
    url = :url, base = :base, note = :note, wants = :wants, every_job = :every_job,
    enabled = :enabled, why_off = :why_off, sealed = :sealed, former = :former,
    former_until = :former_until, failures = :failures, rests = :rests, open_until = :open_until,
    failing_since = :failing_since
where id = :id;

-- name: get_endpoint
select * from endpoints where id = :id;

-- name: endpoints_of_account
select * from endpoints where account = :account order by id;

-- name: list_endpoints
select * from endpoints order by id;

-- name: remove_endpoint
delete from endpoints where id = :id;

-- name: name_endpoint
insert into named_endpoints (job, endpoint, base) values (:job, :endpoint, :base);

-- name: last_untold
select max(id) as id from (
    select id from facts where told_at is null order by id limit :at_most
);

-- name: spread_facts
insert into deliveries (
    fact, endpoint, job, kind, state, base, happened_at, begun_at, due_at
)
select
    facts.id, endpoints.id, facts.job, facts.kind,
    case when endpoints.enabled then 'waiting' else 'missed' end,
    coalesce(named.base, endpoints.base), facts.at, :at,
    -- What waits for the same job goes first.
    max(:at, coalesce((
        select max(sooner.due_at) from deliveries as sooner indexed by deliveries_of_job
        where sooner.job = facts.job and sooner.endpoint = endpoints.id
        and sooner.state = 'waiting'
    ), 0))
from facts join endpoints on endpoints.account = facts.account
left join named_endpoints as named
on named.job = facts.job and named.endpoint = endpoints.id
where facts.told_at is null and facts.id <= :last
and (named.job is not null or (endpoints.every_job and facts.at >= endpoints.created_at))
and exists (select 1 from json_each(endpoints.wants) where value = facts.kind)
order by facts.id;

-- name: tell_facts
update facts set told_at = :at where told_at is null and id <= :last;

-- name: due_endpoints
-- One step in the index for each endpoint for which something waits, however much that is.
with recursive waiting (endpoint) as (
    select * from (
        select endpoint from deliveries where state = 'waiting' order by endpoint limit 1
    )
    union all
    select (
        select endpoint from deliveries
        where state = 'waiting' and endpoint > waiting.endpoint order by endpoint limit 1
    )
    from waiting where waiting.endpoint is not null
)
select endpoints.*, (
    select due_at from deliveries
    where endpoint = endpoints.id and state = 'waiting' order by due_at limit 1
) as first_due
from waiting join endpoints on endpoints.id = waiting.endpoint
where endpoints.enabled and coalesce(endpoints.open_until, 0) <= :at and first_due <= :at
order by first_due;

-- name: due_deliveries
select * from deliveries
where endpoint = :endpoint and state = 'waiting' and due_at <= :at
and not exists (
    select 1 from deliveries as sooner
    where sooner.job = deliveries.job and sooner.endpoint = deliveries.endpoint
    and sooner.state = 'waiting' and sooner.id < deliveries.id
)
order by due_at, id limit :at_most;

-- name: get_delivery
select * from deliveries where id = :id;

-- name: list_deliveries
select * from deliveries where endpoint = :endpoint
and (happened_at, id) < (
    coalesce((select happened_at from deliveries where id = :before), 9223372036854775807),
    coalesce(:before, 9223372036854775807)
)
order by happened_at desc, id desc limit :newest;

-- name: end_delivery
update deliveries set state = :state, tries = :tries where id = :id and state = 'waiting';

-- name: delivery_late
update deliveries set tries = :tries, due_at = :due_at where id = :id and state = 'waiting';

-- name: delivery_before_others
update deliveries set due_at = max(due_at, :due_at)
where job = :job and endpoint = :endpoint and state = 'waiting' and id > :id;

-- name: expire_deliveries
update deliveries set state = 'given_up'
where endpoint = :endpoint and state = 'waiting' and begun_at < :before;

-- name: miss_deliveries
update deliveries set state = 'missed' where endpoint = :endpoint and state = 'waiting';

-- name: replay_delivery
update deliveries set state = 'waiting', tries = 0, begun_at = :at, due_at = :at
where id = :id and endpoint = :endpoint and state <> 'waiting';

-- name: replay_deliveries
update deliveries set state = 'waiting', tries = 0, begun_at = :at, due_at = :at
where id in (
    select id from deliveries
    where endpoint = :endpoint and happened_at >= :since and happened_at < :until
    and state <> 'waiting' and begun_at < :at and (:taken or state <> 'taken')
    order by happened_at, id limit :at_most
);

-- name: add_try
insert into tries (delivery, at, status, millis, error, answer)
values (:delivery, :at, :status, :millis, :error, :answer);

-- name: tries_of
select * from tries where delivery = :delivery order by id;

-- name: trim_deliveries
delete from deliveries where id in (
    select id from deliveries where state <> 'waiting' and begun_at < :before
    order by begun_at limit :at_most
);

-- name: forget_deliveries_number
delete from sqlite_sequence where name = 'deliveries';

-- name: note_deliveries_number
insert into sqlite_sequence (name, seq) values ('deliveries', :number);

-- name: trim_facts
-- The newest stays, so that its number is never used again: a replayed delivery may still have it.
delete from facts where id in (
    select id from (select id, told_at from facts order by id limit :at_most)
    where told_at < :before and id < (select max(id) from facts)
);
