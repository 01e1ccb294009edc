-- name: rules_for
select results, uploads from retention
where (scope = 'account' and name = cast(:account as text))
or (scope = 'plan' and name = (select plan from accounts where id = :account))
order by scope;

-- name: list_rules
select scope, name, results, uploads from retention order by scope, name;

-- name: put_rule
insert into retention (scope, name, results, uploads) values (:scope, :name, :results, :uploads)
on conflict (scope, name) do update
set results = excluded.results, uploads = excluded.uploads;

-- name: drop_rule
delete from retention where scope = :scope and name = :name;

-- name: voice_of_sound
select id from voices where sound = :sound limit 1;

-- name: active_jobs
select * from jobs indexed by jobs_active
where account = :account and state in ('queued', 'running');

-- name: assets_of_account
select * from assets where account = :account and id > :above and gone_at is null
order by id limit :at_most;

-- name: add_legal_hold
insert into legal_holds (account, job, asset, reason, who, at)
values (:account, :job, :asset, :reason, :who, :at) returning *;

-- name: end_legal_hold
update legal_holds set ended_at = :at, ended_by = :who where id = :id and ended_at is null;

-- name: open_legal_holds
select * from legal_holds where account = :account and ended_at is null order by id;

-- name: legal_holds
select * from legal_holds where :ended or ended_at is null order by id;

-- name: note_installation
insert into installation (name, value) values (:name, :value)
on conflict (name) do update set value = excluded.value;
