"""Named places of a job's walk at which a fault can be made to happen.

Tests try each of them (`tests/faults`). Unless the setting `faults` names a folder, nothing is
armed, and reaching a place costs one comparison.
"""

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """The places, in the order of the walk. `written`: inside a transaction; `kept`: after it."""

    SUBMIT_BEGUN = "submit.begun"
    SUBMIT_WRITTEN = "submit.written"
    SUBMIT_KEPT = "submit.kept"
    COMMIT_BEFORE = "commit.before"
    COMMIT_AFTER = "commit.after"
    UPLOAD_STORED = "upload.stored"
    UPLOAD_KEPT = "upload.kept"
    CLAIM_WRITTEN = "claim.written"
    CLAIM_KEPT = "claim.kept"
    HANDED_OVER = "job.handed_over"
    ENGINE_BEGUN = "engine.begun"
    ENGINE_STEP = "engine.step"
    ENGINE_MADE = "engine.made"
    FINISH_BEGUN = "finish.begun"
    FINISH_STORED = "finish.stored"
    FINISH_WRITTEN = "finish.written"
    FINISH_KEPT = "finish.kept"
    FAIL_WRITTEN = "fail.written"
    FAIL_KEPT = "fail.kept"
    LOSE_WRITTEN = "lose.written"
    LOSE_KEPT = "lose.kept"
    CANCEL_WRITTEN = "cancel.written"
    CANCEL_KEPT = "cancel.kept"
    DELETE_WRITTEN = "delete.written"
    DELETE_KEPT = "delete.kept"
    POST_SENT = "post.sent"
    ERRAND_CALL_KEPT = "errand.call_kept"
    ERRAND_SENT = "errand.sent"
    ERRAND_KEPT = "errand.kept"
    PART_STARTED = "supervisor.part_started"


_strike: Callable[[Point], None] | None = None


def arm(strike: Callable[[Point], None] | None) -> None:
    """Call `strike` at every place that is reached from now on, or nothing when it is None."""
    global _strike  # noqa: PLW0603 - one process, one set of faults
    _strike = strike


def reach(point: Point) -> None:
    """Say that a place of the walk has been reached."""
    if _strike is not None:
        _strike(point)
