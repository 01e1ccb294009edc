"""What is posted to `replyUrl`: the row that a GET would answer, and `replyRef` beside it."""

from dataclasses import dataclass
from typing import Any

import msgspec

from kinora.apis.useapi.answers import Image, Sound, Video
from kinora.apis.useapi.names import Kind, kind_of
from kinora.apis.useapi.rows import Rows, View
from kinora.domain.errors import Unexpected
from kinora.ports.callbacks import Callback
from kinora.ports.store import Outcome, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCallback:
    """Writes the bodies of posts; `public_url` goes before the address that the caller saw."""

    store: Store
    rows: Rows
    public_url: str = ""

    async def __call__(self, callback: Callback, outcome: Outcome) -> bytes:
        """Return the body as JSON."""
        account = await self.store.view.accounts.get(outcome.job.account)
        if account is None:
            raise Unexpected("the account of a job is gone")
        view = View(account=account, base=self.public_url or callback.base)
        row = await self._row(outcome, view)
        told: dict[str, Any] = msgspec.to_builtins(row)
        track = (await self.store.view.lanes.tracks([outcome.job.id])).get(outcome.job.id)
        if track is not None and track.reply_ref:
            told["replyRef"] = track.reply_ref
        return msgspec.json.encode(told)

    async def _row(self, outcome: Outcome, view: View) -> Image | Video | Sound:
        match kind_of(outcome.job):
            case Kind.IMAGE:
                return await self.rows.image(outcome, view)
            case Kind.VIDEO:
                return await self.rows.video(outcome, view)
            case Kind.MUSIC | Kind.SPEECH:
                return await self.rows.sound(outcome, view)
