"""Thousands of calls at each dialect, made from its own OpenAPI document: right, wrong and odd.

Whatever comes, a door answers in its own form, never with a fault of the server, and the books
add up afterwards.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from kinora.apis.pixverse.reference import document as pixverse_document
from kinora.apis.useapi.reference import document as useapi_document
from tests.fuzz.answers import Findings, what_is_wrong
from tests.fuzz.filling import Filling
from tests.fuzz.house import TOKENS, House, open_house
from tests.fuzz.scale import CASES, SEED, write_figures
from tests.wire.world import POOR, RICH

Call = Case[Any]
Operation = schemathesis.APIOperation[Any, Any, Any, Any]


@dataclass(frozen=True)
class Dialect:
    """A door: its document, and what opens it."""

    name: str
    document: Callable[[], dict[str, Any]]
    prefix: str
    keys: tuple[dict[str, str], ...]


DIALECTS = (
    Dialect(
        "pixverse",
        pixverse_document,
        "/openapi/v2",
        ({"API-KEY": RICH}, {"API-KEY": POOR}, {"API-KEY": "sk-nobody"}, {}),
    ),
    Dialect(
        "useapi",
        useapi_document,
        "/v2/pixverse",
        (
            {"Authorization": f"Bearer {TOKENS['rich']}"},
            {"Authorization": f"Bearer {TOKENS['poor']}"},
            {"Authorization": "Bearer user:1-x"},
            {},
        ),
    ),
)
WEIGHTS = (30, 2, 1, 1)
"""How often each key is shown: what only knocks gets no further."""

ROUND = 20
"""Calls at one operation before the next has its turn, so that later rounds find more things."""


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_every_answer_is_in_the_dialects_form(dialect: Dialect, tmp_path: Path) -> None:
    schema = schemathesis.openapi.from_dict(dialect.document())
    operations = [read.ok() for read in schema.get_all_operations() if isinstance(read, Ok)]
    assert len(operations) == sum(len(methods) for methods in dialect.document()["paths"].values())
    found = Findings()
    with asyncio.Runner() as runner:
        opening = open_house(tmp_path, seed=SEED)
        house = runner.run(opening.__aenter__())
        tried = Tried(dialect, house, runner, found)
        turn = 0
        while (left := CASES - found.statuses.total()) > 0:
            for number, operation in enumerate(operations):
                share = left // len(operations) + (number < left % len(operations))
                tried.operation(operation, min(share, ROUND), turn)
            turn += 1
            write_figures(dialect.name, found.figures())
        runner.run(opening.__aexit__(None, None, None))
    if found.wrong:
        pytest.fail(found.told())


@dataclass(frozen=True)
class Tried:
    """Sends cases of a dialect and notes what comes back."""

    dialect: Dialect
    house: House
    runner: asyncio.Runner
    found: Findings

    def operation(self, operation: Operation, examples: int, turn: int) -> None:
        if not examples:
            return
        made = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        broken = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @seed(SEED + turn)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(made, made, broken), number=st.integers(0, 2**32))
        def one(case: Call, number: int) -> None:
            self.send(case, random.Random(number))

        one()

    def send(self, case: Call, chance: random.Random) -> None:
        place = case.operation.label
        try:
            call = self.call(case, chance)
        except (ValueError, TypeError, httpx.InvalidURL, UnicodeError):
            # Not everything that can be made up can be written as HTTP.
            self.found.note(place, "unsendable", 0.0)
            return
        sent = f"{call.url}{call.content.decode(errors='replace')}"
        answer, seconds = self.runner.run(self.house.send(call))
        code = self.code(answer)
        self.found.note(place, code, seconds)
        wrong = what_is_wrong(self.dialect.name, answer, sent) or undocumented(case, answer)
        if wrong:
            told = f"{call.method} {sent[:400]!r} {dict(call.headers)} -> {answer.text[:300]}"
            self.found.blame(place, wrong, told)

    def call(self, case: Call, chance: random.Random) -> httpx.Request:
        pools = self.house.pools
        fill = Filling(pools, chance)
        case.body, case.query = fill(case.body), fill(case.query)
        case.path_parameters = fill(case.path_parameters)
        if self.dialect.name == "useapi" and "id" in case.path_parameters:
            names = pools[f"{case.path.split('/')[1].removesuffix('s')}_name"]
            if names and chance.random() < 0.8:
                case.path_parameters["id"] = chance.choice(names)
        (keys,) = chance.choices(self.dialect.keys, WEIGHTS)
        base = "http://kinora.test" + self.dialect.prefix
        asked = case.as_transport_kwargs(base_url=base)
        asked = {key: each for key, each in asked.items() if key in REQUEST}
        ready = requests.Request(**asked).prepare()
        headers = {
            name: value if isinstance(value, str) else value.decode("latin-1")
            for name, value in ready.headers.items()
            if name.lower() not in ("api-key", "authorization", "content-length")
        }
        body = ready.body or b""
        content = body.encode() if isinstance(body, str) else body
        assert isinstance(content, bytes)
        return self.house.client.build_request(
            ready.method or "GET", ready.url or "", headers=headers | keys, content=content
        )

    def code(self, answer: httpx.Response) -> str:
        told = str(answer.status_code)
        if self.dialect.name == "pixverse" and "json" in answer.headers.get("content-type", ""):
            body = answer.json()
            told += f"/{body.get('ErrCode')}" if isinstance(body, dict) else ""
        return told


def undocumented(case: Call, answer: httpx.Response) -> str:
    """Return what an answer has that the document does not promise."""
    try:
        case.validate_response(
            answer, checks=[status_code_conformance, response_schema_conformance]
        )
    except (FailureGroup, Failure) as failed:
        told = failed.exceptions if isinstance(failed, FailureGroup) else [failed]
        return "; ".join(f"{type(each).__name__}: {each.message[:200]}" for each in told)
    return ""


REQUEST = {"method", "url", "headers", "files", "data", "params", "auth", "cookies", "json"}
