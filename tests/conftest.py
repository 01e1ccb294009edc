import os
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest

from kinora.bootstrap.ground import Ground, prepare, stand
from kinora.settings import Settings

KEY = "sk-test-0123456789"

# What tests compile in their own process serves the servers that others start, and the other way.
# Numba reads this when it is first imported, which is after this file.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Settings().kernels / "kernels"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write", action="store_true", help="write golden files anew")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("KINORA_"):
            monkeypatch.delenv(name)


@pytest.fixture
def photos() -> Path:
    return Path(str(files("kinora.cli") / "pictures"))


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """A prepared data folder with the default account, opened with KEY."""
    settings = Settings(data=tmp_path / "data", bootstrap_key=KEY, inactive_templates=("thermal",))
    settings.data.mkdir()
    await prepare(settings)
    opened = await stand(settings, process=0)
    yield opened
    await opened.close()
