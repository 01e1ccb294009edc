"""What every process of a server stands on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import structlog

from kinora import __version__
from kinora.adapters.blobs.disk import DiskBlobs
from kinora.adapters.clock import RandomMint, SystemClock
from kinora.adapters.db.migrate import migrate
from kinora.adapters.db.sqlite import SqliteStore, open_store
from kinora.adapters.faults import FaultyClock
from kinora.adapters.media.eyes import GuardedEyes
from kinora.adapters.media.gate import GuardedGate
from kinora.adapters.provenance.nothing import NoStamp
from kinora.adapters.sealing import Sealer
from kinora.adapters.secrets import BadSecret, installation_secret, make_secret, write_private
from kinora.catalog.book import Catalog, load
from kinora.catalog.neural import find_voices
from kinora.catalog.plans import load_plans
from kinora.catalog.templates import BadTemplates
from kinora.domain.deed import SERVER, By
from kinora.domain.keys import Pepper
from kinora.domain.quota import SILENT
from kinora.domain.seals import derived
from kinora.moderation.hashes import BadHashes, load_hashes
from kinora.moderation.moderator import RuleModerator
from kinora.moderation.rules import BadRules, load_rules
from kinora.ports.clock import Clock
from kinora.ports.provenance import Provenance
from kinora.ports.sealing import Sealing
from kinora.settings import BadSettings, Settings
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.choose_plan import ChoosePlan
from kinora.usecases.end_errand import SettleErrand
from kinora.usecases.examine_media import MarkLost, Recount
from kinora.usecases.halt_queue import HaltQueue
from kinora.usecases.hold_media import HoldMedia, LiftHold
from kinora.usecases.keep_keys import RevokeKey, RotateKey
from kinora.usecases.keep_lanes import CloseLane
from kinora.usecases.look_at_mimic import LookAtMimic, Verdicts
from kinora.usecases.manage_accounts import (
    CapKey,
    ChangeAccount,
    CreateAccount,
    CreateKey,
    GrantCredits,
)
from kinora.usecases.open_house import OpenHouse, Welcome
from kinora.usecases.queue_limits import QueueLimits
from kinora.usecases.read_queue import ReadQueue
from kinora.usecases.read_quota import ReadQuota
from kinora.usecases.remove_media import ClearDoomed
from kinora.usecases.set_retention import ApplyRetention, RemoveRetention, SetRetention
from kinora.usecases.settle_review import SettleReview
from kinora.usecases.sweep_blobs import SweepBlobs

log = structlog.get_logger()

BLOCKED = "blocked-media.txt"
"""The list of refused media, in the data folder: see `kinora.moderation.hashes`."""

DISPATCHER = 7
"""The dispatcher's number among the processes that mint ids; API processes count from 0."""


EYES = "kinora.engines.studio.mimic.looking"
"""The module that looks at media before a job is accepted, in a process of the gate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every process of a server stands on."""

    settings: Settings
    store: SqliteStore
    blobs: DiskBlobs
    clock: Clock
    mint: RandomMint
    secret: bytes
    eyes: GuardedEyes
    gate: GuardedGate = field(default_factory=GuardedGate)
    verdicts: Verdicts = field(default_factory=Verdicts)

    async def close(self) -> None:
        """End the gate's processes, finish what is under way and let go of the files."""
        await self.gate.close()
        await self.eyes.close()
        await self.store.close()

    @property
    def pepper(self) -> Pepper:
        """What is mixed into the digests of keys."""
        return Pepper(derived(self.secret, "keys"))

    @property
    def heartbeat(self) -> Path:
        """The file whose age tells whether a dispatcher is at work."""
        return self.settings.data / "run" / "dispatcher.seen"

    @property
    def metrics_token(self) -> str:
        """What opens /metrics."""
        return self.settings.metrics_token or derived(self.secret, "metrics").hex()


async def stand(settings: Settings, *, process: int) -> Ground:
    """Open what is stored; the data folder must have been prepared."""
    store = open_store(settings.database)
    newest = await store.newest_id()
    return Ground(
        settings=settings,
        store=store,
        blobs=DiskBlobs(settings.data / "blobs"),
        clock=build_clock(settings),
        mint=RandomMint(worker=process, floor=newest),
        secret=installation_secret(settings.data),
        eyes=GuardedEyes(EYES),
    )


