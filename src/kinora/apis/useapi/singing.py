"""From the calls for music videos to orders.

Of the vendor's call only `mode` and `subtitles` are known by name; the other fields are named as
their like are elsewhere in this dialect.
"""

from kinora.apis.useapi import rules
from kinora.apis.useapi.offer import Terms
from kinora.apis.useapi.sources import Given
from kinora.apis.useapi.wire import MusicVideoBody
from kinora.catalog.rules import among
from kinora.domain.order import MusicVideo, Order

MODEL = "music-video"
QUALITY, RATIO = "720p", "16:9"
PERFORMANCE = "performance"


def song_order(body: MusicVideoBody, given: Given, terms: Terms) -> Order:
    """Return the order of a music video; raises Invalid."""
    rules.check_terms(body)
    quality, ratio = body.quality or QUALITY, body.aspect_ratio or RATIO
    songs = terms.offer.models.songs
    among("quality", quality, tuple(songs.price))
    among("aspect_ratio", ratio, songs.ratios)
    (audio,) = given.sounds.values()
    ask = MusicVideo(
        audio=audio.id,
        prompt=". ".join(part for part in (body.prompt, body.style) if part),
        images=given.images,
        lyrics=body.lyrics,
        captions=bool(body.subtitles),
        lip_sync=body.mode == PERFORMANCE and bool(given.images),
    )
    return Order(
        account=terms.account,
        ask=ask,
        model=MODEL,
        quality=quality,
        aspect_ratio=ratio,
        seed=body.seed,
    )
