"""What `kinora doctor` looks at: each check gives one line, and mends when it may."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kinora.adapters import premises
from kinora.adapters.db.migrate import schema_of
from kinora.bootstrap.ground import Ground, Operator, build_clear, build_sweep
from kinora.cli.desk import Row
from kinora.usecases.examine_media import ExamineMedia, Findings

LOW_DISK = 1 << 30
NEEDED = ("av", "cv2", "numba", "scipy", "skia")
DAY = 86_400.0
SEVERAL = 5
AT_MOST = 100_000
STALE = ("tmp", "uploads")
"""Folders in which a living caller's files are younger than a day."""

Agrees = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the doctor may do; `serving` tells whether a server is at work."""

    operator: Operator
    mend: bool
    deep: bool
    serving: bool

    @property
    def ground(self) -> Ground:
        """What the operator stands on."""
        return self.operator.ground

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.ground.settings.data


async def look_over(visit: Visit, *, agrees: Agrees | None) -> list[Row]:
    """Return a line for each check; `agrees` is asked before anything is marked as deleted.

    The audit log hears that it mends before it does, for what it removes is gone.
    """
    if visit.mend:
        at = visit.ground.clock.now()
        async with visit.ground.store.transaction() as tx:
            await tx.audit.add(visit.operator.by.deed("doctor.mend", "server", at=at))
    media = ExamineMedia(store=visit.ground.store, blobs=visit.ground.blobs)
    found = await media(deep=visit.deep, folder=visit.data / "tmp")
    return [
        check_schema(visit),
        await check_database(visit),
        await check_books(visit),
        await check_lost(visit, found, agrees),
        check_whole(visit, found),
        await check_references(visit),
        await check_doomed(visit),
        await check_upstreams(visit),
        await check_orphans(visit),
        check_leftovers(visit),
        check_modes(visit),
        check_disk(visit),
        check_libraries(),
    ]


def check_schema(visit: Visit) -> Row:
    """The database has a schema that this Kinora works on; others end the command before."""
    return finding("schema", True, f"schema {schema_of(visit.ground.settings.database)}")


async def check_database(visit: Visit) -> Row:
    """The file is whole, and what it refers to is there."""
    damage = await visit.ground.store.view.upkeep.damage()
    told = f"{_some(damage)}: restore a backup" if damage else "the database is whole"
    return finding("database", not damage, told)


async def check_books(visit: Visit) -> Row:
    """Balances are the sums of their entries."""
    proof = await visit.ground.store.view.ledger.prove()
    found = [str(each) for each in proof.findings]
    told = f"{_some(found)}; `kinora credits reconcile` names all" if found else "the books add up"
    return finding("books", not found, told)


async def check_upstreams(visit: Visit) -> Row:
    """No job's credits are held because nobody knows whether its upstream has it."""
    unknown = await visit.ground.store.view.errands.unknown()
    if not unknown:
        return finding("upstreams", True, "of every job it is known who has it")
    told = f"{len(unknown)} jobs wait for a word of yours: see kinora jobs unknown"
    return finding("upstreams", False, told)


async def check_lost(visit: Visit, found: Findings, agrees: Agrees | None) -> Row:
    """Every asset has its bytes."""
    lost = found.missing
    if not lost:
        return finding("files", True, "every asset has its file")
    told = f"{len(lost)} missing: {_some(lost)}"
    if not visit.mend:
        return finding("files", False, f"{told}; a backup may have them, --mend gives them up")
    question = f"{told}. Mark what they belong to as deleted? A backup may still have them."
    if agrees is None or not agrees(question):
        return finding("files", False, f"{told}; nothing was marked as deleted (--yes does it)")
    held = await visit.operator.mark_lost(lost)
    if held:
        return finding("files", False, f"under a legal hold, and so not given up: {_some(held)}")
    return finding("files", True, f"{len(lost)} marked as deleted: {_some(lost)}")


