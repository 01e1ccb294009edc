"""What a body names that must be found before it can become an order."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinora.apis.pixverse.speakers import voice_id
from kinora.apis.pixverse.wire import (
    AvatarBody,
    Body,
    FilmBody,
    FilmSource,
    FusionBody,
    LipSyncBody,
    ModifyBody,
    SwapBody,
)
from kinora.domain.ids import VoiceId
from kinora.domain.voice import Voice
from kinora.usecases.find_film import FilmIds, FoundFilm
from kinora.usecases.find_mask import FoundMask


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a body names: its `films_in`, its `masks_in` and its `voice_in`, as they were found.

    `speakers` are the ids of the operator's voices, which any body may name.
    """

    films: Sequence[FoundFilm] = ()
    masks: Sequence[FoundMask] = ()
    voice: Voice | None = None
    speakers: frozenset[str] = frozenset()


NOTHING = Given()


def films_in(body: Body) -> list[FilmIds]:
    """Return the pairs of ids by which a body names films, in their order."""
    match body:
        case FilmSource():
            pairs = [(body.source_video_id, body.video_media_id)]
        case FusionBody(video_references=films):
            pairs = [(film.source_video_id, film.video_media_id) for film in films]
        case _:
            pairs = []
    return [FilmIds(source_video_id=made, video_media_id=given) for made, given in pairs]


def masks_in(body: Body) -> list[str]:
    """Return the names of the masks that a body names, in their order."""
    if isinstance(body, ModifyBody):
        return body.mask_ids
    return [body.mask_id] if isinstance(body, SwapBody) else []


def voice_in(body: Body) -> VoiceId | None:
    """Return the custom voice that a body has something said by."""
    match body:
        case LipSyncBody() | AvatarBody():
            wanted = bool(body.lip_sync_tts_content)
        case FilmBody():
            wanted = body.lip_sync_tts_switch or body.lip_sync_switch
        case _:
            return None
    return voice_id(body.lip_sync_tts_speaker_id) if wanted else None
