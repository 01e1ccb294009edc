"""A song becomes a film: listened to, cut on its beats, and shown with its words."""

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path

import cv2
import numpy as np

from kinora.domain.lyrics import LyricLine
from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.room import frames as picture_frames
from kinora.engines.studio.picture.warping import ease
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import text_frames
from kinora.engines.studio.songs.beats import Beats, find_beats
from kinora.engines.studio.songs.captions import Captions
from kinora.engines.studio.songs.cutting import Shot, Wishes, plan_song
from kinora.engines.studio.songs.hearing import Mono, hear
from kinora.engines.studio.songs.lyrics import Caption, place_lines
from kinora.engines.studio.songs.sections import Section, find_sections
from kinora.engines.studio.songs.singing import Singer
from kinora.engines.studio.songs.tape import song_chunks
from kinora.engines.studio.songs.toning import Tone, toned
from kinora.engines.studio.songs.touches import Touches, framed, touched
from kinora.ports.engine import Progress, Shape

BUDGET = 960 * 540 * 24 * 75
"""Pixels of a whole film above which scenes are made smaller than it, or none would wait for it."""

SMALLEST = 0.5
"""How small scenes are made at most, as a part of the film's size."""

LISTENED = 0.02
"""How much of the work is done when the song has been heard."""

Work = Generator[Progress, None, Iterator[Picture]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """What a film is made of: a song, words for what is seen, lines that are sung, pictures.

    `music` says in words what kind of music it is. `tone` is a picture whose colours the film
    takes on. Without `captioned` the lines are not shown, but still say what is seen. With
    `sung_by_pictures` the faces of the pictures sing.
    """

    path: Path
    words: Words
    lines: Sequence[LyricLine] = ()
    pictures: Sequence[Path] = ()
    tone: Path | None = None
    captioned: bool = True
    music: str = ""
    sung_by_pictures: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """All that is known of a film before its first frame."""

    beats: Beats
    sections: tuple[Section, ...]
    captions: tuple[Caption, ...]
    shots: tuple[Shot, ...]


def frames(song: Song, *, shape: Shape, seed: int) -> Work:
    """Listen to a song, telling how far that is, and return the frames of its film."""
    yield Progress(done=0.0)
    chunks = song_chunks(song.path, seconds=shape.seconds)
    script = write_script(chunks, song, shape=shape, seed=seed)
    yield Progress(done=LISTENED)
    return filmed(song, script, shape=shape, seed=seed)


def write_script(chunks: Iterable[Mono], song: Song, *, shape: Shape, seed: int) -> Script:
    """Return what a film will be, from its song's sound."""
    heard = hear(chunks)
    beats = find_beats(heard)
    sections = find_sections(heard, beats)
    captions = place_lines(song.lines, sections, beats, seconds=min(heard.seconds, shape.seconds))
    wishes = Wishes(
        words=song.words,
        music=song.music,
        pictures=len(song.pictures),
        every=2 if song.sung_by_pictures else 3,
    )
    shots = plan_song(wishes, sections, beats, captions, shape=shape, seed=seed)
    return Script(beats, sections, captions, shots)


def filmed(song: Song, script: Script, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the frames of a script."""
    small = work_shape(shape)
    touches = Touches(script.beats, script.sections, seconds=shape.seconds)
    shown = script.captions if song.captioned else ()
    captions = Captions(shown, width=shape.width, height=shape.height)
    for number, picture in enumerate(_joined(_Taker(song, script, small, seed), script.shots)):
        at = number / shape.fps
        frame = touched(picture, touches.at(at), shape=shape)
        yield np.ascontiguousarray(captions.over(frame, at))


def work_shape(shape: Shape) -> Shape:
    """Return the shape that scenes are made in: the film's, or smaller when it is long or large."""
    whole = shape.width * shape.height * shape.frames
    scale = max(SMALLEST, min(1.0, math.sqrt(BUDGET / max(1, whole))))
    width, height = (max(16, 2 * round(side * scale / 2)) for side in (shape.width, shape.height))
    return replace(shape, width=width, height=height)


def _joined(taker: "_Taker", shots: Sequence[Shot]) -> Iterator[Picture]:
    """Yield shot after shot; where one melts into the next, the older goes on below it."""
    older: Iterator[Picture] = iter(())
    for shot, after in zip_longest(shots, shots[1:]):
        own = taker.take(shot, shot.frames + (after.melt if after else 0))
        for number in range(shot.melt):
            share = ease((number + 1) / (shot.melt + 1))
            both = cv2.addWeighted(next(own), share, next(older), 1 - share, 0)
            yield np.asarray(both, np.uint8)
        # A scene that is over lets go of its world at once: two would take 170 MB.
        older = own
        yield from islice(own, shot.frames - shot.melt)


class _Taker:
    """Takes shots: scenes from words, pictures that come alive and sing, in the film's tone."""

    def __init__(self, song: Song, script: Script, shape: Shape, seed: int) -> None:
        self._song = song
        self._shape = shape
        self._tone = Tone(song.tone) if song.tone else None
        self._singer = (
            Singer(song.path, script.sections, script.captions, shape=shape, seed=seed)
            if song.sung_by_pictures and song.pictures
            else None
        )

    def take(self, shot: Shot, count: int) -> Iterator[Picture]:
        """Yield one shot of so many frames."""
        made = (framed(picture, shot.framing) for picture in self._made(shot, count))
        if self._tone is None:
            yield from made
            return
        curves = None
        for picture in made:
            curves = self._tone.curves(picture) if curves is None else curves
            yield toned(picture, curves)

    def _made(self, shot: Shot, count: int) -> Iterator[Picture]:
        shape = replace(self._shape, frames=count)
        if shot.picture is None:
            return text_frames(shot.words, shape=shape, seed=shot.seed)
        path = self._song.pictures[shot.picture]

        def read() -> Iterator[Picture]:
            return picture_frames(path, shot.words, shape=shape, seed=shot.seed, close=shot.close)

        return self._singer.sings(shot, read, count=count) if self._singer else read()