def build_clock(settings: Settings) -> SystemClock:
    """Return the clock; a test may set one wrong."""
    return FaultyClock(Path(settings.faults)) if settings.faults else SystemClock()


async def prepare(settings: Settings, *, tell: Callable[[str], object] = lambda _: None) -> Welcome:
    """Make the data folder fit to serve: newest schema, a default account and its key.

    What an operator should know of an upgrade is told. Raises BadSettings when a file that a
    setting names cannot be used, NewerSchema when the data is a newer Kinora's.
    """
    try:
        build_moderator(settings)
        build_catalog(settings)
    except (BadRules, BadHashes, BadTemplates) as error:
        raise BadSettings(str(error)) from None
    if settings.voices:
        for name, reason in find_voices(settings.voices).refused.items():
            log.warning("voice.skipped", file=name, reason=reason)
    if has_database(settings) or holds_media(settings):
        check_whole(settings)
    for name in ("blobs", "tmp", "work", "run"):
        (settings.data / name).mkdir(parents=True, exist_ok=True)
    settings.data.chmod(0o700)
    if credentials_wanted(settings):
        from kinora.adapters.provenance.keys import ensure_keys  # noqa: PLC0415 - an extra

        ensure_keys(provenance_folder(settings), now=SystemClock().now())
    make_secret(settings.data)
    migrate(settings.database, tell=tell)
    ground = await stand(settings, process=DISPATCHER)
    try:
        operator = build_operator(ground)
        welcome = await OpenHouse(
            store=ground.store,
            create_account=operator.create_account,
            create_key=operator.create_key,
            grant=operator.grant,
        )(bootstrap_key=settings.bootstrap_key)
        async with ground.store.transaction() as tx:
            # Commands are not told the server's settings, and must know its engine.
            await tx.engines.set_own(settings.engine)
    finally:
        await ground.store.close()
    token = settings.data / "metrics-token"
    if not token.exists():
        write_private(token, ground.metrics_token + "\n")
    return welcome


def check_whole(settings: Settings) -> None:
    """Raise BadSettings when a part of a data folder is gone: to begin anew would hide the loss."""
    if not has_database(settings):
        text = f"{settings.data} holds media, but {settings.database.name} is missing or empty"
        raise BadSettings(f"{text}: `kinora restore` makes a new folder of a backup")
    try:
        installation_secret(settings.data)
    except BadSecret as error:
        raise BadSettings(
            f"{error}. It opens all keys, links, and what is sealed for upstreams and webhooks: "
            "put it back from a backup. If it is lost, write a new one (`openssl rand -hex 32`), "
            "and make new keys, webhooks and passwords of lanes"
        ) from None


def has_database(settings: Settings) -> bool:
    """Tell whether there is a database, even a damaged one."""
    return settings.database.exists() and settings.database.stat().st_size > 0


