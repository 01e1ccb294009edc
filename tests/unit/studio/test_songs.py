"""What is heard in a song: beats, bars, parts; and what its lyric says."""

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from kinora.domain.errors import BadLyrics
from kinora.domain.lyrics import LyricLine, read_lyrics
from kinora.engines.studio.songs.beats import Beats, find_beats
from kinora.engines.studio.songs.hearing import HEARD_RATE, Mono, hear
from kinora.engines.studio.songs.lyrics import place_lines, width_of
from kinora.engines.studio.songs.sections import Part, Section, find_sections
from tests.songs import ballad, chords, chunks, drums, noise, struck, waltz


def beats_of(song: Mono) -> Beats:
    return find_beats(hear(chunks(song)))


def hits(found: Beats, truth: np.ndarray) -> float:
    """Return the share of beats that were found within 35 milliseconds."""
    return float(np.mean([np.abs(found.times - beat).min() < 0.035 for beat in truth]))


@pytest.mark.parametrize("swing", [0.5, 0.667])
@pytest.mark.parametrize("bpm", [60, 75, 90, 105, 120, 138, 150, 165, 180])
def test_beats_are_found_at_every_pace(bpm: float, swing: float) -> None:
    found = beats_of(drums(bpm, 30, swing=swing))
    assert found.steady
    assert found.tempo == pytest.approx(bpm, rel=0.01)
    assert hits(found, np.arange(0.3, 30, 60 / bpm)) > 0.97
    assert len(found.times) == pytest.approx(30 * bpm / 60, abs=2)
    assert found.bar == 4


def test_beats_are_found_below_noise_and_after_silence() -> None:
    song = np.concatenate([np.zeros(6 * HEARD_RATE, np.float32), drums(104, 24)])
    found = beats_of(song + noise(30, 0.1))
    assert hits(found, np.arange(6.3, 30, 60 / 104)) > 0.97


def test_beats_follow_a_song_that_gets_faster() -> None:
    paces = np.linspace(100, 112, 70)
    times = 0.3 + np.concatenate([[0], np.cumsum(60 / paces)])
    found = beats_of(struck(times, round((times[-1] + 1) * HEARD_RATE), 0.28))
    assert hits(found, times) > 0.9


def test_a_waltz_has_three_beats_a_bar() -> None:
    found = beats_of(waltz(132, 40))
    assert found.bar == 3
    assert found.times[found.first] % (3 * 60 / 132) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    "song", [np.zeros(20 * HEARD_RATE, np.float32), noise(30, 0.1), drums(120, 3)]
)
def test_without_a_beat_cuts_are_even(song: Mono) -> None:
    found = beats_of(song)
    assert not found.steady
    assert np.allclose(np.diff(found.times), 0.5)
    assert found.times[-1] >= len(song) / HEARD_RATE - 0.5


def test_what_is_heard_does_not_depend_on_the_chunks() -> None:
    song = drums(120, 8) + noise(8, 0.02)
    one, other = hear(chunks(song, 777)), hear(chunks(song, 50_000))
    assert one.seconds == other.seconds == 8
    assert np.array_equal(one.onsets, other.onsets)
    assert np.array_equal(one.chroma, other.chroma)
    assert len(one.onsets) == 800
    assert len(one.chroma) == len(one.timbre) == 80


def test_six_minutes_stay_small() -> None:
    def long() -> Iterator[Mono]:
        bar = drums(120, 4, begin=0.0)
        for _ in range(90):
            yield bar

    tracemalloc.start()
    heard = hear(long())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert heard.seconds == 360
    assert peak < 40_000_000
    assert find_beats(heard).tempo == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("bpm", [92, 120])
def test_the_parts_of_a_song_are_found(bpm: float) -> None:
    song, begins = ballad(bpm)
    heard = hear(chunks(song))
    found = find_sections(heard, find_beats(heard))
    assert [each.begin for each in found] == pytest.approx(begins, abs=0.3)
    assert "".join(each.letter for each in found) == "ABCBCA"
    assert [each.part for each in found] == [
        Part.INTRO,
        Part.VERSE,
        Part.CHORUS,
        Part.VERSE,
        Part.CHORUS,
        Part.OUTRO,
    ]
    assert found[2].energy > found[1].energy + 0.2 > found[0].energy + 0.4


def test_what_returns_calmly_is_no_chorus() -> None:
    calm = chords([220, 196, 175, 196] * 2, 2.0, 0.1)
    heard = hear(chunks(np.concatenate([calm, drums(120, 16, begin=0.0), calm])))
    found = find_sections(heard, find_beats(heard))
    assert [each.letter for each in found] == ["A", "B", "A"]
    assert found[1].part is Part.CHORUS


def test_a_calm_song_stays_calm() -> None:
    energies = []
    for song in (chords([220, 247, 196, 262] * 3, 3.7, 0.5), drums(120, 44)):
        heard = hear(chunks(song))
        energies.append([each.energy for each in find_sections(heard, find_beats(heard))])
    assert max(energies[0]) < 0.6
    assert min(energies[1]) > 0.7


