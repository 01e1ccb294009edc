"""What an operator is shown of a key: both spellings, and each opens its door."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from kinora.adapters.db.migrate import migrate
from kinora.adapters.secrets import make_secret
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import build_operator, prepare, stand
from kinora.cli.main import cli
from kinora.cli.serve import welcome
from kinora.domain.keys import token_of
from kinora.settings import Settings
from kinora.usecases.open_house import FIRST_GRANT

ADDRESS = "http://127.0.0.1:1"


async def opened(settings: Settings, *, key: str, token: str) -> tuple[int, int]:
    """Return what each door answers to its spelling of a key."""
    ground = await stand(settings, process=0)
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        first = await client.get("/openapi/v2/account/balance", headers={"API-KEY": key})
        bearer = {"Authorization": f"Bearer {token}"}
        second = await client.get("/v2/pixverse/features", headers=bearer)
    await ground.store.close()
    return first.json()["ErrCode"], second.status_code


def test_a_token_is_a_key_behind_its_account() -> None:
    assert token_of(12, "sk-a-b") == "user:12-sk-a-b"


async def test_a_first_start_shows_both_spellings_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path)
    await asyncio.to_thread(welcome, settings, ADDRESS)
    shown = capsys.readouterr().out
    kept = json.loads((tmp_path / "first-key.json").read_text())
    assert kept["token"] == f"user:1-{kept['key']}"
    assert all(kept[name] in shown for name in ("key", "token"))
    for path in ("/openapi/v2", "/docs/pixverse", "/v2/pixverse", "/docs/useapi"):
        assert f"{ADDRESS}{path}\n" in shown
    assert await opened(settings, key=kept["key"], token=kept["token"]) == (0, 200)
    await asyncio.to_thread(welcome, settings, ADDRESS)
    assert kept["key"] not in capsys.readouterr().out


async def test_a_new_key_is_shown_in_both_spellings(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    await asyncio.to_thread(welcome, settings, ADDRESS)
    words = ["--data", str(tmp_path), "keys", "create", "--name", "ada"]
    made = await asyncio.to_thread(CliRunner().invoke, cli, [*words, "--json"])
    told = json.loads(made.stdout)
    assert told["token"] == f"user:1-{told['secret']}"
    assert await opened(settings, key=told["secret"], token=told["token"]) == (0, 200)
    lines = (await asyncio.to_thread(CliRunner().invoke, cli, words)).stdout.splitlines()
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown["token"] == f"user:1-{shown['secret']}"


@pytest.mark.parametrize("granted", [False, True])
async def test_a_first_start_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, granted: bool
) -> None:
    settings = Settings(data=tmp_path)
    make_secret(tmp_path)
    migrate(settings.database)
    ground = await stand(settings, process=0)
    operator = build_operator(ground)
    account = await operator.create_account(name="default", plan="business", max_jobs=25)
    if granted:
        await operator.grant(account.id, package=FIRST_GRANT)
    await ground.close()
    made = await prepare(settings)
    assert made.account.balance.package == FIRST_GRANT
    token = token_of(1, made.secret)
    assert await opened(settings, key=made.secret, token=token) == (0, 200)
    again = await prepare(settings)
    assert (again.secret, again.account.balance.package) == ("", FIRST_GRANT)
