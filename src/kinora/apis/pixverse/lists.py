"""What callers can choose from: templates, styles and speakers, and voices of their own."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.pixverse import answers
from kinora.apis.pixverse.calls import MAX_BODY, parse, query_of, whole
from kinora.apis.pixverse.speakers import SPEAKERS, voice_id
from kinora.apis.pixverse.verbs import Verbs
from kinora.apis.pixverse.wire import VoiceBody
from kinora.catalog.book import Catalog
from kinora.catalog.restyles import load_restyles
from kinora.domain.account import Account
from kinora.domain.errors import Invalid
from kinora.domain.ids import AssetId
from kinora.web.bodies import read_body
from kinora.web.callers import call_of

SPEAKER_TYPES = ("system", "custom", "all")
PAGE_SIZES = (10, 20, 50, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The dialect's lists."""

    verbs: Verbs
    catalog: Catalog
    public_url: str = ""

    async def restyles(self, request: Request) -> Response:
        """GET video/restyle/list: an array, which is what published clients read."""
        await self._account(request)
        query = await query_of(request)
        page = whole(query.get("page_num") or "1", "page_num")
        size = whole(query.get("page_size") or "100", "page_size")
        chinese = request.headers.get("accept-language", "").lower().startswith("zh")
        base = self._base(request)
        shown = load_restyles()[(page - 1) * size : page * size]
        return answers.good(
            [
                answers.RestyleItem(
                    restyle_id=each.id,
                    restyle_name=each.zh if chinese else each.display_name,
                    restyle_prompt=each.words[0],
                    cover_url=f"{base}/media/templates/restyle-{each.name}.jpg",
                )
                for each in shown
            ]
        )

    async def speakers(self, request: Request) -> Response:
        """GET video/lip_sync/tts_list and video/tts_speaker."""
        account = await self._account(request)
        query = await query_of(request)
        page = whole(query.get("page_num") or "1", "page_num")
        size = whole(query.get("page_size") or "100", "page_size")
        kind = query.get("speaker_type") or "all"
        if kind not in SPEAKER_TYPES:
            raise Invalid("speaker_type must be system, custom or all")
        system = [*SPEAKERS, *((each.id, each.name) for each in self.catalog.voices)]
        found = system if kind != "custom" else []
        if kind != "system":
            own = await self.verbs.voices.of_account(account.id)
            found += [(str(voice.id), voice.name) for voice in own]
        shown = found[(page - 1) * size : page * size]
        data = [answers.Speaker(number, name) for number, name in shown]
        return answers.good(answers.Speakers(len(found), data))

    async def make_voice(self, request: Request) -> Response:
        """POST video/tts_speaker."""
        account = await self._account(request)
        body = parse(await read_body(request, at_most=MAX_BODY), VoiceBody)
        sound = AssetId(body.audio_media_id)
        voice = await self.verbs.voices.make(body.name, sound, account=account.id)
        return answers.good(answers.Speaker(str(voice.id), voice.name))

    async def drop_voice(self, request: Request) -> Response:
        """DELETE video/tts_speaker/{speaker_id}."""
        account = await self._account(request)
        number = voice_id(request.path_params["speaker_id"])
        if number is None:
            raise Invalid("speaker_id must be that of a custom voice")
        await self.verbs.voices.drop(number, account=account.id)
        return answers.good(answers.Nothing())

    async def templates(self, request: Request) -> Response:
        """GET video/effects/templates/list."""
        await self._account(request)
        query = request.query_params
        kind = query.get("type", "")
        if kind not in {"", "1", "2"}:
            raise Invalid("type must be 1 (video) or 2 (image)")
        page = whole(query.get("page") or "1", "page")
        size = whole(query.get("pageSize") or "50", "pageSize")
        if size not in PAGE_SIZES:
            raise Invalid("pageSize must be 10, 20, 50 or 100")
        chinese = request.headers.get("accept-language", "").lower().startswith("zh")
        wanted = {"": ("video", "image"), "1": ("video",), "2": ("image",)}[kind]
        base = self._base(request)
        found = [template for template in self.catalog.active if template.kind in wanted]
        shown = found[(page - 1) * size : page * size]
        items = [answers.effect_item(template, chinese=chinese, base=base) for template in shown]
        return answers.good(answers.EffectList(items, len(found)))

    async def _account(self, request: Request) -> Account:
        secret = request.headers.get("api-key", "")
        return await self.verbs.open_account(secret, call_of(request))

    def _base(self, request: Request) -> str:
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"