def check_whole(visit: Visit, found: Findings) -> Row:
    """Files have the sizes, and when asked to look the hashes, that they had."""
    wrong = [*found.resized, *found.changed]
    if wrong:
        told = f"{len(wrong)} damaged: {_some(wrong)}; put them back from a backup, or delete them"
        return finding("bytes", False, told)
    return finding("bytes", True, "sizes and hashes are right" if visit.deep else "sizes are right")


async def check_references(visit: Visit) -> Row:
    """Shared bytes know how many assets have them."""
    store = visit.ground.store
    wrong = await store.view.upkeep.miscounted()
    if wrong and visit.mend:
        await visit.operator.recount()
        return finding("references", True, f"{len(wrong)} counted anew")
    told = f"{_some(wrong)}; --mend counts anew" if wrong else "references are counted right"
    return finding("references", not wrong, told)


async def check_doomed(visit: Visit) -> Row:
    """Bytes that were given up are gone, or go soon."""
    doomed = visit.ground.store.view.doomed
    cleared = await build_clear(visit.ground)() if visit.mend else 0
    left = await doomed.some(at_most=AT_MOST)
    if left and visit.mend:
        return finding("deleted", False, f"{len(left)} cannot be removed now: {_some(left)}")
    if left:
        who = "the server removes them soon" if visit.serving else "--mend removes them"
        return finding("deleted", True, f"{len(left)} deleted files wait: {who}")
    told = f"{cleared} deleted files were removed" if cleared else "deleted media is gone"
    return finding("deleted", True, told)


async def check_orphans(visit: Visit) -> Row:
    """No bytes lie about that belong to nothing."""
    sweep = build_sweep(visit.ground)
    orphans = await (sweep() if visit.mend else sweep.orphans())
    if not orphans:
        return finding("orphans", True, "no stored bytes belong to nothing")
    word = "removed" if visit.mend else "could be removed with --mend"
    return finding("orphans", True, f"{len(orphans)} {word}: {_some(orphans)}")


def check_leftovers(visit: Visit) -> Row:
    """Nothing was left behind by calls, uploads and jobs that ended suddenly."""
    stale = [
        path for name in STALE for path in premises.leftovers(visit.data / name, older_than=DAY)
    ]
    if not visit.serving:
        # Work folders of a running server are its dispatcher's.
        stale += premises.leftovers(visit.data / "work", older_than=0)
    if not stale:
        whose = "; work folders are left to the server" if visit.serving else ""
        return finding("leftovers", True, f"nothing was left behind{whose}")
    names = _some([path.relative_to(visit.data).as_posix() for path in stale])
    if visit.mend:
        premises.remove(stale)
        return finding("leftovers", True, f"{len(stale)} removed: {names}")
    return finding("leftovers", True, f"{len(stale)} could be removed with --mend: {names}")


def check_modes(visit: Visit) -> Row:
    """Secrets can be read by their owner only."""
    wrong = premises.open_to_others(visit.data)
    names = _some([path.relative_to(visit.data).as_posix() for path in wrong])
    if wrong and visit.mend:
        premises.close_to_others(wrong)
        return finding("modes", True, f"closed to others: {names}")
    told = f"others can read {names}; --mend closes them" if wrong else "secrets are private"
    return finding("modes", not wrong, told)


def check_disk(visit: Visit) -> Row:
    """There is room to work."""
    free = shutil.disk_usage(visit.data).free
    return finding("disk", free > LOW_DISK, f"{free / (1 << 30):.1f} GiB free")


def check_libraries() -> Row:
    """What the built-in engine stands on is installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    text = f"missing: {', '.join(missing)}" if missing else "the built-in engine can run"
    return finding("engine", not missing, text)


def finding(what: str, well: bool, text: str) -> Row:  # noqa: FBT001 - a verdict is a yes or a no
    """Return one line of the report."""
    return {"check": what, "well": well, "finding": text}


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SEVERAL])
    return shown + (" …" if len(names) > SEVERAL else "")
