"""The store on one SQLite file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kinora.adapters.db.assets import SqlAssets
from kinora.adapters.db.books import SqlAnswers, SqlLedger, SqlOutbox
from kinora.adapters.db.callbacks import SqlCallbacks
from kinora.adapters.db.deeds import SqlAudit, SqlQuotas
from kinora.adapters.db.engines import SqlEngines
from kinora.adapters.db.keeping import SqlDoomed, SqlLegalHolds, SqlRetention
from kinora.adapters.db.lanes import SqlErrands, SqlLanes
from kinora.adapters.db.people import SqlAccounts, SqlKeys
from kinora.adapters.db.queue import SqlQueue
from kinora.adapters.db.reviews import SqlReviews
from kinora.adapters.db.shelves import SqlShelves
from kinora.adapters.db.statements import Connection, connect
from kinora.adapters.db.upkeep import SqlUpkeep
from kinora.adapters.db.voices import SqlVoices
from kinora.adapters.db.webhooks import SqlDeliveries, SqlEndpoints
from kinora.adapters.db.work import SqlJobs
from kinora.adapters.db.writer import Writer
from kinora.ports.audit import Audit
from kinora.ports.callbacks import Callbacks
from kinora.ports.engines import Engines
from kinora.ports.keeping import Doomed, LegalHolds, Retention
from kinora.ports.keys import Keys
from kinora.ports.lanes import Errands, Lanes
from kinora.ports.queue import Queue
from kinora.ports.quotas import Quotas
from kinora.ports.shelves import Shelves
from kinora.ports.store import (
    Accounts,
    Answers,
    Assets,
    Jobs,
    Ledger,
    Outbox,
    Reviews,
    Tx,
    Voices,
)
from kinora.ports.upkeep import Upkeep
from kinora.ports.webhooks import Deliveries, Endpoints


class SqlTx:
    """Every noun over one connection."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._accounts = SqlAccounts(db)
        self._keys = SqlKeys(db)
        self._jobs = SqlJobs(db)
        self._assets = SqlAssets(db)
        self._ledger = SqlLedger(db)
        self._answers = SqlAnswers(db)
        self._outbox = SqlOutbox(db)
        self._reviews = SqlReviews(db)
        self._voices = SqlVoices(db)
        self._lanes = SqlLanes(db)
        self._errands = SqlErrands(db)
        self._callbacks = SqlCallbacks(db)
        self._retention = SqlRetention(db)
        self._legal_holds = SqlLegalHolds(db)
        self._doomed = SqlDoomed(db)
        self._upkeep = SqlUpkeep(db)
        self._endpoints = SqlEndpoints(db)
        self._deliveries = SqlDeliveries(db)
        self._queue = SqlQueue(db)
        self._engines = SqlEngines(db)
        self._audit = SqlAudit(db)
        self._quotas = SqlQuotas(db)

    @property
    def accounts(self) -> Accounts:
        """Accounts."""
        return self._accounts

    @property
    def keys(self) -> Keys:
        """Keys."""
        return self._keys

    @property
    def jobs(self) -> Jobs:
        """Jobs."""
        return self._jobs

    @property
    def assets(self) -> Assets:
        """Assets."""
        return self._assets

    @property
    def ledger(self) -> Ledger:
        """Ledger."""
        return self._ledger

    @property
    def answers(self) -> Answers:
        """Stored answers."""
        return self._answers

    @property
    def outbox(self) -> Outbox:
        """Outbox."""
        return self._outbox

    @property
    def reviews(self) -> Reviews:
        """Moderation's notes."""
        return self._reviews

    @property
    def voices(self) -> Voices:
        """Voices."""
        return self._voices

    @property
    def lanes(self) -> Lanes:
        """Lanes."""
        return self._lanes

    @property
    def errands(self) -> Errands:
        """Errands."""
        return self._errands

    @property
    def callbacks(self) -> Callbacks:
        """Callbacks."""
        return self._callbacks

    @property
    def retention(self) -> Retention:
        """Retention."""
        return self._retention

    @property
    def legal_holds(self) -> LegalHolds:
        """Legal holds."""
        return self._legal_holds

    @property
    def doomed(self) -> Doomed:
        """Doomed bytes."""
        return self._doomed

    @property
    def upkeep(self) -> Upkeep:
        """Upkeep."""
        return self._upkeep

    @property
    def endpoints(self) -> Endpoints:
        """Endpoints."""
        return self._endpoints

    @property
    def deliveries(self) -> Deliveries:
        """Deliveries."""
        return self._deliveries

    @property
    def audit(self) -> Audit:
        """The audit log."""
        return self._audit

    @property
    def quotas(self) -> Quotas:
        """What accounts use of what they may."""
        return self._quotas

    @property
    def queue(self) -> Queue:
        """The queue as a whole."""
        return self._queue

    @property
    def engines(self) -> Engines:
        """Engines by name."""
        return self._engines


class SqliteStore:
    """Reads in the event loop on one connection, writes in groups on another."""

    def __init__(self, *, reads: Connection, writes: Connection) -> None:
        """Take two connections to the same file."""
        self._reads = reads
        self._writer = Writer(writes)
        self._view = SqlTx(reads)
        self._tx = SqlTx(writes)
        self._shelves = SqlShelves(reads)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Open a transaction; committed, on disk, when the block has been left."""
        async with self._writer.turn():
            yield self._tx

    @property
    def view(self) -> Tx:
        """The committed state, for reading only."""
        return self._view

    @property
    def shelves(self) -> Shelves:
        """Lists by place, over the committed state."""
        return self._shelves

    async def newest_id(self) -> int:
        """Return the highest minted id that is in use."""
        row = self._reads.one("newest_id", {})
        return row["id"] if row else 0

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        await self._writer.close()
        self._reads.raw.close()


def open_store(path: Path) -> SqliteStore:
    """Open a file that `migrate` has brought to the newest schema."""
    reads = connect(str(path))
    reads.raw.execute("pragma query_only = on")
    return SqliteStore(reads=reads, writes=connect(str(path)))
