"""Puts what is really there in the place of what was made up, so that calls get far."""

import random
from collections import deque
from typing import Any

POOLS = {
    "img_id": "image",
    "img_ids": "image",
    "image_id": "image",
    "first_frame_img": "image",
    "last_frame_img": "image",
    "source_video_id": "job",
    "id": "job",
    "video_media_id": "video",
    "audio_media_id": "audio",
    "webhook_id": "webhook",
    "mask_id": "mask",
    "mask_ids": "mask",
    "lip_sync_tts_speaker_id": "voice",
    "speaker_id": "voice",
    "cursor": "cursor",
    "restyle_id": "restyle",
    "template_id": "template",
    "email": "email",
    "video_id": "video_name",
    "image_path": "path",
    "audio_path": "path",
    "video_path": "path",
}
"""Which things a field names."""

PROMPTS = (
    "a lighthouse at dusk, no people",
    'rain over "Kyoto" in neon, slowly closer',
    "夕方の灯台、雪が降る",
    "海边的灯塔, 没有人",
    "un phare au crépuscule, sans bateau",
    "add rain and make it night",
    "x" * 2049,
    "\u202e\u0000\ufffd\U0001f600\u0301",
)
LYRICS = ("[00:01.00]one\n[00:03.50]two", "[Chorus]\nla la\n\nla", "[offset:+100]\n[0:01]a", "[1:")
LYRIC_TIMES = tuple(
    {"lines": [{"start": start, "text": "la"}]}
    for start in (1.5, 0, 360, 361, -1, True, "1.5", None, 10**400, 1e300)
)
WORDS: dict[str, tuple[Any, ...]] = {
    "model": ("v6", "v3.5", "v4", "v4.5", "v5", "v5.5", "v5.6", "v6-max", "c1", "template"),
    "quality": ("540p", "360p", "720p", "1080p", "2k", "4k"),
    "aspect_ratio": ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "auto"),
    "duration": (5, 1, 8, 10, 15, "5", 0),
    "prompt": PROMPTS,
    "negative_prompt": ("rain", "雪", ""),
    "style": ("anime", "comic", ""),
    "seed": (7, 0, 2**31 - 1, None),
    "restyle_prompt": ("oil", "watercolor", "neon"),
    "lip_sync_tts_content": ("hello there", "你好", "x" * 201),
    "lyric_text": LYRICS,
    "lyrics": LYRICS,
    "lyric_timestamp": LYRIC_TIMES,
    "mv_style": ("", "anime", "0"),
    "limit": (1, 5, 100, 10**17),
    "offset": (0, 3, 10**17),
    "start_time": ("2026-11-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59"),
    "end_time": ("2026-11-28 00:00:00", "0001-01-02 00:00:00", "9999-12-31 23:59:59"),
    "credits_status": ("consume", "refund", ""),
    "replyUrl": ("https://example.com/heard", "http://127.0.0.1/", "https://[", ""),
    "upstream": ("https://vendor.test", "http://10.0.0.1", "https://["),
    "password": ("-",),
    "maxJobs": (1, 8),
    "image_url": ("http://127.0.0.1:9/x.png", "http://[::1", "file:///etc/passwd", "http://\u2028"),
    "file_url": ("http://169.254.169.254/", "ftp://x/y", "//", "https://"),
}
"""What a field of this name is sensibly, and just beside it."""

CARES = (0.0, 0.5, 0.95, 1.0)
"""How carefully a call is filled: not at all, here and there, or as somebody would who means it."""

USUAL = 0.8
"""How often a careful caller takes the first of the sensible words."""


class Filling:
    """Fills one call, with one care for all of it."""

    def __init__(self, pools: dict[str, deque[Any]], chance: random.Random) -> None:
        self._pools, self._chance = pools, chance
        self._care = chance.choice(CARES)

    def __call__(self, given: Any, name: str = "") -> Any:
        """Return a body, a query or a path with real things and sensible words in many places."""
        match given:
            case dict() if name not in WORDS:
                return {key: self(each, key) for key, each in given.items()}
            case list():
                return [self(each, name) for each in given]
            case _:
                return self._real(given, name)

    def _real(self, given: Any, name: str) -> Any:
        if self._chance.random() >= self._care:
            return given
        pool = self._pools.get("path" if name.endswith("_path") else POOLS.get(name, ""))
        if pool:
            found = self._chance.choice(pool)
            return str(found) if isinstance(given, str) else found
        if name not in WORDS:
            return given
        usual = self._chance.random() < self._care * USUAL
        return WORDS[name][0] if usual else self._chance.choice(WORDS[name])
