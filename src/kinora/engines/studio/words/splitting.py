"""Splits texts of several languages into words that a vocabulary knows.

Words with accents are also given without them ("océan" and "ocean"); texts without spaces
(Chinese, Japanese) are cut into the longest words that are known; long German words that are not
known are cut into two that are.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from unicodedata import combining, normalize

CJK = "\u3040-\u30ff\u3400-\u9fff"
TOKEN = re.compile(rf"[{CJK}]+|[^\W\d_{CJK}]+(?:['\u2019-][^\W\d_{CJK}]+)*")
LONGEST = 8
"""The most characters of a word in a text without spaces."""

PLAIN = str.maketrans(
    "貓馬雞鳥魚龍獅鷹鯨鯊烏龜機車輪飛跑遊轉駛兩隻條輛頭個個紅藍綠黃銀雲霧極島嶼灣燈風陽陰間裡樹葉熱氣氷麥園潛東賽樓廈絲綢煙顏緩靜遠寧溫閃焰爐燒線鄉莊黃熊",
    "猫马鸡鸟鱼龙狮鹰鲸鲨乌龟机车轮飞跑游转驶两只条辆头个个红蓝绿黄银云雾极岛屿湾灯风阳阴间里树叶热气氷麦园潜东赛楼厦丝绸烟颜缓静远宁温闪焰炉烧线乡庄黄熊",
)
"""Traditional Chinese characters of the vocabularies, as simplified ones."""

SHORTEST_PART = 3
ENDINGS = ("s", "es", "n", "en", "e", "x")

Knows = Callable[[str], bool]


def words_in(text: str, knows: Knows) -> list[str]:
    """Return a text's words in their order, each in the form that is known, else as it stands."""
    found: list[str] = []
    for match in TOKEN.finditer(normalize("NFKC", text).lower()):
        token = match.group().replace("\u2019", "'")
        if re.match(f"[{CJK}]", token):
            found += _cut(token, knows)
        else:
            found += _known_forms(token, knows)
    return found


def phrases_in(words: list[str], knows: Knows) -> list[str]:
    """Return the words, with pairs and triples that are known joined to one."""
    out: list[str] = []
    at = 0
    while at < len(words):
        joined = next(
            (n for n in (3, 2) if at + n <= len(words) and knows(" ".join(words[at : at + n]))), 1
        )
        out.append(" ".join(words[at : at + joined]))
        at += joined
    return out


def _cut(run: str, knows: Knows) -> Iterator[str]:
    """Yield the known words of a run of characters, the longest first; others are passed over."""
    at = 0
    while at < len(run):
        ends = range(min(len(run), at + LONGEST), at, -1)
        forms = (
            (end, form) for end in ends for form in (run[at:end], run[at:end].translate(PLAIN))
        )
        end, form = next((each for each in forms if knows(each[1])), (at + 1, ""))
        if form:
            yield form
        at = end


def _known_forms(token: str, knows: Knows) -> list[str]:
    plain = folded(token)
    forms = [token, plain]
    for ending in ENDINGS:
        stems = (token.removesuffix(ending), plain.removesuffix(ending))
        forms += [stem for stem in stems if len(stem) >= SHORTEST_PART]
    known = next((form for form in forms if knows(form)), None)
    if known is not None:
        return [known]
    if "-" in token or "'" in token:
        parts = [part for part in re.split(r"[-']", token) if part]
        return [form for part in parts for form in _known_forms(part, knows)]
    return _compound(token, knows) or [token]


def _compound(token: str, knows: Knows) -> list[str]:
    """Return two known words that make up a long one, as German has them; else nothing."""
    if len(token) < 2 * SHORTEST_PART + 1:
        return []
    for at in range(len(token) - SHORTEST_PART - 1, SHORTEST_PART, -1):
        head, tail = token[:at], token[at:]
        heads = (head, head.removesuffix("s"), head.removesuffix("n"))
        known = next((form for form in heads if len(form) > SHORTEST_PART and knows(form)), None)
        if known is not None and knows(tail):
            return [known, tail]
    return []


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """Return a word without its accents."""
    return "".join(c for c in normalize("NFD", word) if not combining(c)).replace("ß", "ss")
