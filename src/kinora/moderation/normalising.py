"""Brings a prompt to the plain form that rules are written in, whatever disguise it wears."""

import re
import unicodedata

CONFUSABLES = str.maketrans(
    {
        "0": "o",
        "1": "i",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
        "@": "a",
        "$": "s",
        "!": "i",
        "|": "l",
        "\u0430": "a",
        "\u0435": "e",
        "\u043e": "o",
        "\u0440": "p",
        "\u0441": "c",
        "\u0445": "x",
        "\u0443": "y",
        "\u0456": "i",
        "\u043a": "k",
        "\u043c": "m",
        "\u0442": "t",
        "\u03b1": "a",
        "\u03b5": "e",
        "\u03bf": "o",
        "\u03b9": "i",
        "\u03ba": "k",
        "\u03bd": "v",
        "\u03c1": "p",
        "\u03c4": "t",
        "\u0131": "i",
        "\u00f8": "o",
        "\u0142": "l",
        "\u00df": "ss",
    }
)
"""Digits, signs and letters of other scripts that stand in for Latin letters (after UTS 39)."""

LETTER_BY_LETTER = re.compile(r"(?<![^\W_])(?:[^\W\d_][\s._*~\-/\\+,]{1,3}){3,}[^\W\d_](?![^\W_])")
REPEATED = re.compile(r"(?<![a-z])([a-z])\1{2,}(?![a-z])|([a-z])\2{2,}")
"""A letter three times or more: as a whole word, which stays one of three, or inside one."""

SPACES = re.compile(r"[\W_]+")
DISGUISE = re.compile(r"[0-9@$!|]")
HIDDEN = ("Mn", "Cf", "Cc")
MIXED = re.compile(r"\S+")


def normalised(text: str) -> str:
    """Return lower-case text without accents, tricks, and separators inside words.

    Digits become letters only inside words that have letters: "4k" and "1080p" stay numbers.
    """
    # Most prompts are plain ASCII, which needs no tables.
    shown = text.lower() if text.isascii() else _without_marks(text)
    folded = MIXED.sub(_folded, shown) if not shown.isascii() or DISGUISE.search(shown) else shown
    joined = LETTER_BY_LETTER.sub(lambda found: re.sub(r"[\W_]+", "", found.group()), folded)
    return SPACES.sub(" ", REPEATED.sub(_once, joined)).strip()


def _without_marks(text: str) -> str:
    """Return compatible, case-folded text without accents and invisible signs."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) not in HIDDEN)


def _once(found: re.Match[str]) -> str:
    return found[1] * 3 if found[1] else found[2]


def _folded(found: re.Match[str]) -> str:
    word = found.group().rstrip("!?.,;:")
    letters = sum(sign.isalpha() for sign in word)
    return word.translate(CONFUSABLES) if letters * 2 > len(word) or letters >= 3 else word  # noqa: PLR2004 - most of a short word
