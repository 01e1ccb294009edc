"""Reads the rules and judges texts by them."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from kinora.domain.moderation import FREE, Decision, Verdict
from kinora.moderation.normalising import normalised

CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
NEVER = re.compile(r"(?!)")
MINORS = "sexual_minors"
WORST = (Verdict.ALLOW, Verdict.REVIEW, Verdict.BLOCK)


class BadRules(ValueError):
    """A rules file cannot be used; the text says where and why."""


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One category of the file."""

    name: str
    action: Verdict
    words: tuple[str, ...]
    excepted: tuple[str, ...] = msgspec.field(name="except", default=())


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    category: tuple[Category, ...]


class _Always(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    minors: tuple[str, ...]
    sexual: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    name: str
    action: Verdict
    words: re.Pattern[str]
    excepted: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled rules; `judge` is linear in the text's length."""

    categories: tuple[_Compiled, ...]
    minors: re.Pattern[str]
    sexual: re.Pattern[str]
    beginnings: frozenset[str]

    def judge(self, texts: Iterable[str]) -> Decision:
        """Return the worst decision over all texts, read together for the rule on minors."""
        plain = normalised(" \n ".join(texts))
        if not plain or self._harmless(plain):
            return FREE
        child, act = self.minors.search(plain), self.sexual.search(plain)
        if child and act:
            words = (child.group(), act.group())
            return Decision(verdict=Verdict.BLOCK, category=MINORS, matched=words)
        return max(
            (_judged(category, plain) for category in self.categories),
            key=lambda decision: WORST.index(decision.verdict),
            default=FREE,
        )

    def _harmless(self, plain: str) -> bool:
        """Tell, for most prompts at once, that no word begins any entry of the rules."""
        if not plain.isascii():
            return False
        words = set(plain.split())
        words |= {word.removesuffix("s") for word in words}
        return self.beginnings.isdisjoint(words)


def load_rules(path: Path | None = None) -> Rules:
    """Return the rules of a file, or those that ship with this version; raise BadRules."""
    own = files("kinora.moderation")
    try:
        text = (path or own / "rules.toml").read_text("utf-8")
        table = msgspec.convert(tomllib.loads(text), _File)
    except (OSError, ValueError) as error:
        raise BadRules(f"{path or 'rules.toml'}: {error}") from None
    always = msgspec.toml.decode((own / "always.toml").read_bytes(), type=_Always)
    compiled = tuple(
        _Compiled(each.name, each.action, _pattern(each.words), _pattern(each.excepted))
        for each in table.category
        if each.action is not Verdict.ALLOW
    )
    entries = [word for each in table.category for word in each.words]
    entries += [*always.minors, *always.sexual]
    beginnings = frozenset(normalised(word).partition(" ")[0] for word in entries)
    return Rules(compiled, _pattern(always.minors), _pattern(always.sexual), beginnings)


@cache
def shipped() -> Rules:
    """Return the rules that ship with this version."""
    return load_rules()


def _judged(category: _Compiled, plain: str) -> Decision:
    kept = category.excepted.sub(" ", plain)
    found = [match.group() for match in category.words.finditer(kept)]
    if not found:
        return FREE
    matched = tuple(dict.fromkeys(found))
    return Decision(verdict=category.action, category=category.name, matched=matched)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    plain = sorted({normalised(word) for word in words} - {""}, key=len, reverse=True)
    wide = [re.escape(word) for word in plain if CJK.search(word)]
    latin = [re.escape(word).replace(r"\ ", " ") for word in plain if not CJK.search(word)]
    parts = []
    if latin:
        parts.append(rf"(?<![^\W\d_])(?:{'|'.join(latin)})s?(?![^\W\d_])")
    parts += wide
    return re.compile("|".join(parts)) if parts else NEVER
