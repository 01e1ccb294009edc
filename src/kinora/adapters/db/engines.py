"""Engines by name, and what an operator has halted of them, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from kinora.adapters.db.rows import micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.lane import Upstream
from kinora.domain.rank import Halt, Stop


class SqlEngines:
    """This server's own engine, and upstreams by their host."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def own(self) -> str:
        """Return which engine this server runs."""
        row = self._db.one("own_engine", {})
        return row["name"] if row else ""

    async def set_own(self, name: str) -> None:
        """Note which engine this server runs."""
        self._db.run("drop_other_engines", {"name": name})
        self._db.run("put_own_engine", {"name": name})

    async def stops(self) -> Sequence[Stop]:
        """Return the engines that an operator has halted."""
        return engine_stops(self._db)

    async def stop(self, name: str, halt: Halt, *, at: datetime) -> None:
        """Halt an engine."""
        values = {"name": name, "halt": halt.value, "at": micros(at)}
        self._db.run("put_engine_stop", values)

    async def resume(self, name: str) -> bool:
        """Take a halt back."""
        return self._db.run("drop_engine_stop", {"name": name}) == 1


class Halts:
    """How engines are halted at a moment, for lanes."""

    def __init__(self, db: Connection) -> None:
        """Read all of them; most often there is none."""
        rows = db.all("engine_stops", {})
        self._by_name = {row["name"]: Halt(row["halt"]) for row in rows}
        self._own = next((Halt(row["halt"]) for row in rows if row["own"]), None)

    def of(self, upstream: Upstream | None) -> Halt | None:
        """Return how the engine of a lane is halted; without an upstream it is the own one."""
        return self._own if upstream is None else self._by_name.get(upstream.host)


def engine_stops(db: Connection) -> list[Stop]:
    """Return the engines that are halted."""
    return [
        Stop(engine=row["name"], halt=Halt(row["halt"]), since=moment(row["at"]))
        for row in db.all("engine_stops", {})
    ]
