"""GET speech/models and GET speech/voices: what speaks, and who."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec
from msgspec import UNSET, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.desk import Desk, good
from kinora.apis.useapi.models import speakers
from kinora.apis.useapi.offer import Offer
from kinora.apis.useapi.sounding import EMOTIONS, MINIMAX, NO_LANGUAGE, SPEECH
from kinora.catalog.models import SpeechModel
from kinora.catalog.rules import among
from kinora.catalog.sounds import LANGUAGES
from kinora.domain.ids import AccountId
from kinora.domain.voice import Voice

OWN = "custom"


class Formula(msgspec.Struct, frozen=True):
    """What characters cost."""

    unit_characters: int
    unit_credits: int = 1
    round_up: bool = True


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One model of GET speech/models."""

    model: str
    display_name: str
    provider: str
    max_characters: int
    supported_language_codes: Sequence[str]
    credit_formula: Formula
    emotions: Sequence[str] | UnsetType = UNSET


class Group(msgspec.Struct, frozen=True):
    """The models of one provider."""

    provider: str
    models: list[ModelRow]


class SpeechModels(msgspec.Struct, frozen=True):
    """GET speech/models."""

    default_model: str
    provider_groups: list[Group]


class SpeechVoice(msgspec.Struct, frozen=True, kw_only=True):
    """One voice of GET speech/voices; every voice speaks every language."""

    voice_id: str
    provider_voice_id: str
    name: str
    provider: str
    custom: bool


class SpeechVoices(msgspec.Struct, frozen=True):
    """GET speech/voices."""

    items: list[SpeechVoice]


@dataclass(frozen=True, slots=True)
class Speaking:
    """Lists models of speech and voices."""

    desk: Desk
    offer: Offer
    own_voices: Callable[[AccountId], Awaitable[Sequence[Voice]]]

    async def models(self, request: Request) -> Response:
        """GET speech/models."""
        await self.desk.lane(request, await self.desk.caller(request))
        table = self.offer.models.speech.items()
        groups = [
            Group(provider, [_row(name, model) for name, model in some])
            for provider, some in groupby(table, key=lambda item: item[1].provider)
        ]
        return good(SpeechModels(SPEECH, groups))

    async def voices(self, request: Request) -> Response:
        """GET speech/voices: those that everybody has, and after them the caller's own."""
        account = await self.desk.caller(request)
        await self.desk.lane(request, account)
        name = request.query_params.get("model", "").strip() or SPEECH
        among("model", name, tuple(self.offer.models.speech))
        language = request.query_params.get("language", "").strip().lower().partition("-")[0]
        if language:
            among("language", language, LANGUAGES)
        provider = self.offer.models.speech[name].provider
        shared = [(each.speaker_id, each.name, False) for each in speakers(self.offer.voices)]
        own = [(str(each.id), each.name, True) for each in await self.own_voices(account.id)]
        return good(
            SpeechVoices(
                [
                    SpeechVoice(
                        voice_id=number,
                        provider_voice_id=number,
                        name=called,
                        provider=provider,
                        custom=custom,
                    )
                    for number, called, custom in (*shared, *own)
                ]
            )
        )


def _row(name: str, model: SpeechModel) -> ModelRow:
    return ModelRow(
        model=name,
        display_name=model.name,
        provider=model.provider,
        max_characters=model.characters,
        supported_language_codes=() if name == NO_LANGUAGE else LANGUAGES,
        credit_formula=Formula(model.unit),
        emotions=tuple(EMOTIONS) if model.provider == MINIMAX else UNSET,
    )
