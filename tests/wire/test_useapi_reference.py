"""The reference of the useapi.net dialect says what its transcripts show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from kinora.apis.useapi.reference import document
from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground
from tests.unit.apis.useapi import app_of
from tests.wire.test_useapi import TRANSCRIPTS
from tests.wire.transcript import Exchange, read

MASKED = re.compile(r"(?<=: )<\w+>")
LOOSE = ("create_nulls", "create_seed_zero")
"""Sent with what is ignored."""

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def test_the_reference_has_every_route_and_no_other(ground: Ground) -> None:
    served = {
        (method.lower(), route.path.removeprefix(PREFIX))
        for route in app_of(ground).routes
        if isinstance(route, Route) and route.path.startswith(PREFIX)
        if not route.path.endswith("/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = {(method, path) for path, methods in document()["paths"].items() for method in methods}
    assert told == served


def test_names_of_operations_and_links_to_schemas_are_sound() -> None:
    paths, schemas = document()["paths"], document()["components"]["schemas"]
    ids = [told["operationId"] for methods in paths.values() for told in methods.values()]
    assert len(set(ids)) == len(ids)
    links = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document())))
    assert links == set(schemas) & links
    for schema in schemas.values():
        assert set(schema.get("required", ())) <= set(schema.get("properties", {}))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_what_is_shown_is_what_is_told(path: Path) -> None:
    exchange = read(path)
    told = operation_of(exchange)
    if told is None:
        assert exchange.expected[:3] in ("404", "405")
        return
    head, _, body = exchange.expected.partition("\n\n")
    response = told["responses"][head[:3]]
    answer = json.loads(MASKED.sub("0", body))
    assert list(faults(answer, response["content"]["application/json"]["schema"])) == []
    assert ("Retry-After" in head) == ("headers" in response)
    if exchange.body.startswith("{") and head.startswith("20") and path.stem not in LOOSE:
        schema = told["requestBody"]["content"]["application/json"]["schema"]
        assert list(faults(as_kinds(json.loads(exchange.body), schema), schema)) == []


def operation_of(exchange: Exchange) -> dict[str, Any] | None:
    """Return what the reference says of a call; fixed paths go before those with a name in them."""
    asked = exchange.path.partition("?")[0].removeprefix(PREFIX).rstrip("/")
    for path in sorted(document()["paths"], key=lambda path: "{" in path):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), asked):
            told: dict[str, Any] | None = document()["paths"][path].get(exchange.method.lower())
            return told
    return None


def as_kinds(sent: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a body with what was sent as text, or as a number, as what it means."""
    named = resolved(schema)["properties"]
    return {
        name: as_kind(value, named.get(name, {}).get("type", "")) for name, value in sent.items()
    }


def as_kind(value: Any, kind: str) -> Any:
    if isinstance(value, str) and kind in ("integer", "number", "boolean"):
        return json.loads(value)
    return str(value) if isinstance(value, int) and kind == "string" else value


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def faults(value: Any, schema: dict[str, Any], place: str = "answer") -> Iterator[str]:
    """Yield where a value is not as a schema says; fields that it does not name are faults."""
    schema = resolved(schema)
    if "anyOf" in schema:
        every = [list(faults(value, each, place)) for each in schema["anyOf"]]
        yield from () if [] in every else min(every, key=len)
        return
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind != "boolean" and value is True)):
        yield f"{place} is no {kind}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of {schema['enum']}"
    elif kind == "object":
        yield from faults_of_fields(value, schema, place)
    elif kind == "array":
        for each in value:
            yield from faults(each, schema["items"], f"{place}[]")


def faults_of_fields(value: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[str]:
    named, other = schema.get("properties", {}), schema.get("additionalProperties")
    yield from (f"{place} has no {name}" for name in set(schema.get("required", ())) - set(value))
    for name, each in value.items():
        if name in named or other:
            yield from faults(each, named.get(name, other), f"{place}.{name}")
        else:
            yield f"{place}.{name} is not told of"
