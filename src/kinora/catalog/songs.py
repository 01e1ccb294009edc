"""Music videos: which songs they take, what they cost, how big they are."""

import math
from collections.abc import Sequence

from kinora.catalog.models import Models
from kinora.catalog.rules import among
from kinora.catalog.shapes import FPS
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import BadLyrics, SongNotFit
from kinora.domain.lyrics import read_lyrics
from kinora.domain.order import MusicVideo, Order
from kinora.domain.quote import Term
from kinora.domain.shape import Shape

LONGEST_LYRICS = 4999


def check_music_video(models: Models, order: Order, ask: MusicVideo) -> None:
    """Raise Invalid or BadLyrics for what can be told without the song."""
    among("quality", order.quality, tuple(models.songs.price))
    among("aspect_ratio", order.aspect_ratio, models.songs.ratios)
    if len(ask.lyrics) > LONGEST_LYRICS:
        raise BadLyrics(f"lyric_text must have at most {LONGEST_LYRICS} characters")
    read_lyrics(ask.lyrics)


def check_song(models: Models, song: Asset) -> None:
    """Raise SongNotFit for a sound that is too short, too long or too large."""
    limits = models.songs
    if song.kind is not AssetKind.AUDIO:
        raise SongNotFit("media_type is not audio")
    if not limits.shortest <= song.seconds <= limits.longest:
        raise SongNotFit(
            f"the audio must be {limits.shortest} to {limits.longest} s long, "
            f"not {song.seconds:.1f} s"
        )
    if song.size > limits.bytes:
        raise SongNotFit(f"the audio must have at most {limits.bytes >> 20} MB")


def song_price(models: Models, order: Order, inputs: Sequence[Asset]) -> Term:
    """Return what a music video costs: by the song's started seconds."""
    unit = models.songs.price[order.quality]
    what = f"music video {order.quality}, a second"
    return Term(what=what, unit=unit, times=math.ceil(inputs[-1].seconds))


def song_shape(models: Models, order: Order, inputs: Sequence[Asset]) -> Shape:
    """Return the size of a music video, which is as long as its song."""
    width, height = models.sizes[models.songs.sizes][order.quality][order.aspect_ratio]
    return Shape(width=width, height=height, frames=round(inputs[-1].seconds * FPS), fps=FPS)
