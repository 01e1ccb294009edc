-- What belongs to a job beside its result is asked for by the job.
create index assets_by_job on assets (job) where job is not null;
