"""`/media/{asset}/{token}/{name}`."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kinora.catalog.templates import PREVIEWS
from kinora.domain.ids import AssetId
from kinora.ports.blobs import Blobs
from kinora.ports.store import Store
from kinora.web.files import send_asset
from kinora.web.links import Links, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDoor:
    """Gives out stored bytes to whoever holds a good link."""

    store: Store
    blobs: Blobs
    links: Links

    async def fetch(self, request: Request) -> Response:
        """Answer GET, HEAD and OPTIONS."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        asset = request.path_params["asset"]
        if not asset.isascii() or not asset.isdigit() or len(asset) > LONGEST_ID:
            return _problem(403, "the link is not valid")
        asset_id = AssetId(int(asset))
        match self.links.judge(asset_id, request.path_params["token"]):
            case Verdict.FORGED:
                return _problem(403, "the link is not valid")
            case Verdict.EXPIRED:
                return _problem(410, "the link has expired; ask the API for a new one")
            case Verdict.GOOD:
                return await self._send(request, asset_id)

    async def _send(self, request: Request, asset_id: AssetId) -> Response:
        asset = await self.store.view.assets.get(asset_id)
        if asset is None and await self.store.view.assets.gone(asset_id):
            return _problem(410, "the media was deleted, or has expired")
        if asset is None or await self.blobs.size(asset.place) != asset.size:
            return _problem(404, "the media is gone")
        return await send_asset(request, asset, blobs=self.blobs)


LONGEST_ID = 18

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "range, if-range, if-none-match",
    "access-control-max-age": "86400",
}


def routes(door: MediaDoor) -> list[BaseRoute]:
    """Return the door's routes, and the templates' thumbnails and preview films."""
    methods = ["GET", "HEAD", "OPTIONS"]
    path = "/media/{asset:str}/{token:str}/{name:str}"
    previews = StaticFiles(directory=str(PREVIEWS))
    return [
        Mount("/media/templates", previews, name="previews"),
        Route(path, door.fetch, methods=methods, name="media"),
    ]


def _problem(status: int, text: str) -> Response:
    headers = {"access-control-allow-origin": "*", "cache-control": "no-store"}
    return JSONResponse({"error": text}, status_code=status, headers=headers)
