"""Note what became of an errand, for its job and for its lane."""

from dataclasses import dataclass

from kinora.domain.deed import SERVER, By
from kinora.domain.errand import Errand, Step
from kinora.domain.errors import JobNotFound
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, WrongState
from kinora.domain.lane import Bar
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.ending import end
from kinora.usecases.fail_job import FailJob


@dataclass(frozen=True, slots=True, kw_only=True)
class EndErrand:
    """Ends errands, and keeps the health of lanes."""

    store: Store
    clock: Clock
    fail: FailJob

    async def forget(self, errand: Errand) -> None:
        """Forget an errand whose job has ended; the other server is not told."""
        async with self.store.transaction() as tx:
            await tx.errands.drop(errand.job)

    async def well(self, errand: Errand) -> None:
        """Forget an errand whose job was brought to a good end."""
        async with self.store.transaction() as tx:
            await tx.errands.drop(errand.job)
            await self._mark(tx, errand, well=True)
        await self.open_lane(errand)

    async def failed(self, errand: Errand, job: Job, reason: str, *, ill: bool) -> None:
        """End the job as failed and pay it back; `ill` when it speaks against the lane."""
        await self.fail(job, reason=reason)
        async with self.store.transaction() as tx:
            await tx.errands.drop(errand.job)
            if ill:
                await self._mark(tx, errand, well=False)

    async def moderated(self, errand: Errand, job: Job, reason: str) -> None:
        """End the job as moderated and pay it back."""
        await self.fail.moderated(job, reason=reason)
        await self.forget(errand)

    async def put_off(
        self, errand: Errand, *, step: Step, bar: Bar | None, ill: bool = False
    ) -> None:
        """Write a changed errand that was at `step`, and close its lane for a reason."""
        async with self.store.transaction() as tx:
            if not await tx.errands.save(errand, step=step):
                return
            if ill:
                await self._mark(tx, errand, well=False)
            if bar is not None:
                await self._bar(tx, errand.account, errand.email, bar)

    async def open_lane(self, errand: Errand) -> None:
        """Forget why a lane was closed once it works again, unless an operator closed it."""
        lane = await self.store.view.lanes.get(errand.account, errand.email)
        if lane is None or lane.quarantine is None or lane.quarantine.reason is Bar.OPERATOR:
            return
        async with self.store.transaction() as tx:
            await tx.lanes.bar(errand.account, errand.email, None)

    async def _mark(self, tx: Tx, errand: Errand, *, well: bool) -> None:
        now = self.clock.now()
        await tx.lanes.mark(errand.account, errand.email, well=well, at=now)
        health = (await tx.lanes.health(errand.account, at=now)).get(errand.email)
        if not well and health is not None and health.bad:
            await self._bar(tx, errand.account, errand.email, Bar.FAILURES)

    async def _bar(self, tx: Tx, account: AccountId, email: str, reason: Bar) -> None:
        lane = await tx.lanes.get(account, email)
        if lane is not None:
            barred = lane.barred(reason, at=self.clock.now())
            await tx.lanes.bar(account, email, barred.quarantine)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleErrand:
    """An operator's word on jobs of which nobody knows whether another server has them."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def resume(self, job_id: JobId, *, there: int) -> None:
        """Go on with a job by the number that it has on the other server."""
        async with self.store.transaction() as tx:
            errand = await _unknown(tx, job_id)
            now = self.clock.now()
            await tx.errands.save(errand.sent(there, at=now), step=errand.step)
            told = f"it is {there} on its upstream"
            deed = By(who=self.who).deed("job.resume", f"job:{job_id}", at=now, detail=told)
            await tx.audit.add(deed)

    async def release(self, job_id: JobId) -> Job:
        """End a job as failed and pay it back."""
        return await self._end(job_id, charged=False)

    async def settle(self, job_id: JobId) -> Job:
        """End a job as failed, but keep what was held for it: the other server was paid."""
        return await self._end(job_id, charged=True)

    async def _end(self, job_id: JobId, *, charged: bool) -> Job:
        word = "charged" if charged else "paid back"
        async with self.store.transaction() as tx:
            await _unknown(tx, job_id)
            job = await tx.jobs.get(job_id)
            if job is None:
                raise JobNotFound(f"no job with id {job_id}")
            reason = f"it is not known whether the upstream made it; {word} by the operator"
            ended = job.fail(reason, at=self.clock.now())
            if not await end(tx, job, ended, charged=charged):
                raise WrongState(f"job {job_id} has just ended")
            if charged:
                await tx.errands.charge(job_id)
            await tx.errands.drop(job_id)
            what = "job.settle" if charged else "job.release"
            deed = By(who=self.who).deed(what, f"job:{job_id}", at=ended.changed_at)
            await tx.audit.add(deed)
        return ended


async def _unknown(tx: Tx, job_id: JobId) -> Errand:
    errand = await tx.errands.get(job_id)
    if errand is None or errand.step is not Step.UNKNOWN:
        raise JobNotFound(f"job {job_id} is not among those of which nothing is known")
    return errand
