"""What is refused, what passes, and what no disguise and no operator's file can change."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinora.domain.moderation import Verdict
from kinora.moderation.hashes import BadHashes, load_hashes
from kinora.moderation.normalising import normalised
from kinora.moderation.rules import MINORS, BadRules, load_rules, shipped

REFUSED = {
    "sexual": [
        "a nude woman on a beach",
        "NAKED people",
        "nude!",
        "is she naked?",
        "p0rn",
        "n u d e figure",
        "n.u.d.e",
        "nuuuude",
        "nud\u0435 (with a Cyrillic e)",
        "nu\u200bde",
        "a topless dancer",
        "explicit sex scene",
        "裸体的女人",
        "ヌード写真",
        "mujer desnuda",
        "erotic massage",
        "hentai style",
        "NSFW",
    ],
    "gore": ["decapitated head", "a mutilated corpse", "gore everywhere", "entrails on the floor"],
    "self_harm": ["a man about to commit suicide", "cutting wrists", "自杀"],
    "extremism": ["a nazi salute", "terrorist attack on a market", "swastika flag"],
    MINORS: [
        "a naked child",
        "sexy schoolgirl",
        "nude teens",
        "loli n u d e",
        "a child, undressed",
        "a 10 year old kid in lingerie",
        "seductive little girl",
        "性感少女",
        "underage porn",
    ],
}
PASSES = [
    "a lighthouse at dusk",
    "a child flies a kite",
    "little girl reading a book",
    "nude lipstick on a table",
    "Scunthorpe by night",
    "a cockpit at sunrise",
    "breast cancer awareness ribbon",
    "naked mole rat",
    "shooting stars over a lake",
    "a shot of espresso",
    "4k 1080p cinematic",
    "suicide squad poster style",
    "Al Gore gives a speech",
    "sexton beetle",
    "Essex countryside",
    "a kid eats ice cream",
    "therapist's office",
    "classic car",
    "Middlesex county map",
    "the analysis of a chart",
    "a bikini shop window",
    "killing time on a bench",
    "bloody mary cocktail",
    "儿童在公园玩耍",
    "babyblue sky",
    "kindness",
    "Kinderegg",
    "",
    "   ",
]


@pytest.mark.parametrize(
    ("category", "prompt"), [(name, prompt) for name, each in REFUSED.items() for prompt in each]
)
def test_refused(category: str, prompt: str) -> None:
    decision = shipped().judge([prompt])
    assert (decision.verdict, decision.category) == (Verdict.BLOCK, category)
    assert decision.matched


@pytest.mark.parametrize("prompt", PASSES)
def test_passes(prompt: str) -> None:
    assert shipped().judge([prompt]).verdict is Verdict.ALLOW


def test_some_things_are_shown_to_a_person() -> None:
    decision = shipped().judge(["a table with cocaine"])
    assert (decision.verdict, decision.matched) == (Verdict.REVIEW, ("cocaine",))


def test_the_worst_of_several_texts_counts_and_a_pair_may_lie_in_two() -> None:
    assert shipped().judge(["cocaine", "a nude"]).verdict is Verdict.BLOCK
    assert shipped().judge(["a schoolgirl", "sexy"]).category == MINORS


def test_an_operators_file_rules_but_never_over_the_rule_on_minors(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(
        '[[category]]\nname = "sexual"\naction = "allow"\nwords = ["nude"]\n'
        '[[category]]\nname = "brand"\naction = "block"\nwords = ["acme"]\n'
    )
    rules = load_rules(own)
    assert rules.judge(["a nude statue"]).verdict is Verdict.ALLOW
    assert rules.judge(["the ACME logo"]).category == "brand"
    assert rules.judge(["a nude child"]).category == MINORS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[category]\n", "line 1"),
        ('[[category]]\nname = "x"\naction = "burn"\nwords = []\n', "action"),
        ('[[category]]\nname = "x"\nwords = []\n', "action"),
        ('[[category]]\nname = "x"\naction = "block"\nwords = "nude"\n', "words"),
        ('[[category]]\nname = "x"\naction = "block"\nwords = []\nextra = 1\n', "extra"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(BadRules, match=told):
        load_rules(tmp_path / "rules.toml")


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_judge(text: str) -> None:
    assert shipped().judge([text]).verdict in Verdict
    assert normalised(normalised(text)) == normalised(normalised(normalised(text)))


def test_hostile_texts_take_no_longer_than_long_ones() -> None:
    """Ten times the text must not take a hundred times as long."""

    def spent(text: str) -> float:
        best = 1.0
        for _ in range(3):
            began = time.perf_counter()
            shipped().judge([text])
            best = min(best, time.perf_counter() - began)
        return best

    for piece in ("a ", "n u d ", "nude lip", "child ", "a-b_c."):
        assert spent(piece * 3000) < 40 * spent(piece * 300) + 0.01


def test_a_hash_list_knows_files_and_looks(tmp_path: Path) -> None:
    listed = "ab" * 32
    path = tmp_path / "blocked.txt"
    path.write_text(f"# a note\n{listed}  # a file\nlook:00ff00ff00ff00ff\n\n")
    hashes = load_hashes(path)
    assert hashes.judge(sha256=listed).verdict is Verdict.BLOCK
    assert hashes.judge(sha256="cd" * 32).verdict is Verdict.ALLOW
    bits = random.Random(1).sample(range(64), 6)
    near = 0x00FF00FF00FF00FF
    for bit in bits:
        near ^= 1 << bit
    assert hashes.judge(sha256="cd" * 32, look=near).verdict is Verdict.BLOCK
    assert hashes.judge(sha256="cd" * 32, look=near ^ (1 << 63) ^ 1 ^ 2).verdict is Verdict.ALLOW


def test_a_bad_hash_list_says_which_line_and_none_is_empty(tmp_path: Path) -> None:
    assert load_hashes(tmp_path / "none.txt").sums == frozenset()
    (tmp_path / "bad.txt").write_text("# fine\nnot-a-hash\n")
    with pytest.raises(BadHashes, match="line 2"):
        load_hashes(tmp_path / "bad.txt")
