"""Pages on which a door's OpenAPI document can be read; everything is served from here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import swagger_ui_bundle
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/docs/static/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="page"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/{name}.js"></script>
</body>
</html>
"""
SCRIPT = """const places = {{ dom_id: "#page", deepLinking: true, docExpansion: "list",
  defaultModelsExpandDepth: 0, validatorUrl: null }};
// The bundled Swagger UI is a version 4, which shows a document only when it says that it is 3.0.
fetch("{prefix}/openapi.json").then((answer) => answer.json()).then((spec) => {{
  SwaggerUIBundle({{ ...places, spec: {{ ...spec, openapi: "3.0.3" }} }});
}});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A door's document at `{prefix}/openapi.json`, and its page at `/docs/{name}`."""

    name: str
    title: str
    prefix: str
    document: Callable[[], dict[str, Any]]

    @property
    def page(self) -> str:
        """The page's HTML."""
        return PAGE.format(title=self.title, name=self.name)

    @property
    def script(self) -> str:
        """What the page runs."""
        return SCRIPT.format(prefix=self.prefix)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the document and the page."""
        return [
            Route(self.prefix + "/openapi.json", self._serve_document),
            Route(f"/docs/{self.name}", self._serve_page),
            Route(f"/docs/{self.name}.js", self._serve_script),
        ]

    async def _serve_document(self, _: Request) -> Response:
        return JSONResponse(self.document())

    async def _serve_page(self, _: Request) -> Response:
        return HTMLResponse(self.page, headers={"content-security-policy": POLICY})

    async def _serve_script(self, _: Request) -> Response:
        return Response(self.script, media_type="text/javascript")


def static() -> BaseRoute:
    """Return the route of what all pages need."""
    folder = Path(swagger_ui_bundle.swagger_ui_path)
    return Mount("/docs/static", StaticFiles(directory=folder))
