"""Odd calls of all kinds: every answer is a refusal or a success, never a fault of the server."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground
from tests.unit.apis.useapi import LANE, calling

MAKING = (
    *("videos/create", "videos/create-frames", "videos/create-transition", "videos/create-fusion"),
    *("videos/motion-control", "videos/extend", "videos/modify", "videos/restyle"),
    *("videos/upscale", "videos/lipsync", "images/create", "music-video/create"),
    *("accounts/a@b.c", "files", "music/create", "speech/create"),
)
FIELDS = """
email replyUrl replyRef maxJobs off_peak_mode model quality duration seed audio prompt lyrics
sound_effect_prompt lip_sync_tts_prompt lip_sync_tts_speaker_id template_id restyle_id speaker_id
first_frame_path last_frame_path frame_1_path frame_2_path video_1_path audio_1_path video_id
video_path audio_path image_path image_path_1 aspect_ratio multi_shot create_count detail_level
duration_1_to_2 prompt_1_to_2 mode subtitles password
"""
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ODD = st.one_of(
    st.sampled_from(["v6", "v5", "sora-2", "720p", "9:16", f"{LANE}-video:1", "upload/1.png"]),
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | FLOATS | st.text(max_size=9),
    st.lists(st.integers(), max_size=2) | st.dictionaries(st.text(max_size=2), st.text(max_size=2)),
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_no_call_is_a_fault(ground: Ground, tmp_path: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(MAKING))
    body = data.draw(st.dictionaries(st.sampled_from(FIELDS.split()), ODD, max_size=6))
    as_form = data.draw(st.booleans())
    async with calling(ground, tmp_path) as caller:
        sent = {"data": {k: str(v) for k, v in body.items()}} if as_form else {"json": body}
        answer = await caller.client.post(f"{PREFIX}/{path}", **sent)
        assert answer.status_code in (200, 201, 400, 404, 412, 422, 429), answer.text
        told = answer.json()
        assert answer.status_code < 400 or set(told) == {"error", "code"}
