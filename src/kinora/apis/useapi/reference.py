"""The dialect's OpenAPI 3.1 document."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from kinora import __version__
from kinora.apis.useapi.described import MULTIPART, URLENCODED, Described, described
from kinora.apis.useapi.errors import RETRY, Refusal
from kinora.apis.useapi.fields import MAX_SEED
from kinora.apis.useapi.models import ImageModel, Table, VideoModel, load_table
from kinora.apis.useapi.pictures import DEFAULT
from kinora.apis.useapi.routes import PREFIX
from kinora.apis.useapi.sounding import MUSIC, SPEECH
from kinora.apis.useapi.wire import (
    MOST_JOBS,
    MOST_PICTURES,
    ImageBody,
    MusicBody,
    SpeechBody,
    Submission,
)
from kinora.catalog.models import load_models
from kinora.web.reference import Reference

TITLE = "Kinora: useapi.net PixVerse v2 dialect"
ABOUT = (
    "Every refusal is {error, code}, and code is the HTTP status. Bodies are JSON, multipart or "
    "urlencoded, numbers and switches may be text, unknown fields are ignored. Every path is "
    "served with and without a slash at its end; ids are taken raw and percent-encoded. The token "
    "is `user:<account>-<key>`. Kinora is not affiliated with useapi.net or PixVerse; the names "
    "appear for compatibility only."
)
REF = "#/components/schemas/{model}"
REF_OF = "#/components/schemas/{name}"
BINARY = {"type": "string", "format": "binary"}
MOST_BY_TEMPLATE = 5
RANGES = {
    "maxJobs": (1, MOST_JOBS),
    "create_count": (1, MOST_PICTURES),
    "seed": (1, MAX_SEED),
}
HEARD: dict[type[Submission] | None, str] = {MusicBody: MUSIC, SpeechBody: SPEECH}
UPLOADS = ("image/png", "image/jpeg", "image/webp", "video/mp4", "audio/wav", "audio/mpeg", "*/*")
MEANINGS = {
    400: "Something is wrong with the call; `error` says what.",
    401: "The token opens nothing.",
    403: "The token's key lacks the scope for this.",
    404: "There is nothing of the caller's own with this id or path.",
    412: "The account has too few credits, or keeps as much as its quota allows.",
    422: "What was asked for or sent in is not allowed.",
    429: "No account has a free place now, or calls come too often; see `Retry-After`.",
    596: "The account that was named runs on another server, which refuses its key.",
    503: "The server is busy, or being stopped; come again after `Retry-After` seconds.",
}
ALWAYS = (401, 403, 429)
QUERY: dict[str, dict[str, Any]] = {
    "email": {
        "description": "Which account; it may be left out while there is only one.",
        "schema": {"type": "string"},
    },
    "limit": {"description": "At most so many.", "schema": {"type": "integer", "minimum": 1}},
    "model": {"description": "Which model.", "schema": {"type": "string"}},
    "language": {"description": "A language's code.", "schema": {"type": "string"}},
    "offset": {"description": "From this place on.", "schema": {"type": "integer", "minimum": 0}},
}
PATH = {
    "id": "`user:<account>-pixverse:<email>-<kind>:<number>`",
    "email": "The email that names the account.",
}


@cache
def document() -> dict[str, Any]:
    """Return the document, made from the wire models and the table of models."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


REFERENCE = Reference(name="useapi", title=TITLE, prefix=PREFIX, document=document)


def routes() -> list[BaseRoute]:
    """Return the routes of the document and its page."""
    return REFERENCE.routes()


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in described():
        for path in (operation.path, *operation.aliases):
            paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, path)
    return paths


def _operation(operation: Described, path: str) -> dict[str, Any]:
    words = path.replace("{", "").replace("}", "").strip("/").replace("/", "_")
    told: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}_{words}",
        "summary": operation.summary,
        "tags": [path.strip("/").partition("/")[0]],
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if path != operation.path:
        told["deprecated"] = True
        told["description"] = f"An older path for {operation.path}."
    content = _content(operation)
    if content:
        told["requestBody"] = {"required": True, "content": content}
    return told


def _parameters(operation: Described) -> list[dict[str, Any]]:
    named = [
        {"name": name, "in": "path", "required": True, "description": about}
        | {"schema": {"type": "string"}}
        for name, about in PATH.items()
        if f"{{{name}}}" in operation.path
    ]
    asked = [{"name": name, "in": "query", **QUERY[name]} for name in operation.query]
    return [*named, *asked]


def _content(operation: Described) -> dict[str, Any]:
    if operation.path == "/files":
        form = {"type": "object", "properties": {"file": BINARY}}
        return {kind: {"schema": BINARY} for kind in UPLOADS} | {MULTIPART: {"schema": form}}
    if operation.body is None:
        return {}
    schema = {"$ref": REF.format(model=operation.body.__name__)}
    return {kind: {"schema": schema} for kind in ("application/json", MULTIPART, URLENCODED)}


