"""Tell what waits and runs on each engine of this server, and on each upstream."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kinora.domain.errand import Errand, Step
from kinora.domain.errors import Invalid
from kinora.domain.rank import Stop
from kinora.ports.store import Store, Tx

MOST_RUNNING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLoad:
    """What one engine has to do, and how it is halted.

    `unknown` counts jobs that an upstream may or may not have; they are an operator's.
    """

    name: str
    own: bool
    stop: Stop | None = None
    waiting: int = 0
    running: int = 0
    unknown: int = 0

    @property
    def left(self) -> int:
        """How many of its jobs have not ended."""
        return self.waiting + self.running + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEngines:
    """Reads engines by name: this server's own first, then upstreams, then others that are halted.

    What waits in the queue is the own one's, whichever that is; an upstream's jobs are those of
    the lanes that lead to its host.
    """

    store: Store

    async def __call__(self) -> Sequence[EngineLoad]:
        """Return all engines."""
        view = self.store.view
        stops = {stop.engine: stop for stop in await view.engines.stops()}
        steps = Counter((host, errand.step) for host, errand in await self._errands())
        own = await view.engines.own()
        waiting = sum((await view.queue.waiting()).values())
        running = len(await view.queue.running(at_most=MOST_RUNNING))
        return [
            EngineLoad(
                name=name,
                own=name == own,
                stop=stops.get(name),
                waiting=steps[name, Step.WAITING] + (waiting if name == own else 0),
                running=steps[name, Step.SENDING]
                + steps[name, Step.SENT]
                + (running if name == own else 0),
                unknown=steps[name, Step.UNKNOWN],
            )
            for name in await engine_names(view)
        ]

    async def one(self, name: str) -> EngineLoad:
        """Return an engine; raise Invalid."""
        await check_engine(self.store.view, name)
        return next(load for load in await self() if load.name == name)

    async def to_send(self, name: str) -> Sequence[Errand]:
        """Return errands that an upstream has not got yet, those that go on first before others."""
        found = [errand for host, errand in await self._errands() if host == name]
        waiting = [errand for errand in found if errand.step is Step.WAITING]
        return sorted(waiting, key=lambda errand: (errand.due_at, errand.job))

    async def _errands(self) -> list[tuple[str, Errand]]:
        """Return all errands, each with the host that it leads to."""
        view = self.store.view
        hosts = {
            (each.account, each.lane.email): each.lane.upstream.host
            for each in await view.lanes.all()
            if each.lane.upstream is not None
        }
        errands = {each.job: each for each in await view.errands.open()}
        errands |= {each.job: each for each in await view.errands.unknown()}
        return [
            (hosts.get((errand.account, errand.email), ""), errand) for errand in errands.values()
        ]


async def engine_names(tx: Tx) -> list[str]:
    """Return the engines that there are, and those of others that are halted."""
    lanes = [each.lane.upstream for each in await tx.lanes.all()]
    hosts = sorted({upstream.host for upstream in lanes if upstream is not None})
    halted = [stop.engine for stop in await tx.engines.stops()]
    return [name for name in dict.fromkeys([await tx.engines.own(), *hosts, *halted]) if name]


async def check_engine(tx: Tx, name: str) -> None:
    """Raise Invalid for an engine that there is not."""
    names = await engine_names(tx)
    if name not in names:
        raise Invalid(f"engine must be one of {', '.join(names)}, not {name!r}")
