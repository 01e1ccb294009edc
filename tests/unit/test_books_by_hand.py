"""What an operator sees of the books: `kinora credits`, `accounts plan`, `keys cap`."""

import asyncio
import csv
import io
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kinora.bootstrap.ground import Ground, build_operator, prepare, stand
from kinora.catalog.book import load
from kinora.cli.main import cli
from kinora.cli.statements import Heading, Span, span_of, write_csv
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId
from kinora.domain.moderation import FREE, Decision
from kinora.domain.order import Order, TextToVideo, Words
from kinora.settings import Settings
from kinora.usecases.submit_job import SubmitJob

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def clip(seconds: int) -> Order:
    return Order(
        account=AccountId(1),
        ask=TextToVideo(words=Words(prompt="x")),
        model="v6",
        quality="360p",
        aspect_ratio="16:9",
        seconds=seconds,
    )


async def free(order: Order) -> Decision:
    return FREE


async def fill(ground: Ground) -> None:
    operator = build_operator(ground)
    await operator.grant(AccountId(1), monthly=7, note="=HYPERLINK(1)")
    submit = SubmitJob(
        store=ground.store,
        catalog=load(),
        clock=ground.clock,
        mint=ground.mint,
        wake=lambda: None,
        judge=free,
    )
    await submit(clip(2))
    given_up = await submit(clip(1))
    await operator.cancel(given_up.id)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose default account has a job that goes on and one that was cancelled."""

    async def make() -> None:
        settings = Settings(data=tmp_path / "data", bootstrap_key="sk-test-0123456789")
        settings.data.mkdir()
        await prepare(settings)
        ground = await stand(settings, process=0)
        await fill(ground)
        await ground.close()

    asyncio.run(make())
    return tmp_path / "data"


def kinora(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(data), *words])


def told(data: Path, *words: str) -> Any:
    answer = kinora(data, *words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_reconcile_proves(data: Path) -> None:
    answer = kinora(data, "credits", "reconcile")
    assert answer.exit_code == 0, answer.output
    assert answer.output.rstrip().endswith("the books add up")
    assert "every balance is the sum of its entries" in answer.output
    proof = told(data, "credits", "reconcile")
    assert proof["adds_up"]
    assert [check["on"] for check in proof["checks"]] == [5, 5, 1, 1, 1, 2, 3, 0]


def test_reconcile_explains(data: Path) -> None:
    with sqlite3.connect(data / "kinora.sqlite3") as raw:
        raw.execute("update accounts set held = held + 1")
    answer = kinora(data, "credits", "reconcile", "--json")
    assert answer.exit_code == 1
    balances, holds = json.loads(answer.output)["findings"]
    assert (balances["account"], balances["job"]) == (1, None)
    assert "the entries are what counts" in balances["cause"]
    assert holds["text"] == "11 credits are held, the jobs that have not ended cost 10"
    plain = kinora(data, "credits", "reconcile")
    assert plain.exit_code == 1
    assert "! account 1: 11 credits are held" in plain.output
    doctor = kinora(data, "doctor")
    assert doctor.exit_code == 1
    assert "account 1: the balances are" in doctor.output


def test_a_statement_adds_up_line_by_line(data: Path) -> None:
    text = kinora(data, "credits", "statement", "1").output
    rows = list(csv.DictReader(io.StringIO(text)))
    opening, *lines, closing = rows
    assert (opening["movement"], opening["balance"]) == ("opening balance", "0")
    assert [line["movement"] for line in lines] == ["grant", "grant", "hold", "hold", "release"]
    balance = held = 0
    for line in lines:
        balance += int(line["monthly"]) + int(line["package"])
        held += int(line["held"])
        assert (int(line["balance"]), int(line["held_after"])) == (balance, held)
    assert (int(closing["balance"]), int(closing["held"])) == (balance, held) == (999_997, 10)
    hold = lines[2]
    assert (hold["feature"], hold["model"], hold["price"]) == ("text_to_video", "v6", "10")
    assert hold["price_found_by"] == "v6 silent 360p, a second: 5 x 2"
    assert lines[1]["note"] == "'=HYPERLINK(1)"


def test_a_statement_as_json_has_totals(data: Path) -> None:
    answer = kinora(data, "credits", "statement", "1", "--format", "json")
    found = json.loads(answer.output)
    moved = {name: sum(line[name] for line in found["movements"]) for name in ("held", "monthly")}
    for name, amount in moved.items():
        assert found["closing"][name] - found["opening"][name] == amount
        assert sum(total[name] for total in found["totals"].values()) == amount
    assert found["totals"]["release"] == {"monthly": 0, "package": 5, "held": -5, "balance": 5}
    assert found["movements"][1]["note"] == "=HYPERLINK(1)"


def test_a_statement_of_another_time_is_balances_only(data: Path) -> None:
    for words in (("--month", "2020-02"), ("--from", "2020-02-01", "--to", "2020-02-29")):
        found = json.loads(
            kinora(data, "credits", "statement", "1", "--format", "json", *words).output
        )
        assert (found["since"], found["until"]) == ("2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z")
        assert found["movements"] == []
        assert (
            found["opening"]
            == found["closing"]
            == {
                "monthly": 0,
                "package": 0,
                "held": 0,
                "balance": 0,
            }
        )
    later = kinora(data, "credits", "statement", "1", "--month", "2999-01", "--format", "json")
    assert json.loads(later.output)["opening"]["balance"] == 999_997


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1", "--month", "2026-13"), "--month must be like 2026-11, not '2026-13'"),
        (("1", "--month", "2026-11", "--from", "2026-11-01"), "either --month, or --from and --to"),
        (("1", "--to", "2026-11-01"), "--to needs --from"),
        (("1", "--from", "2026-11-02", "--to", "2026-11-01"), "--from must not be after --to"),
        (("1", "--from", "yesterday"), "--from must be like 2026-11-03"),
        (("9",), "there is no account 9"),
    ],
)
def test_bad_times_are_named(data: Path, words: tuple[str, ...], said: str) -> None:
    answer = kinora(data, "credits", "statement", *words)
    assert answer.exit_code == 1
    assert said in answer.output
    assert "Traceback" not in answer.output


def test_plans_and_caps_by_hand(data: Path) -> None:
    ada = told(data, "accounts", "create", "ada", "--plan", "essential", "--max-jobs", "2")
    assert (ada["monthly"], ada["max_jobs"], ada["each_month"]) == (15000, 2, 15000)
    assert ada["renews"] is not None
    scale = told(data, "accounts", "plan", str(ada["account"]), "scale")
    assert (scale["monthly"], scale["max_jobs"], scale["plan"]) == (239230, 20, "scale")
    refused = kinora(data, "accounts", "plan", "1", "gold")
    assert "plan must be one of free, essential, scale, business" in refused.output
    key = told(data, "keys", "create", "--account", "1", "--cap", "500", "--cap-period", "month")
    assert (key["cap"], key["cap_period"], key["spent"]) == (500, "month", 0)
    changed = told(data, "keys", "cap", str(key["key"]), "--cap", "9")
    assert (changed["cap"], changed["cap_period"]) == (9, "total")
    assert told(data, "keys", "cap", str(key["key"]), "--none")["cap"] is None
    assert kinora(data, "keys", "cap", str(key["key"])).exit_code == 2
    listed = told(data, "jobs", "list")
    shown = told(data, "jobs", "show", str(listed[0]["job"]))
    assert shown["price"] == "v6 silent 360p, a second: 5"
    assert shown["price_list"] == load().digest


async def test_a_long_statement_is_read_line_by_line(ground: Ground) -> None:
    await fill(ground)
    since, until = NOW - timedelta(days=9000), NOW + timedelta(days=9000)
    statement = await ground.store.view.ledger.statement(AccountId(1), since=since, until=until)
    first = next(statement.lines)
    assert first.after.balance == 1_000_000
    await build_operator(ground).grant(AccountId(1), package=1, note="after the statement began")
    out = io.StringIO()
    write_csv(statement, Heading(account=1, span=Span(since=since, until=until)), out)
    assert "after the statement began" not in out.getvalue()


def test_a_month_that_is_not_named_is_this_one() -> None:
    span = span_of(None, None, None, now=NOW)
    assert (span.since.day, span.until) == (1, datetime(2026, 12, 1, tzinfo=UTC))
    assert span_of(None, "2026-11-28", None, now=NOW).until == datetime(2026, 11, 29, tzinfo=UTC)
    with pytest.raises(Invalid):
        span_of("2026", None, None, now=NOW)
