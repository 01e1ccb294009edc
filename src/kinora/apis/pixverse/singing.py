"""From a music video's body to the product's ask."""

from kinora.apis.pixverse.wire import MusicBody
from kinora.domain.errors import BadLyrics, Invalid
from kinora.domain.ids import AssetId
from kinora.domain.lyrics import LONGEST_SONG
from kinora.domain.order import MusicVideo

LINES = ("lines", "lyrics", "sentences", "segments")
TEXTS, STARTS = ("text", "lyric", "line"), ("start", "start_time", "time")
FORM = 'lyric_timestamp must be {"lines": [{"start": seconds, "text": "..."}]}'
MINUTE = 60


def music_video(body: MusicBody) -> MusicVideo:
    """Return the ask; raises Invalid, BadLyrics."""
    if body.lip_sync_switch and not body.img_references:
        raise Invalid("lip_sync_switch needs a person in img_references")
    sung = not body.instrumental_switch
    return MusicVideo(
        audio=AssetId(body.audio_media_id),
        prompt=". ".join(part for part in (body.prompt, body.mv_style, body.music_style) if part),
        images=tuple(AssetId(each.img_id) for each in body.img_references),
        looks=tuple(AssetId(each.img_id) for each in body.style_img_references),
        lyrics=_lyrics(body) if sung else "",
        captions=body.caption_switch and sung,
        lip_sync=body.lip_sync_switch and sung,
    )


def _lyrics(body: MusicBody) -> str:
    """Return lines with their times where these are known, as LRC files have them."""
    told = body.lyric_timestamp
    if not told:
        return body.lyric_text.strip()
    lines = next((told[name] for name in LINES if isinstance(told.get(name), list)), None)
    if not isinstance(lines, list):
        raise BadLyrics(FORM)
    return "\n".join(_line(each) for each in lines)


def _line(told: object) -> str:
    if not isinstance(told, dict):
        raise BadLyrics(FORM)
    text = next((told[name] for name in TEXTS if isinstance(told.get(name), str)), None)
    start = next((told[name] for name in STARTS if isinstance(told.get(name), int | float)), None)
    if text is None or start is None or isinstance(start, bool):
        raise BadLyrics(FORM)
    # JSON's reader takes NaN and numbers without end, too.
    if not 0 <= start <= LONGEST_SONG:
        raise BadLyrics(FORM)
    minutes, seconds = divmod(float(start), MINUTE)
    return f"[{minutes:02.0f}:{min(seconds, 59.99):05.2f}]{' '.join(text.split())}"
