"""Jobs and the queue in SQL."""

from collections.abc import Sequence
from datetime import datetime

from kinora.adapters.db.heads import Heads
from kinora.adapters.db.rows import asset_from, job_changes, job_columns, job_from, micros
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import MAX_ID, AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.ports.store import Outcome


class SqlJobs:
    """Jobs, and their ways into the queue and out of it."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db
        self._heads = Heads(db)

    async def add(self, job: Job) -> None:
        """Keep a new queued job."""
        self._db.run("add_job", job_columns(job))
        self._heads.put(job)

    async def get(self, job: JobId) -> Job | None:
        """Return the job."""
        row = self._db.one("get_job", {"id": job})
        return job_from(row) if row else None

    async def outcome(self, job: JobId) -> Outcome | None:
        """Return the job with its result in one read."""
        row = self._db.one("outcome", {"id": job})
        if row is None:
            return None
        asset = None if row["asset_id"] is None else asset_from(row, prefix="asset_")
        return Outcome(job=job_from(row), asset=asset)

    async def save(self, job: Job, *, state: JobState, attempt: int) -> bool:
        """Write a changed job if it still is in `state` at `attempt`."""
        guard = {"was": state.value, "fence": attempt}
        if self._db.run("save_job", job_changes(job) | guard) == 0:
            return False
        if job.state is JobState.QUEUED:
            self._heads.put(job)
        elif state is JobState.QUEUED:
            self._heads.take_out(job)
        elif state is JobState.RUNNING:
            self._heads.correct(job, ended=job.changed_at)
        return True

    async def claim(self, *, at: datetime, warm: frozenset[str] = frozenset()) -> Job | None:
        """Start the next job by the rules of `kinora.domain.turns`."""
        if self._db.one("paused", {}) is not None:
            return None
        lines, choice = self._heads.next(at=at, warm=warm)
        if choice is None:
            return None
        row = self._db.one("get_job", {"id": choice.head.job})
        if row is None:
            return None
        queued = job_from(row)
        running = queued.start(at=at)
        values = job_changes(running) | {"was": queued.state.value, "fence": queued.attempt}
        self._db.run("save_job", values)
        self._heads.pass_turn(lines, choice)
        return running

    async def progress(self, job: JobId, *, attempt: int, done: float) -> None:
        """Note how far a running attempt is."""
        self._db.run("note_progress", {"id": job, "attempt": attempt, "done": done})

    async def free_place(self, job: Job) -> bool:
        """Give a job's place back to its account."""
        if self._db.run("give_place_up", {"job": job.id}) == 0:
            return False
        self._db.run("free_place", {"id": job.account})
        return True

    async def unended(self, *, before: datetime, at_most: int, placed: bool) -> Sequence[Job]:
        """Return jobs accepted before a time that have not ended, oldest first."""
        values = {"before": micros(before), "at_most": at_most, "placed": int(placed)}
        return [job_from(row) for row in self._db.all("unended", values)]

    async def in_state(self, state: JobState, *, at_most: int = 1000) -> Sequence[Job]:
        """Return the oldest jobs in a state, oldest first."""
        rows = self._db.all("jobs_in_state", {"state": state.value, "at_most": at_most})
        return [job_from(row) for row in rows]

    async def running_here(self, *, at_most: int = 1000) -> Sequence[Job]:
        """Return the oldest running jobs that this server's own engines make."""
        rows = self._db.all("jobs_running_here", {"at_most": at_most})
        return [job_from(row) for row in rows]

    async def list(
        self, account: AccountId | None = None, *, newest: int, before: JobId | None = None
    ) -> Sequence[Job]:
        """Return jobs, newest first, below `before`."""
        values = {"newest": newest, "before": MAX_ID if before is None else before}
        if account is None:
            rows = self._db.all("list_jobs", values)
        else:
            rows = self._db.all("list_jobs_of_account", values | {"account": account})
        return [job_from(row) for row in rows]

    async def count(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""
        counted = {JobState(row["state"]): row["number"] for row in self._db.all("count_jobs", {})}
        return {state: counted.get(state, 0) for state in JobState}
