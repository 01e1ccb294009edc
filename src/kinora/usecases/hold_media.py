"""Put media under a legal hold, and lift it: nobody can delete what is held."""

from dataclasses import dataclass

from kinora.domain.deed import SERVER, By
from kinora.domain.errors import Invalid, JobNotFound, MediaNotFound, Missing, NotAllowed
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import JobState
from kinora.domain.keeping import LegalHold
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be held: exactly one of these."""

    account: AccountId | None = None
    job: JobId | None = None
    asset: AssetId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMedia:
    """Put an account, a job or an asset under a legal hold.

    `doer` is who does it, for the audit log; `who` of the call is whose name stands on the hold.
    """

    store: Store
    clock: Clock
    doer: str = SERVER

    async def __call__(self, subject: Subject, *, reason: str, who: str) -> LegalHold:
        """Return the hold; raises Missing, Invalid, NotAllowed, JobNotFound, MediaNotFound."""
        if not reason.strip():
            raise Missing("reason")
        given = (subject.account, subject.job, subject.asset)
        if sum(each is not None for each in given) != 1:
            raise Invalid("name exactly one of account, job and asset")
        async with self.store.transaction() as tx:
            now = self.clock.now()
            hold = await tx.legal_holds.add(
                await _owner(tx, subject),
                job=subject.job,
                asset=subject.asset,
                reason=reason.strip(),
                who=who,
                at=now,
            )
            told = f"{_named(subject)}, in the name of {who}"
            deed = By(who=self.doer).deed("hold.add", f"hold:{hold.id}", at=now, detail=told)
            await tx.audit.add(deed)
        return hold


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold:
    """End a legal hold; who lifted it stays on record."""

    store: Store
    clock: Clock
    doer: str = SERVER

    async def __call__(self, number: int, *, who: str) -> None:
        """Lift it; raises Invalid when no hold with this number goes on."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            if not await tx.legal_holds.end(number, who=who, at=now):
                raise Invalid(f"there is no legal hold {number} that goes on")
            told = f"in the name of {who}"
            deed = By(who=self.doer).deed("hold.lift", f"hold:{number}", at=now, detail=told)
            await tx.audit.add(deed)


def _named(subject: Subject) -> str:
    if subject.job is not None:
        return f"job {subject.job}"
    if subject.asset is not None:
        return f"asset {subject.asset}"
    return f"account {subject.account}"


async def _owner(tx: Tx, subject: Subject) -> AccountId:
    """Return whose media is meant; what is gone already cannot be held."""
    if subject.job is not None:
        job = await tx.jobs.get(subject.job)
        if job is None:
            raise JobNotFound(f"no job with id {subject.job}")
        if job.state is JobState.DELETED:
            raise Invalid(f"what job {job.id} made is deleted already")
        return job.account
    if subject.asset is not None:
        asset = await tx.assets.get(subject.asset)
        if asset is None:
            raise MediaNotFound(f"no media with id {subject.asset}")
        return asset.account
    account = subject.account
    if account is None or await tx.accounts.get(account) is None:
        raise NotAllowed(f"there is no account {account}")
    return account
