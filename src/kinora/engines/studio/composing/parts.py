"""What the players play in each bar: drums, bass, chords, pads, the lead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kinora.engines.studio.composing.brief import Brief
from kinora.engines.studio.composing.form import Bar
from kinora.engines.studio.composing.kit import drum
from kinora.engines.studio.composing.notes import Sung, bass_note, chord
from kinora.engines.studio.composing.tones import tone
from kinora.engines.studio.sound.tools import Mono

STABS = "..x..x....x..x.."
STRUM = "x...x.x...x.x.x."
HALF = "x.......o......."
WALK = (0, 2, 4, 5)
"""How a bass that swings walks on from the root, in degrees."""

SOUND_OF_BASS = {"electronic": "pulse", "orchestral": "strings"}
PADS = {"orchestral": "strings", "electronic": "pad"}
SUSTAINED = ("pad", "strings", "organ", "brass", "synth")
LEVELS = {"kick": 0.72, "snare": 0.9, "hat": 1.0, "open": 0.8, "crash": 0.85, "tom": 0.75}
LOW = 0.3
"""How loud the bass is."""

PANS = {"hat": 0.3, "open": 0.3, "crash": -0.35, "tom": 0.2}


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound in its place: the second when it begins, how loud, where from -1 to 1, how wet.

    Beats are not pressed down by the beat.
    """

    at: float
    mono: Mono
    loud: float
    pan: float = 0.0
    wet: float = 0.15
    beat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The players of one piece."""

    brief: Brief
    seed: int

    def play(self, bar: Bar, lead: Sequence[Sung]) -> list[Sound]:
        """Return all sounds that begin in a bar; `lead` is the tune's part in it."""
        rng = np.random.default_rng((self.seed, round(bar.start * 1000)))
        ends = bar.section == "outro" and bar.last
        made = [*self._chords(bar, rng, ends=ends), *self._pad(bar), *self._lead(lead, bar)]
        if not ends:
            made += [*self._drums(bar, rng), *self._bass(bar)]
        else:
            made.append(self._crash(bar))
            low = tone("bass", bass_note(self.brief, 1), round(bar.length, 3))
            made.append(Sound(bar.start, low, LOW, wet=0.05))
        return made

    def _drums(self, bar: Bar, rng: np.random.Generator) -> Iterator[Sound]:
        genre = self.brief.genre
        rows = {"kick": genre.kick, "snare": genre.snare, "hat": genre.hat}
        if bar.section in ("intro", "outro"):
            rows = {"hat": genre.hat} if bar.place * 2 >= bar.of else {}
        if bar.section == "bridge":
            rows = {"kick": HALF if "x" in genre.kick else genre.kick, "hat": genre.hat}
        if bar.section == "verse" and bar.round == 0 and bar.place < bar.of // 2:
            rows.pop("kick", None)
        fill = bar.last and bar.section not in ("intro", "outro") and "x" in genre.snare
        for name, row in rows.items():
            yield from self._row(name, row[:12] if fill and name != "kick" else row, bar, rng)
        if fill:
            yield from self._fill(bar)
        if bar.place == 0 and bar.section == "chorus" and "x" in genre.kick:
            yield self._crash(bar)

    def _row(self, name: str, row: str, bar: Bar, rng: np.random.Generator) -> Iterator[Sound]:
        for step, mark in enumerate(row):
            if mark == ".":
                continue
            loud = LEVELS[name] * (0.45 if mark == "o" else 1.0) * float(rng.uniform(0.88, 1.0))
            hit = drum(self.brief.genre.kit, name, int(rng.integers(3)))
            at = self._time(bar, step) + float(rng.uniform(0, 0.004))
            loud *= 0.6 + 0.4 * bar.energy
            wet = 0.02 if name == "kick" else 0.12
            yield Sound(at, hit, loud, PANS.get(name, 0.0), wet, beat=True)

    def _fill(self, bar: Bar) -> Iterator[Sound]:
        for number, step in enumerate((12, 13, 14, 15)):
            name = "snare" if number < 2 else "tom"
            loud = (0.35 + 0.12 * number) * LEVELS[name]
            hit = drum(self.brief.genre.kit, name, number)
            yield Sound(self._time(bar, step), hit, loud, 0.15 * number - 0.2, 0.15, beat=True)

    def _crash(self, bar: Bar) -> Sound:
        hit = drum(self.brief.genre.kit, "crash")
        return Sound(bar.start, hit, LEVELS["crash"], PANS["crash"], 0.3, beat=True)

    def _bass(self, bar: Bar) -> Iterator[Sound]:
        if bar.section == "intro" and bar.place * 2 < bar.of:
            return
        row = HALF if bar.section in ("intro", "outro", "bridge") else self.brief.genre.bass
        voice = SOUND_OF_BASS.get(self.brief.genre.kit, "bass")
        root, steps = bass_note(self.brief, bar.chord), [n for n, m in enumerate(row) if m != "."]
        fifth = root + 7 if root + 7 < 48 else root - 5
        for number, step in enumerate(steps):
            until = steps[number + 1] if number + 1 < len(steps) else 16
            midi = fifth if step in (8, 10) and number % 2 and row[step] == "x" else root
            if self.brief.genre.eighths:
                midi = bass_note(self.brief, bar.chord, above=WALK[number % len(WALK)])
            length = (until - step) * bar.step * 0.92
            loud = LOW if row[step] == "x" else 0.65 * LOW
            made = tone(voice, midi, round(length, 3))
            yield Sound(self._time(bar, step), made, loud * (0.8 + 0.2 * bar.energy), wet=0.03)

    def _chords(self, bar: Bar, rng: np.random.Generator, *, ends: bool) -> Iterator[Sound]:
        notes = chord(self.brief, 1 if ends else bar.chord)
        comp = "held" if ends else self.brief.genre.comp
        if comp == "arp":
            yield from self._arp(bar, notes)
            return
        row = {"held": "x...............", "stabs": STABS, "strum": STRUM}[comp]
        if bar.section in ("intro", "bridge", "outro"):
            row = "x.......x......." if comp != "held" else row
        steps = [step for step, mark in enumerate(row) if mark != "."]
        voice = self.brief.genre.chords
        loud = (0.5 if voice in SUSTAINED else 0.8) * (0.7 + 0.3 * bar.energy)
        for number, step in enumerate(steps):
            until = steps[number + 1] if number + 1 < len(steps) else 16
            length = (until - step) * bar.step * (0.6 if comp == "stabs" else 0.95)
            length = bar.length + 1.2 if ends else length
            for place, midi in enumerate(notes):
                late = place * (0.012 if comp == "strum" else 0.003)
                made = tone(voice, midi, round(length, 3))
                at = self._time(bar, step) + late
                pan = 0.6 * (-1) ** place * (0.5 + 0.25 * place)
                yield Sound(at, made, loud * float(rng.uniform(0.9, 1)), pan, 0.22)

    def _arp(self, bar: Bar, notes: Sequence[int]) -> Iterator[Sound]:
        turn = (0, 1, 2, 1, 3, 2, 1, 2)
        ladder = [*notes, notes[0] + 12]
        every = 2 if bar.energy > 0.5 else 4
        voice = self.brief.genre.chords
        loud = (0.5 if voice in SUSTAINED else 0.85) * (0.7 + 0.3 * bar.energy)
        for number, step in enumerate(range(0, 16, every)):
            midi = ladder[turn[number % 8] % len(ladder)]
            made = tone(voice, midi, round(bar.step * every * 1.6, 3))
            yield Sound(self._time(bar, step), made, loud, 0.65 * (-1) ** number, 0.35)

    def _pad(self, bar: Bar) -> Iterator[Sound]:
        if bar.section == "verse" and bar.round == 0:
            return
        voice = PADS.get(self.brief.genre.kit, "pad")
        for midi in chord(self.brief, bar.chord):
            for side in (-1, 1):
                # A little out of tune with each other, the two sides make the width.
                made = tone(voice, midi + 0.06 * side, round(bar.length, 3))
                loud = 0.28 + 0.12 * bar.energy
                yield Sound(bar.start, made, loud, 0.8 * side, 0.3)

    def _lead(self, tune: Sequence[Sung], bar: Bar) -> Iterator[Sound]:
        voice = self.brief.lead
        loud = 0.85 if voice not in ("synth", "drive") else 0.66
        for note in tune:
            made = tone(voice, note.midi, round(note.length * 0.95, 3))
            yield Sound(note.at, made, loud * (0.8 + 0.2 * bar.energy), 0.08, 0.28)
            if bar.section == "chorus" and bar.round:
                high = tone(voice, note.midi + 12, round(note.length * 0.95, 3))
                yield Sound(note.at, high, loud * 0.25, -0.3, 0.4)

    def _time(self, bar: Bar, step: int) -> float:
        genre = self.brief.genre
        late = step % 4 == 2 if genre.eighths else step % 2 == 1
        return bar.start + (step + (genre.swing * (1.0 if late else 0.0))) * bar.step
