"""Wait for a job that its caller waits for."""

import asyncio
from dataclasses import dataclass

from kinora.domain.errors import Invalid, Overloaded, Unexpected
from kinora.domain.job import Job, JobState, WrongState
from kinora.ports.store import Outcome, Store
from kinora.usecases.cancel_job import CancelJob

LOOKS = 0.02
"""Seconds between two looks at the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitJob:
    """Wait until a job has ended, but not for ever: then it is given up and paid back."""

    store: Store
    cancel: CancelJob
    patience: float = 60.0

    async def __call__(self, job: Job) -> Outcome:
        """Return the completed job with its result; raises Invalid, Overloaded, Unexpected."""
        try:
            async with asyncio.timeout(self.patience):
                outcome = await self._ended(job)
        except TimeoutError:
            outcome = await self._given_up(job)
        if outcome.job.state is JobState.FAILED:
            raise Invalid(outcome.job.reason)
        if outcome.job.state is not JobState.COMPLETED:
            raise Unexpected
        return outcome

    async def _ended(self, job: Job) -> Outcome:
        while True:
            outcome = await self.store.view.jobs.outcome(job.id)
            if outcome is not None and outcome.job.state.final:
                return outcome
            await asyncio.sleep(LOOKS)

    async def _given_up(self, job: Job) -> Outcome:
        try:
            await self.cancel(job.id)
        except WrongState:
            return await self._ended(job)
        raise Overloaded("the engines are too busy for this now; nothing was charged")
