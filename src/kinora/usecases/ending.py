"""What follows from the end of a job, written once."""

from kinora.domain.fact import FactKind
from kinora.domain.job import Job, JobState
from kinora.ports.store import Tx


async def end(tx: Tx, before: Job, after: Job, *, charged: bool = False) -> bool:
    """End a job as `after` says and do all that follows; False when it is not as `before` any more.

    A completed job is paid, any other gets its credits back unless an operator wants it `charged`;
    its place is free again, and the world is to hear of it.
    """
    if not await tx.jobs.save(after, state=before.state, attempt=before.attempt):
        return False
    if charged or after.state is JobState.COMPLETED:
        await tx.ledger.settle(after, at=after.changed_at)
    else:
        await tx.ledger.release(after, at=after.changed_at)
        await tx.keys.give_back(after)
    await tx.jobs.free_place(after)
    await tx.outbox.add(FactKind(f"job.{after.state}"), after, at=after.changed_at)
    return True