def _responses(operation: Described) -> dict[str, Any]:
    shapes, _ = msgspec.json.schema_components(operation.answer, ref_template=REF_OF)
    schema = shapes[0] if len(shapes) == 1 else {"anyOf": list(shapes)}
    told: dict[str, Any] = {
        str(operation.success): {
            "description": "Success.",
            "content": {"application/json": {"schema": schema}},
        }
    }
    for status in sorted({*operation.refusals, *ALWAYS}):
        refusal: dict[str, Any] = {
            "description": MEANINGS[status],
            "content": {"application/json": {"schema": {"$ref": REF.format(model="Refusal")}}},
        }
        if status in RETRY:
            seconds = {"type": "integer", "examples": [int(RETRY[status])]}
            refusal["headers"] = {"Retry-After": {"schema": seconds}}
        told[str(status)] = refusal
    return told


def _schemas() -> dict[str, Any]:
    made = {each.body: each for each in described() if each.body is not None}
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = []
    wanted.extend((body, "validation") for body in sorted(made, key=lambda body: body.__name__))
    _, wire = models_json_schema(wanted, ref_template=REF)
    bodies = wire["$defs"]
    for body, operation in made.items():
        bodies[body.__name__] = _body(bodies[body.__name__], operation)
    told = [Refusal, *(kind for operation in described() for kind in operation.answer)]
    _, given = msgspec.json.schema_components(told, ref_template=REF_OF)
    return {**bodies, **given}


def _body(schema: dict[str, Any], operation: Described) -> dict[str, Any]:
    """Return a body's schema as callers see it: null, "" and absent mean the same."""
    table, body = load_table(), operation.body
    properties = {name: _plain(given) for name, given in schema["properties"].items()}
    if body is not None:
        properties = _counted(properties, body, table)
    for name, (least, most) in RANGES.items():
        if name in properties:
            properties[name] |= {"minimum": least, "maximum": most}
    _name_models(properties, operation, table)
    told = {"type": "object", "description": schema["description"], "properties": properties}
    return told | ({"required": list(operation.required)} if operation.required else {})


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema without what only says that it may be left out."""
    kinds = [kind for kind in given.get("anyOf", ()) if kind != {"type": "null"}]
    kept = {key: value for key, value in given.items() if key not in ("anyOf", "title")}
    if not kept.get("default"):
        kept.pop("default", None)
    return kept | (kinds[0] if kinds else {})


def _counted(
    properties: dict[str, Any], body: type[Submission], table: Table
) -> dict[str, dict[str, Any]]:
    """Put `frame_1_path`, `frame_2_path` and so on in the place of the list that they become."""
    kept = {
        name: given
        for name, given in properties.items()
        if name not in body.COUNTED and name not in body.STEPS
    }
    for pattern in body.COUNTED.values():
        for at in range(1, _most(body.__name__, pattern, table) + 1):
            kept[pattern.format(at)] = {"type": "string"}
    for name, pattern in body.STEPS.items():
        kind = "integer" if name == "durations" else "string"
        for at in range(1, _most(body.__name__, "frame_{}_path", table)):
            kept[pattern.format(at, at + 1)] = {"type": kind}
    return kept


def _most(body: str, pattern: str, table: Table) -> int:
    """Return up to which number fields are counted."""
    video, image = table.video.values(), table.image.values()
    most = {
        "CreateBody frame_{}_path": MOST_BY_TEMPLATE,
        "TransitionBody frame_{}_path": max(model.keyframes for model in video),
        "FusionBody frame_{}_path": max(model.images for model in video),
        "FusionBody video_{}_path": max(model.films for model in video),
        "FusionBody audio_{}_path": max(model.films for model in video),
        "MusicBody image_path_{}": max(model.images for model in load_models().music.values()),
        "ImageBody image_path_{}": max(model.references for model in image),
    }
    return most[f"{body} {pattern}"]


def _name_models(properties: dict[str, Any], operation: Described, table: Table) -> None:
    """Say which models, qualities and aspect ratios an operation takes."""
    models: dict[str, VideoModel | ImageModel]
    if operation.body in HEARD:
        music, speech = load_models().music, load_models().speech
        names = tuple(music) if operation.body is MusicBody else tuple(speech)
        properties["model"] |= {"enum": list(names), "default": HEARD[operation.body]}
        return
    if operation.body is ImageBody:
        models, default = dict(table.image), DEFAULT
    else:
        name = operation.path.rpartition("/")[2]
        models = {key: each for key, each in table.video.items() if name in each.operations}
        default = table.defaults.get(name, "")
    if not models or "model" not in properties:
        return
    properties["model"] |= {"enum": list(models), "default": default}
    if "quality" in properties:
        properties["quality"]["enum"] = _all(_qualities(each) for each in models.values())
    if "aspect_ratio" in properties:
        properties["aspect_ratio"]["enum"] = _all(table.ratios_of(each) for each in models.values())
    spans = [model.seconds for model in models.values() if isinstance(model, VideoModel)]
    if "duration" in properties and spans:
        shortest, longest = min(span[0] for span in spans), max(span[1] for span in spans)
        properties["duration"] |= {"minimum": shortest, "maximum": longest}


def _qualities(model: VideoModel | ImageModel) -> Sequence[str]:
    return model.qualities if isinstance(model, VideoModel) else tuple(model.credits)


def _all(lists: Iterable[Sequence[str]]) -> list[str]:
    """Return everything that is in the lists, once; none at all is its own default."""
    return list(dict.fromkeys(value for values in lists for value in values))
