"""The dialect's OpenAPI 3.1 document."""

import re
from functools import cache
from typing import Any, Literal

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from kinora import __version__
from kinora.apis.pixverse.errors import ERR_CODES, MESSAGES
from kinora.apis.pixverse.routes import COMMON, OPERATIONS, PREFIX, Operation
from kinora.apis.pixverse.wire import Body, TemplateVideoBody
from kinora.web.reference import Reference

REF = "#/components/schemas/{model}"
UPLOAD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "image": {
            "type": "string",
            "format": "binary",
            "description": "PNG, JPEG or WebP, under 20 MB, at most 10000 pixels a side.",
        },
        "image_url": {
            "type": "string",
            "description": "A public http(s) link to such a picture, instead of `image`.",
        },
    },
}
QUERY = {
    "templates": {
        "type": ["1", "2"],
        "page": ["1"],
        "pageSize": ["10", "20", "50", "100"],
    }
}
TITLE = "Kinora: PixVerse Platform dialect"


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, made from the wire models and the table of operations."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": __version__,
            "description": (
                "Every JSON answer is {ErrCode, ErrMsg, Resp}; ErrCode 0 is success, and Resp is "
                "null otherwise. Kinora is not affiliated with PixVerse; its name appears for "
                "compatibility only."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "API-KEY"}},
            "schemas": _schemas(),
        },
    }


REFERENCE = Reference(name="pixverse", title=TITLE, prefix=PREFIX, document=document)


def routes() -> list[BaseRoute]:
    """Return the routes of the document and its page."""
    return REFERENCE.routes()


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        for path in (operation.path, *operation.aliases):
            paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, path)
    return paths


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.handler if path == operation.path else path.strip("/"),
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": {"200": _response(operation)},
    }
    if path != operation.path:
        described["deprecated"] = True
        described["description"] = f"Another path for {operation.path}, which some clients use."
    content = _content(operation)
    if content:
        described["requestBody"] = {"required": True, "content": content}
    return described


def _content(operation: Operation) -> dict[str, Any]:
    if operation.handler == "upload_image":
        linked = {"type": "object", "properties": {"image_url": UPLOAD["properties"]["image_url"]}}
        return {
            "multipart/form-data": {"schema": UPLOAD},
            "application/x-www-form-urlencoded": {"schema": linked},
        }
    if operation.body is None:
        return {}
    bodies: list[type[Body]] = [operation.body]
    if operation.handler == "image_to_video":
        bodies.append(TemplateVideoBody)
    refs = [{"$ref": REF.format(model=body.__name__)} for body in bodies]
    return {"application/json": {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": "Ai-trace-id",
            "in": "header",
            "required": False,
            "description": (
                "Any text, returned with the answer. On a submit, a UUID makes the call safe to "
                "repeat: for 24 hours the same UUID with the same body gives the first answer."
            ),
            "schema": {"type": "string"},
        }
    ]
    for name in re.findall(r"\{(\w+)\}", operation.path):
        schema: dict[str, Any] = {"type": "integer", "minimum": 1}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    for name, allowed in QUERY.get(operation.handler, {}).items():
        schema = {"type": "string", "examples": allowed}
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    return found


def _response(operation: Operation) -> dict[str, Any]:
    codes = sorted({*operation.codes, *COMMON})
    lines = [f"* `{code}` {meaning(code)}" for code in codes]
    answer: dict[str, Any] = {"$ref": REF.format(model=operation.answer.__name__)}
    if operation.many:
        answer = {"type": "array", "items": answer}
    envelope = {
        "type": "object",
        "required": ["ErrCode", "ErrMsg", "Resp"],
        "properties": {
            "ErrCode": {"type": "integer", "enum": [0, *codes]},
            "ErrMsg": {"type": "string"},
            "Resp": {"anyOf": [answer, {"type": "null"}]},
        },
    }
    return {
        "description": "Success, or one of these error codes:\n\n" + "\n".join(lines),
        "content": {"application/json": {"schema": envelope}},
    }


def meaning(code: int) -> str:
    """Return what an error code says."""
    if code in MESSAGES:
        return MESSAGES[code]
    kind = next(kind for kind, number in ERR_CODES.items() if number == code)
    return str(kind())


def _schemas() -> dict[str, Any]:
    bodies = {op.body for op in OPERATIONS if op.body is not None} | {TemplateVideoBody}
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = []
    wanted.extend((body, "validation") for body in sorted(bodies, key=lambda body: body.__name__))
    _, wire = models_json_schema(wanted, ref_template=REF)
    _, given = msgspec.json.schema_components(
        [operation.answer for operation in OPERATIONS],
        ref_template="#/components/schemas/{name}",
    )
    return {**wire["$defs"], **given}
