"""Spells a text for neural voices, with espeak-ng, and keeps when each sign is heard."""

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinora.engines.studio.speech.asking import answer_of

SPELLER = (sys.executable, "-m", "kinora.engines.studio.speech.worker")
PATIENCE = 120.0
SWITCH = re.compile(r"\([a-z-]+\)")
"""What the synthesiser writes where it goes over to another language."""

STRESS = "\u02c8"
SENTENCE = ".?!"
STOPS = {
    **dict.fromkeys(".\u3002\u2026", "."),
    **dict.fromkeys("?\uff1f\u061f", "?"),
    **dict.fromkeys("!\uff01", "!"),
    **dict.fromkeys(",\uff0c\u3001\u060c", ","),
    **dict.fromkeys(";\uff1b", ";"),
    **dict.fromkeys(":\uff1a", ":"),
    "\u2014": "\u2014",
}
"""How the voices learned the stops of a sentence, by how they are written."""
AT_END = re.compile(rf"([{''.join(map(re.escape, STOPS))}])\W*\w?$")


@dataclass(frozen=True, slots=True)
class Line:
    """A model's numbers for what it says at once, and the sign that each stands for."""

    ids: list[int]
    signs: list[str]

    def timed(self, times: Sequence[float]) -> Iterator[tuple[float, str]]:
        """Yield each sound with the second when it begins; a stress goes with what it stresses."""
        waiting = ""
        for at, sign in zip(times, self.signs, strict=False):
            if sign == STRESS:
                waiting = sign
            elif unicodedata.category((sign or " ")[0]) in ("Ll", "Lu", "Lo"):
                yield at, waiting + sign
                waiting = ""
            elif sign.strip() and sign in STOPS:
                yield at, ""


def sentences(text: str, *, language: str, voice: str, tie: str = "") -> Iterator[list[str]]:
    """Yield a text's sentences in IPA, each as its clauses with their stops.

    `tie` is written between the letters of one sound. Raises CannotMake when the synthesiser
    does not know the language, with the id of the voice that speaks it.
    """
    asked = {"text": text, "voice": language, "spell": True, "tie": tie}
    reason = f"the voice {voice} speaks {language}, which the synthesiser cannot spell"
    told, _ = answer_of(SPELLER, asked, patience=PATIENCE, reason=reason)
    clauses: list[str] = []
    for clause, written in told["clauses"]:
        stop = _stop(written)
        clauses.append(SWITCH.sub("", clause) + stop)
        if stop and stop in SENTENCE:
            yield clauses
            clauses = []
    if any(clause.strip() for clause in clauses):
        clauses[-1] += "."
        yield clauses


def _stop(written: str) -> str:
    """Return the stop at a clause's end, after which quotes, brackets and spaces may come.

    The synthesiser has looked one letter ahead, so that may be there, too.
    """
    found = AT_END.search(written)
    return STOPS[found[1]] if found else ""
