"""One server for all tests of a file, which each leaves without endpoints and waiting jobs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kinora.adapters.post import SafePost
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, prepare, stand
from kinora.settings import Settings
from tests.conftest import KEY
from tests.receiver import LOOPBACK, Later
from tests.unit.webhooks.house import House, Walls, living


async def open_ground(folder: Path) -> Ground:
    settings = Settings(data=folder, bootstrap_key=KEY, allowed_networks=(str(LOOPBACK),))
    await prepare(settings)
    ground = await stand(settings, process=0)
    return replace(ground, clock=Later(ground.clock.now()))


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walls]:
    folder = tmp_path_factory.mktemp("walls")
    ground = asyncio.run(open_ground(folder / "data"))
    yield Walls(ground, build_api(ground, wake=lambda: None, draining=Draining()), folder)
    asyncio.run(ground.close())


@pytest.fixture
async def house(walls: Walls) -> AsyncIterator[House]:
    post = SafePost(allowed=[LOOPBACK], patience=5.0)
    async with living(walls, post) as made:
        yield made
        await made.clear()
    await post.close()
