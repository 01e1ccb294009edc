"""Makes the whole of a music video: from the ask to a file with picture and song."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from kinora.domain.errors import BadLyrics
from kinora.domain.lyrics import LyricLine, read_lyrics
from kinora.domain.order import MusicVideo, Words
from kinora.engines.studio.film import write_film
from kinora.engines.studio.marks import marked
from kinora.engines.studio.picture.load import load, shrink
from kinora.engines.studio.songs.room import Song, frames
from kinora.engines.studio.songs.tape import lay_song
from kinora.engines.studio.steps import begun
from kinora.ports.engine import CannotMake, Progress, Spec

LARGEST = 2400
"""Pixels a side of a given picture, of which the near views of a film show a part."""

PICTURED = 0.97
"""How much is done when the last frame is: the song must still be laid under the picture."""


def song_film(ask: MusicVideo, spec: Spec) -> Generator[Progress, None, Path]:
    """Make the film of a song; return its path. Closing it early leaves no file.

    The song is laid under the picture in a second, quick pass, block by block: six minutes of
    sound would take 140 MB.
    """
    path = spec.folder / "film.mp4"
    with TemporaryDirectory(dir=spec.folder) as aside:
        song, silent = song_of(ask, spec, aside=Path(aside)), Path(aside) / "picture.mp4"
        done, shown = yield from begun(frames(song, shape=spec.shape, seed=spec.seed))
        shown = marked(shown, shape=spec.shape) if spec.watermark else shown
        with closing(write_film(silent, shown, shape=spec.shape, sound=None)) as writing:
            for number in writing:
                yield Progress(done=done + (PICTURED - done) * (number + 1) / spec.shape.frames)
        lay_song(silent, song.path, path, seconds=spec.shape.seconds)
    return path


def song_of(ask: MusicVideo, spec: Spec, *, aside: Path) -> Song:
    """Return what an ask says, with the files of its assets, or handy copies of them."""
    looks = [spec.inputs[look] for look in ask.looks]
    return Song(
        path=spec.inputs[ask.audio],
        words=Words(prompt=ask.prompt),
        lines=_lines(ask),
        pictures=tuple(
            _handy(spec.inputs[image], aside / f"{number}.png")
            for number, image in enumerate(ask.images)
        ),
        tone=looks[0] if looks else None,
        captioned=ask.captions,
        sung_by_pictures=ask.lip_sync,
    )


def _handy(given: Path, copy: Path) -> Path:
    """Return a picture's file, or a smaller copy: it is read again for each of its shots."""
    picture = load(given)
    if max(picture.shape[:2]) <= LARGEST:
        return given
    Image.fromarray(shrink(picture, LARGEST)).save(copy, "PNG", compress_level=1)
    return copy


def _lines(ask: MusicVideo) -> tuple[LyricLine, ...]:
    try:
        return read_lyrics(ask.lyrics)
    except BadLyrics as error:
        raise CannotMake(str(error)) from None