def holds_media(settings: Settings) -> bool:
    """Tell whether a data folder has stored bytes."""
    return any(path.is_file() for path in (settings.data / "blobs").rglob("*"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What an operator's commands need."""

    ground: Ground
    by: By
    create_account: CreateAccount
    change_account: ChangeAccount
    create_key: CreateKey
    cap_key: CapKey
    choose_plan: ChoosePlan
    revoke_key: RevokeKey
    rotate_key: RotateKey
    grant: GrantCredits
    cancel: CancelJob
    settle_review: SettleReview
    hold: HoldMedia
    lift_hold: LiftHold
    set_retention: SetRetention
    remove_retention: RemoveRetention
    apply_retention: ApplyRetention
    settle_errand: SettleErrand
    close_lane: CloseLane
    halt: HaltQueue
    mark_lost: MarkLost
    recount: Recount


def build_operator(ground: Ground, *, who: str = SERVER) -> Operator:
    """Build the operator's verbs; `who` the audit log says did what they do."""
    store, clock, mint, pepper = ground.store, ground.clock, ground.mint, ground.pepper
    return Operator(
        ground=ground,
        by=By(who=who),
        create_account=CreateAccount(store=store, clock=clock, who=who),
        change_account=ChangeAccount(store=store, clock=clock, who=who),
        create_key=CreateKey(store=store, clock=clock, mint=mint, pepper=pepper, who=who),
        revoke_key=RevokeKey(store=store, clock=clock, who=who),
        rotate_key=RotateKey(store=store, clock=clock, mint=mint, pepper=pepper, who=who),
        cap_key=CapKey(store=store, clock=clock, who=who),
        choose_plan=ChoosePlan(store=store, clock=clock, who=who),
        grant=GrantCredits(store=store, clock=clock, who=who),
        cancel=CancelJob(store=store, clock=clock, who=who),
        settle_review=SettleReview(store=store, blobs=ground.blobs, clock=clock, who=who),
        hold=HoldMedia(store=store, clock=clock, doer=who),
        lift_hold=LiftHold(store=store, clock=clock, doer=who),
        set_retention=SetRetention(store=store, clock=clock, who=who),
        remove_retention=RemoveRetention(store=store, clock=clock, who=who),
        apply_retention=ApplyRetention(
            store=store, clock=clock, otherwise=ground.settings.keeping, who=who
        ),
        settle_errand=SettleErrand(store=store, clock=clock, who=who),
        close_lane=CloseLane(store=store, clock=clock, who=who),
        halt=HaltQueue(store=store, clock=clock, who=who),
        mark_lost=MarkLost(store=store, clock=clock, who=who),
        recount=Recount(store=store, clock=clock, who=who),
    )


def build_moderator(settings: Settings) -> RuleModerator:
    """Read the rules and the block list; raise BadRules and BadHashes."""
    path = Path(settings.moderation_rules) if settings.moderation_rules else None
    return RuleModerator(rules=load_rules(path), hashes=load_hashes(settings.data / BLOCKED))


def credentials_wanted(settings: Settings) -> bool:
    """Tell whether results are to be signed; raise BadSettings when they cannot be but must."""
    if settings.provenance == "off":
        return False
    found = all(find_spec(name) is not None for name in ("c2pa", "cryptography"))
    if not found and settings.provenance == "signed":
        needed = 'pip install "kinora[provenance]"'
        raise BadSettings(f"bad setting: provenance is signed, but its extra is missing: {needed}")
    return found


def provenance_folder(settings: Settings) -> Path:
    """Return where key and certificates lie."""
    own = settings.provenance_folder
    return Path(own) if own else settings.data / "provenance"


def build_provenance(settings: Settings) -> Provenance:
    """Return what stamps results; its key was made when the data folder was prepared."""
    if not credentials_wanted(settings):
        return NoStamp()
    # Loaded only where it is used: the library is an extra, and large.
    from kinora.adapters.provenance.credentials import Credentials  # noqa: PLC0415

    return Credentials(provenance_folder(settings), version=__version__)


def build_look(ground: Ground) -> LookAtMimic:
    """Build what looks at media before a job is accepted."""
    return LookAtMimic(
        store=ground.store,
        blobs=ground.blobs,
        eyes=ground.eyes,
        folder=ground.settings.data / "tmp",
        verdicts=ground.verdicts,
    )


def build_catalog(settings: Settings) -> Catalog:
    """Read models and templates; raise BadTemplates."""
    own = Path(settings.templates) if settings.templates else None
    return load(frozenset(settings.inactive_templates), own, settings.voices)


def build_clear(ground: Ground) -> ClearDoomed:
    """Build what removes bytes that were given up."""
    return ClearDoomed(store=ground.store, blobs=ground.blobs)


def build_lane_seal(ground: Ground) -> Sealing:
    """Build what keeps other servers' keys."""
    return Sealer(derived(ground.secret, "lanes"))


def build_limits(settings: Settings) -> QueueLimits:
    """Return what the queue takes."""
    return QueueLimits(jobs=settings.queue_limit, seconds=settings.longest_wait)


def build_places(ground: Ground) -> ReadQueue:
    """Build what tells where jobs stand; one for a process, for all who ask share its looks."""
    engines = ground.settings.engine_count
    return ReadQueue(store=ground.store, clock=ground.clock, engines=engines)


def build_quota(settings: Settings) -> ReadQuota:
    """Build what knows how much accounts may keep and do."""
    plans = {name: plan for name, plan in load_plans().items() if plan.quota != SILENT}
    return ReadQuota(otherwise=settings.quota, plans=plans)


def build_sweep(ground: Ground) -> SweepBlobs:
    """Build the broom."""
    return SweepBlobs(store=ground.store, blobs=ground.blobs, clock=ground.clock)