def test_one_beat_all_along_is_one_kind_of_section() -> None:
    heard = hear(chunks(drums(120, 70)))
    found = find_sections(heard, find_beats(heard))
    assert {each.letter for each in found} == {"A"}
    assert all(each.seconds <= 30.5 for each in found)
    assert found[-1].end == 70


def test_silence_is_one_section_that_nobody_sings() -> None:
    heard = hear(chunks(np.zeros(20 * HEARD_RATE, np.float32)))
    (found,) = find_sections(heard, find_beats(heard))
    assert not found.voiced
    assert found.energy == 0


def test_written_times_are_read() -> None:
    told = read_lyrics(
        "[ti:Song]\n[00:01.50]<00:01.50>first <00:02>words\r\n[0:12]second\n\n"
        "[00:20.5][01:00.250]twice\n"
    )
    assert told == (
        LyricLine("first words", 1.5),
        LyricLine("second", 12.0),
        LyricLine("twice", 20.5),
        LyricLine("twice", 60.25),
    )
    assert read_lyrics("[offset:+500]\n[00:02.00]sooner") == (LyricLine("sooner", 1.5),)


def test_plain_lines_lose_their_remarks() -> None:
    told = read_lyrics("[Verse 1]\n  One   line \n\n(x2)\n【副歌】\nAnother (really)")
    assert told == (LyricLine("One line"), LyricLine("Another (really)"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fine\n[00:75.00] late", "line 2"),
        ("[1:2:3:4] odd", "line 1"),
        ("[-1:00] before", "line 1"),
        ("[0:12.5 open", "line 1"),
        ("[07:00.00] after", "after every song"),
    ],
)
def test_wrong_times_are_told(text: str, message: str) -> None:
    with pytest.raises(BadLyrics, match=message):
        read_lyrics(text)


def test_headings_may_begin_with_a_number() -> None:
    (line,) = read_lyrics("[2nd Chorus]\nsung")
    assert (line.text, line.heading) == ("sung", "[2nd Chorus]")


def parts() -> tuple[Section, ...]:
    plan = [(0, 8, Part.INTRO), (8, 24, Part.VERSE), (24, 40, Part.CHORUS), (40, 48, Part.OUTRO)]
    return tuple(
        Section(begin=begin, end=end, letter=part[0], part=part, energy=0.5)
        for begin, end, part in plan
    )


EVEN = Beats(times=np.arange(0, 48, 0.5), tempo=120, bar=4, first=0, steady=True)


def test_lines_without_times_are_sung_in_verse_and_chorus() -> None:
    lines = [LyricLine(f"line {number} of the song") for number in range(8)]
    placed = place_lines(lines, parts(), EVEN, seconds=48)
    assert [each.text for each in placed] == [line.text for line in lines]
    assert placed[0].begin == 8
    assert placed[-1].end <= 40
    assert all(each.begin % 0.5 == 0 for each in placed)
    assert all(one.end <= other.begin for one, other in pairwise(placed))


def test_a_chorus_is_sung_in_the_chorus() -> None:
    lyric = (
        "[Chorus]\nfirst\nthe hook\n\n[Verse 1]\none line here\nanother one\n"
        "[Chorus]\nhook again\nand again"
    )
    plan = [(0, 10), (10, 26), (26, 42), (42, 58), (58, 74)]
    kinds = [Part.INTRO, Part.CHORUS, Part.BRIDGE, Part.VERSE, Part.CHORUS]
    sections = [
        Section(begin=begin, end=end, letter="A", part=part, energy=0.5)
        for (begin, end), part in zip(plan, kinds, strict=True)
    ]
    beats = Beats(times=np.arange(0, 74, 0.5), tempo=120, bar=4, first=0, steady=True)
    placed = place_lines(read_lyrics(lyric), sections, beats, seconds=74)
    first, _, one, another, again, _ = placed
    assert first.begin == 10
    assert 26 <= one.begin < another.begin < 58
    assert again.begin == 58


def test_lines_with_times_keep_them_and_end_with_the_song() -> None:
    lines = read_lyrics("[00:10.00]ten\nbetween\n[00:20.00]twenty\n[00:47.00]last\n[01:00.00]never")
    placed = place_lines(lines, parts(), EVEN, seconds=48)
    assert [(each.text, each.begin) for each in placed] == [
        ("ten", 10),
        ("between", 15),
        ("twenty", 20),
        ("last", 47),
    ]
    assert placed[-1].end == 48
    assert all(each.told for each in placed)


@pytest.mark.parametrize("text", ["word " * 40, "雨" * 90])
def test_a_line_too_long_to_read_is_shown_in_turns(text: str) -> None:
    line = LyricLine(text.strip(), 4.0)
    placed = place_lines([line], parts(), EVEN, seconds=48)
    assert len(placed) > 1
    assert (placed[0].begin, placed[-1].end) == (4, 11)
    assert all(one.end == pytest.approx(other.begin) for one, other in pairwise(placed))
    assert all(width_of(each.text) <= 84 for each in placed)
    glue = " " if " " in text else ""
    assert glue.join(each.text for each in placed) == line.text


def test_chords_alone_give_a_beat_or_an_even_one() -> None:
    found = beats_of(chords([220, 247, 196, 262] * 4, 3.7, 0.3))
    assert found.times[0] < 2
    assert np.all(np.diff(found.times) > 0.2)
