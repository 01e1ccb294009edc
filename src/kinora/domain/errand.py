"""Errands: how far a job is that is made on another server. Every transition is written here."""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, WrongState
from kinora.domain.lane import Upstream

TRACES = uuid.UUID("6f1d7a52-2c53-4b7e-9a4d-0c1f6d2b8e11")
"""The namespace of errands' trace ids (RFC 9562, version 5)."""


class Step(StrEnum):
    """Where an errand is.

    WAITING: nothing that could cost anything was sent. SENDING: the call may have been sent, its
    answer is not known. SENT: the other server has the job, under a number that is noted.
    UNKNOWN: whether the other server has the job cannot be known; an operator must say.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A job's way to another server and back.

    `trace` names the call there; `call` is the call itself, written down before it is sent, so
    that it can be repeated to the letter. `there` is the number that the other server gave the
    job. `tries` counts what went wrong in a row, `due_at` says when to go on. `note` is for people.
    """

    job: JobId
    account: AccountId
    email: str
    trace: str
    begun_at: datetime
    due_at: datetime
    step: Step = Step.WAITING
    call: str = ""
    there: int | None = None
    sent_at: datetime | None = None
    tries: int = 0
    note: str = ""

    @classmethod
    def of(cls, job: Job, *, email: str, upstream: Upstream) -> "Errand":
        """Return the errand of a job that was just given to a lane.

        The sealed key, which has a random part, keeps the trace ids of installations apart that
        share one account of another server.
        """
        salt = hashlib.sha256(upstream.sealed).hexdigest()
        return cls(
            job=job.id,
            account=job.account,
            email=email,
            trace=str(uuid.uuid5(TRACES, f"{salt}/{job.id}/{job.attempt}")),
            begun_at=job.changed_at,
            due_at=job.changed_at,
        )

    def sending(self, call: str, *, at: datetime) -> "Errand":
        """Return the errand as about to send its call."""
        self._must_be(Step.WAITING, Step.SENDING)
        return replace(self, step=Step.SENDING, call=call, sent_at=self.sent_at or at)

    def sent(self, there: int, *, at: datetime) -> "Errand":
        """Return the errand as known to the other server; a lost one begins its time anew."""
        self._must_be(Step.SENDING, Step.UNKNOWN)
        since = at if self.step is Step.UNKNOWN else self.sent_at
        found = replace(self, step=Step.SENT, there=there, sent_at=since)
        return replace(found, tries=0, due_at=at, note="")

    def refused(self, note: str, *, due_at: datetime, again: bool) -> "Errand":
        """Return the errand as not taken this time; its call is made anew unless `again`."""
        self._must_be(Step.WAITING, Step.SENDING)
        return replace(
            self,
            step=Step.WAITING,
            call=self.call if again else "",
            sent_at=None,
            tries=self.tries + 1,
            due_at=due_at,
            note=note,
        )

    def later(self, note: str, *, due_at: datetime) -> "Errand":
        """Return the errand as where it was, to be gone on with later."""
        return replace(self, tries=self.tries + 1, due_at=due_at, note=note)

    def lost(self, note: str) -> "Errand":
        """Return the errand as one that only an operator can go on with."""
        self._must_be(Step.SENDING, Step.SENT)
        return replace(self, step=Step.UNKNOWN, note=note)

    def _must_be(self, *steps: Step) -> None:
        if self.step not in steps:
            raise WrongState(f"the errand of job {self.job} is {self.step}")
