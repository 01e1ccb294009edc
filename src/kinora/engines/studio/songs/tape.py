"""Brings songs to the ear, and lays them under films; streamed, never held whole."""

import heapq
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet as Packed
from av.video.stream import VideoStream

from kinora.engines.studio.notes import NOTES
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.songs.hearing import HEARD_RATE, Mono
from kinora.engines.studio.source.listening import streamed

Packet: TypeAlias = "Packed[VideoStream] | Packed[AudioStream]"
BITS = 192_000
BLOCK = 1024
FAST_START = {"movflags": "+faststart"}

THIN = RATE // HEARD_RATE
TAPS = 48
"""How long the filter is that keeps what is too high from folding down."""


def song_chunks(path: Path, *, seconds: float) -> Iterator[Mono]:
    """Yield a song's first seconds as mono at `HEARD_RATE`; raise CannotMake when it cannot be."""
    return thinned(block.mean(1) for block in streamed(path, seconds=seconds))


def thinned(blocks: Iterable[Mono]) -> Iterator[Mono]:
    """Yield a sound of `RATE` at `HEARD_RATE`; a sample is at the time that it was at."""
    held = np.zeros(TAPS // 2, np.float32)
    for block in chain(blocks, [np.zeros(TAPS // 2, np.float32)]):
        held = np.concatenate([held, block])
        count = (len(held) - TAPS) // THIN
        if count > 0:
            smooth = np.convolve(held[: count * THIN + TAPS - 1], _low_pass(), "valid")
            yield np.asarray(smooth[: count * THIN : THIN], np.float32)
            held = held[count * THIN :]


@cache
def _low_pass() -> Mono:
    """Return a windowed sinc that ends at nine tenths of what is kept."""
    places = np.arange(TAPS + 1) - TAPS / 2
    made = np.sinc(0.9 * places / THIN) * np.hamming(TAPS + 1)
    return np.asarray(made / made.sum(), np.float32)


def lay_song(film: Path, song: Path, path: Path, *, seconds: float) -> None:
    """Write a film's picture, untouched, with a song; never more than a second is in memory.

    Packets are written in the order of their time, so that a player needs no second read.
    """
    with av.open(str(film)) as given, av.open(str(path), "w", options=FAST_START) as made:
        made.metadata.update(NOTES)
        own = given.streams.video[0]
        video = made.add_stream_from_template(own)
        audio = made.add_stream("aac", rate=RATE, layout="stereo")
        audio.bit_rate = BITS
        pictures, sounds = _pictures(given, own, video), _sounds(song, audio, seconds)
        for _, _, packet in heapq.merge(pictures, sounds, key=lambda each: each[:2]):
            made.mux(packet)


def _pictures(
    given: InputContainer, own: VideoStream, video: VideoStream
) -> Iterator[tuple[float, int, Packet]]:
    for packet in given.demux(own):
        if packet.dts is not None:
            at = float(packet.dts * (packet.time_base or 0))
            packet.stream = video
            yield at, 0, packet


def _sounds(song: Path, audio: AudioStream, seconds: float) -> Iterator[tuple[float, int, Packet]]:
    """Yield a song's packets, cut at a length; a song that is shorter just ends."""
    passed = 0
    for part in _blocks(streamed(song, seconds=seconds)):
        planes = np.ascontiguousarray(part.T, np.float32)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, passed
        passed += len(part)
        for packet in audio.encode(frame):
            yield passed / RATE, 1, packet
    for packet in audio.encode(None):
        yield passed / RATE, 1, packet


def _blocks(given: Iterable[Waves]) -> Iterator[Waves]:
    """Yield sound in blocks as the encoder takes them; only the last is shorter."""
    held = np.zeros((0, 2), np.float32)
    for waves in given:
        held = np.concatenate([held, waves])
        whole = len(held) // BLOCK * BLOCK
        yield from (held[at : at + BLOCK] for at in range(0, whole, BLOCK))
        held = held[whole:]
    if len(held):
        yield held
