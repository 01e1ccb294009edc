"""A world is built once, and each test has a copy: building takes longer than most tests."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kinora.adapters.media.eyes import GuardedEyes
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import EYES, Ground, prepare, stand
from kinora.settings import Settings
from tests.conftest import KEY
from tests.wire.world import World

OFF = ("thermal",)


@dataclass(frozen=True)
class Original:
    """A data folder that is only copied, and the names of what is in it."""

    data: Path
    names: dict[str, str]


def original_of(folder: Path, build: Callable[[Ground], Awaitable[dict[str, str]]]) -> Original:
    """Build a world in a folder; `build` fills it and returns its names."""

    async def built() -> dict[str, str]:
        settings = Settings(data=folder / "data", bootstrap_key=KEY, inactive_templates=OFF)
        settings.data.mkdir()
        await prepare(settings)
        ground = await stand(settings, process=0)
        names = await build(ground)
        await ground.close()
        return names

    return Original(folder / "data", asyncio.run(built()))


@asynccontextmanager
async def copy_of(
    original: Original, folder: Path, *, rate_failures: float = 5
) -> AsyncIterator[World]:
    """Open a copy of a world."""
    settings = Settings(
        data=folder / "data",
        bootstrap_key=KEY,
        inactive_templates=OFF,
        rate_failures=rate_failures,
    )
    shutil.copytree(original.data, settings.data)
    # A machine that is busy with tests may take longer than a caller would wait.
    eyes = GuardedEyes(EYES, patience=60.0)
    ground = replace(await stand(settings, process=0), eyes=eyes)
    yield World(build_api(ground, wake=lambda: None, draining=Draining()), original.names)
    await ground.close()
