"""How the dialect numbers and names the states of jobs."""

from dataclasses import dataclass

from kinora.domain.job import JobState


@dataclass(frozen=True, slots=True)
class Status:
    """One status: its number, its name, and whether it is the last one."""

    number: int
    name: str
    final: bool


COMPLETED = Status(1, "COMPLETED", final=True)
QUEUED = Status(5, "QUEUED", final=False)
MODERATED = Status(7, "MODERATED", final=True)
FAILED = Status(8, "FAILED", final=True)
GENERATING = Status(9, "GENERATING", final=False)


AT_WORK = Status(10, "GENERATING", final=False)


def sound_status(state: JobState) -> Status:
    """Return the status of a sound's state: another number while it is made, and no moderated."""
    found = status_of(state)
    return {GENERATING: AT_WORK, MODERATED: FAILED}.get(found, found)


def status_of(state: JobState) -> Status:
    """Return the status of a state, the same for films and pictures.

    The vendor's page calls a queued video final, at which every client would stop: here it is not.
    """
    match state:
        case JobState.COMPLETED:
            return COMPLETED
        case JobState.QUEUED:
            return QUEUED
        case JobState.RUNNING:
            return GENERATING
        case JobState.MODERATED | JobState.DELETED:
            return MODERATED
        case JobState.FAILED | JobState.CANCELLED:
            return FAILED
