"""Whatever people give, delete and lose: each asset has its bytes, equal ones once."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from kinora.adapters.memory import open_memory_store
from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId
from kinora.usecases.remove_media import remove_upload
from kinora.usecases.sweep_blobs import QUARANTINE
from tests.keeper import House

Given = TypeVar("Given")
CONTENTS = st.sampled_from([b"a", b"b", b"c"])


class Bytes(RuleBasedStateMachine):
    given: Bundle[Asset] = Bundle("given")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.place = tempfile.TemporaryDirectory()
        self.house = self.do(self.opened())
        self.alive: dict[int, bytes] = {}
        self.accounts: list[AccountId] = []

    async def opened(self) -> House:
        return House(open_memory_store(), Path(self.place.name))

    def do(self, work: Coroutine[Any, Any, Given]) -> Given:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.do(self.house.store.close())
        self.runner.close()
        self.place.cleanup()

    @initialize()
    def two_accounts(self) -> None:
        self.accounts = [self.do(self.house.open()), self.do(self.house.open())]

    @rule(target=given, content=CONTENTS, who=st.integers(0, 1))
    def give(self, content: bytes, who: int) -> Asset:
        asset = self.do(self.house.picture(self.accounts[who], content))
        self.alive[asset.id] = content
        return asset

    @rule(asset=consumes(given))
    def remove(self, asset: Asset) -> None:
        async def removed() -> None:
            async with self.house.store.transaction() as tx:
                await remove_upload(tx, asset, at=self.house.clock.now())

        self.do(removed())
        del self.alive[asset.id]

    @rule(content=CONTENTS)
    def die_before_the_commit(self, content: bytes) -> None:
        path = self.house.file(content)
        self.do(self.house.blobs.adopt(path, name=f"content/lost/{self.house.mint.id()}"))

    @rule()
    def clear(self) -> None:
        self.do(self.house.clear())

    @rule()
    def sweep(self) -> None:
        """Look at what lies there long after it was written, as seen from now."""
        now = self.house.clock.at
        self.house.clock.at = now + QUARANTINE + timedelta(minutes=1)
        self.do(self.house.clear())
        self.do(self.house.sweep())
        self.house.clock.at = now
        assert self.house.stored() == sorted(set(self.alive.values()))

    @invariant()
    def each_asset_has_its_bytes(self) -> None:
        for number, content in self.alive.items():
            asset = self.do(self.house.store.view.assets.get(number))  # type: ignore[arg-type]
            assert asset is not None
            path = self.do(self.house.blobs.local(asset.place, folder=self.house.folder))
            assert path.read_bytes() == content

    @invariant()
    def references_are_counted(self) -> None:
        counted = self.do(self.house.store.view.upkeep.miscounted())
        assert counted == []
        shared = self.do(self.house.store.view.assets.blobs())
        assert len(shared) == len(Counter(self.alive.values()))


TestBytes = Bytes.TestCase
TestBytes.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
