"""The dispatcher, built."""

import os
from datetime import timedelta
from pathlib import Path

from kinora.adapters.fleet.child import FAULTS, PROCESSOR, WALLS
from kinora.adapters.fleet.children import ChildFleet
from kinora.adapters.walls import Walls
from kinora.bootstrap.ground import (
    Ground,
    build_clear,
    build_moderator,
    build_provenance,
    build_sweep,
)
from kinora.dispatch.loop import Dispatcher, Outcomes
from kinora.engines.studio.offer import ENGINE as STUDIO
from kinora.engines.testcard.offer import ENGINE as TESTCARD
from kinora.settings import Settings, environment
from kinora.usecases.expire_assets import ExpireAssets
from kinora.usecases.expire_jobs import ExpireJobs
from kinora.usecases.fail_job import FailJob
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.give_up_waiting import GiveUpWaiting
from kinora.usecases.recover_jobs import RecoverJobs
from kinora.usecases.renew_months import RenewMonths

LARGEST_FILE = 8 << 30
"""Bytes of the largest file that an engine may write."""

OPEN_FILES = 512

ENGINES = {"studio": STUDIO, "testcard": TESTCARD}


def build_dispatcher(ground: Ground) -> Dispatcher:
    """Build the dispatcher with its engines."""
    settings, store, clock = ground.settings, ground.store, ground.clock
    fail = FailJob(store=store, clock=clock)
    return Dispatcher(
        store=store,
        blobs=ground.blobs,
        fleet=ChildFleet(
            ENGINES[settings.engine],
            stall=settings.stall,
            size=settings.engine_count,
            environment=environment(
                NUMBA_CACHE_DIR=str(settings.kernels / "kernels"),
                # One arena a thread would hold on to memory that a film needed once.
                MALLOC_ARENA_MAX="2",
                # Two megabytes a page would hold on to more than a film's buffers.
                NUMPY_MADVISE_HUGEPAGE="0",
                NUMBA_NUM_THREADS=str(settings.engine_threads),
                SPEECH_VOICES=str(settings.voices or ""),
                **engine_faults(settings),
                **engine_walls(settings),
            ),
        ),
        clock=clock,
        outcomes=Outcomes(
            finish=build_finish(ground),
            fail=fail,
            recover=RecoverJobs(store=store, clock=clock, fail=fail),
            give_up_waiting=GiveUpWaiting(store=store, clock=clock, fail=fail),
        ),
        workshop=settings.data / "work",
        chores=(
            build_expiry(ground, fail),
            RenewMonths(store=store, clock=clock),
            ExpireAssets(store=store, clock=clock, clear=build_clear(ground)),
            build_sweep(ground).in_passing,
        ),
    )


def build_expiry(ground: Ground, fail: FailJob) -> ExpireJobs:
    """Build what gives up jobs that take too long."""
    return ExpireJobs(
        store=ground.store,
        clock=ground.clock,
        fail=fail,
        place_after=timedelta(minutes=ground.settings.place_minutes),
        refund_after=timedelta(hours=ground.settings.refund_hours),
    )


def engine_walls(settings: Settings) -> dict[str, str]:
    """Draw an engine's walls: it reads blobs and voices, and writes its work and kernels."""
    if not settings.walls:
        return {}
    # The kernels' folder is made by whoever comes first, and must be there to be let in.
    kernels, work = settings.kernels / "kernels", settings.data / "work"
    for folder in (kernels, work):
        folder.mkdir(parents=True, exist_ok=True)
    walls = Walls(
        read=(
            str((settings.data / "blobs").resolve()),
            *([str(settings.voices.resolve())] if settings.voices else []),
        ),
        # Faults that tests lay out are taken away by whoever meets them.
        write=tuple(str(each.resolve()) for each in (work, kernels, *_laid(settings))),
        memory=settings.engine_memory << 20,
        file=LARGEST_FILE,
        open_files=OPEN_FILES,
    )
    seconds = str(settings.engine_minutes * 60)
    # What a library keeps for a moment belongs into the work folder, too.
    return {WALLS: walls.text(), PROCESSOR: seconds, "TMPDIR": str(work.resolve())}


def _laid(settings: Settings) -> tuple[Path, ...]:
    return (Path(settings.faults),) if settings.faults else ()


def engine_faults(settings: Settings) -> dict[str, str]:
    """Tell an engine's process where tests lay out faults, if they do."""
    return {FAULTS: f"{settings.faults}:{os.getppid()}"} if settings.faults else {}


def build_finish(ground: Ground) -> FinishJob:
    """Build the verb that ends jobs well."""
    return FinishJob(
        store=ground.store,
        blobs=ground.blobs,
        clock=ground.clock,
        mint=ground.mint,
        moderator=build_moderator(ground.settings),
        provenance=build_provenance(ground.settings),
        keeping=ground.settings.keeping,
    )
