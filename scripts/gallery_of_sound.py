"""Draw what the gallery has of sound: spectrograms, and a music video with its song below it.

python -m scripts.gallery_of_sound [sounds] [music-video]
"""

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from scipy import signal
from scripts.gallery import CELL, QUALITY, titled
from tests.songs import ballad, write_song
from tests.takes import TAKES, ended

from kinora.domain.lyrics import read_lyrics
from kinora.domain.order import Words
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.songs.room import Song, frames
from kinora.engines.studio.sound.score import score
from kinora.engines.studio.source.listening import heard
from kinora.engines.studio.speech.speaking import speak
from kinora.ports.engine import Shape

SOUNDS = (
    "rain",
    "rain and thunder",
    "ocean waves and seagulls",
    "wind",
    "birds in a forest",
    "a campfire",
    "footsteps",
    "a galloping horse",
    "city traffic",
    "a train",
    "church bells",
    "clock ticking",
    "crickets at night",
    "a dog barking",
    "helicopter",
    "applause",
    "happy music",
    "dark music",
    "epic drums",
    "calm piano music",
)
SAID = (("1", "Hello there, welcome to our studio."), ("6", "Guten Tag, wie geht es Ihnen?"))
SECONDS = 4.0
ACROSS = 4
HIGHEST = 10_000.0
DEEPEST = 75.0
"""Decibels from the brightest place of a spectrogram to black."""

CLIP = Shape(width=640, height=360, frames=12 * 24, fps=12)
SHOTS = 16
LYRICS = "[00:02.00]City lights are calling\n[00:08.00]Rivers in the night\n[00:14.00]Far away"


def spectrogram(waves: Waves, size: tuple[int, int]) -> Picture:
    """Return time from left to right, pitch from the bottom (0 Hz) to the top (10 kHz)."""
    places, _, power = signal.spectrogram(waves.mean(-1), RATE, nperseg=2048, noverlap=1536)
    seen = 10 * np.log10(power[places < HIGHEST] + 1e-12)
    level = np.clip((seen - seen.max() + DEEPEST) / DEEPEST, 0, 1)
    grey = (level[::-1] * 255).astype(np.uint8)
    large = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    coloured = cv2.applyColorMap(large, cv2.COLORMAP_INFERNO)
    return np.asarray(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB), np.uint8)


def sounds() -> Picture:
    """Return a sheet of spectrograms."""
    cells = []
    for prompt in SOUNDS:
        waves = score(content=prompt, prompt="", seconds=SECONDS, seed=1)
        cells.append(titled([spectrogram(waves, CELL)], f"{prompt}  (seed 1)"))
    for voice, text in SAID:
        waves = speak(text, voice=voice, seed=1).waves
        cells.append(titled([spectrogram(waves, CELL)], f"speaker {voice}: {text}"))
    while len(cells) % ACROSS:
        cells.append(np.zeros_like(cells[0]))
    rows = [np.hstack(cells[at : at + ACROSS]) for at in range(0, len(cells), ACROSS)]
    return np.vstack(rows)


def music_video() -> Picture:
    """Return frames of a film to a song, evenly apart, and the song's spectrogram."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.wav"
        write_song(path, ballad()[0], "pcm_s16le")
        words = Words(prompt="a neon city in the rain")
        song = Song(path=path, words=words, lines=read_lyrics(LYRICS))
        made = ended(frames(song, shape=CLIP, seed=1))
        step = CLIP.frames // SHOTS
        seen = [frame for number, frame in enumerate(made) if number % step == step // 2]
        waves = heard(path, seconds=CLIP.seconds)
    small = [np.asarray(cv2.resize(frame, CELL), np.uint8) for frame in seen[:SHOTS]]
    rows = [np.hstack(small[at : at + ACROSS]) for at in range(0, SHOTS, ACROSS)]
    below = spectrogram(waves, (CELL[0] * ACROSS, 90))
    return titled([np.vstack([*rows, below])], "a neon city in the rain  (seed 1)")


def main() -> None:
    sheets = {"sounds": sounds, "music-video": music_video}
    for name in sys.argv[1:] or sheets:
        drawn = cv2.cvtColor(sheets[name](), cv2.COLOR_RGB2BGR)
        out = TAKES.parent / f"{name}.jpg"
        cv2.imwrite(str(out), drawn, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        print(name)


if __name__ == "__main__":
    main()
