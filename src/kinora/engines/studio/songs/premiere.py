"""Makes the whole of a music video: from the ask to a file with picture and song."""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from kinora.domain.errors import BadLyrics
from kinora.domain.lyrics import LyricLine, read_lyrics
from kinora.domain.order import MusicVideo, Words
from kinora.engines.studio.film import write_film
from kinora.engines.studio.marks import marked
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.songs.room import Song, frames
from kinora.engines.studio.songs.tape import lay_song
from kinora.ports.engine import CannotMake, Progress, Spec

PICTURED = 0.97
"""How much is done when the last frame is: the song must still be laid under the picture."""


def song_film(ask: MusicVideo, spec: Spec) -> Generator[Progress, None, Path]:
    """Make the film of a song; return its path. Closing it early leaves no file.

    The song is laid under the picture in a second, quick pass, block by block: six minutes of
    sound would take 140 MB.
    """
    song = song_of(ask, spec)
    silent, path = spec.folder / "picture.mp4", spec.folder / "film.mp4"
    done, shown = yield from _begun(frames(song, shape=spec.shape, seed=spec.seed))
    shown = marked(shown, shape=spec.shape) if spec.watermark else shown
    with closing(write_film(silent, shown, shape=spec.shape, sound=None)) as writing:
        for number in writing:
            yield Progress(done=done + (PICTURED - done) * (number + 1) / spec.shape.frames)
    lay_song(silent, song.path, path, seconds=spec.shape.seconds)
    silent.unlink()
    return path


def song_of(ask: MusicVideo, spec: Spec) -> Song:
    """Return what an ask says, with the files of its assets."""
    looks = [spec.inputs[look] for look in ask.looks]
    return Song(
        path=spec.inputs[ask.audio],
        words=Words(prompt=ask.prompt),
        lines=_lines(ask),
        pictures=tuple(spec.inputs[image] for image in ask.images),
        tone=looks[0] if looks else None,
        captioned=ask.captions,
        sung_by_pictures=ask.lip_sync,
    )


def _lines(ask: MusicVideo) -> tuple[LyricLine, ...]:
    try:
        return read_lyrics(ask.lyrics)
    except BadLyrics as error:
        raise CannotMake(str(error)) from None


def _begun(
    making: Generator[Progress, None, Iterator[Picture]],
) -> Generator[Progress, None, tuple[float, Iterator[Picture]]]:
    """Pass progress on; return how far it came, and the frames."""
    done = 0.0
    while True:
        try:
            step = next(making)
        except StopIteration as ended:
            return done, ended.value
        done = step.done
        yield step
