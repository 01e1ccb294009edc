"""What to send, as values: one function a call, no network."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLATFORM = "/openapi/v2/"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call, before it is sent."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)
    file: tuple[str, bytes] | None = None
    file_field: str = "image"


def read_balance() -> Call:
    """Ask what an account can spend."""
    return Call("GET", PLATFORM + "account/balance")


def upload_image(path: Path) -> Call:
    """Send a picture."""
    return Call("POST", PLATFORM + "image/upload", file=(path.name, path.read_bytes()))


def upload_media(path: Path) -> Call:
    """Send a film or a sound."""
    body = (path.name, path.read_bytes())
    return Call("POST", PLATFORM + "media/upload", file=body, file_field="file")


def text_to_video(prompt: str, **options: Any) -> Call:
    """Ask for a film from words; options are the wire's own fields."""
    body = {"model": "v6", "aspect_ratio": "16:9", "duration": 5, "quality": "540p"}
    return Call("POST", PLATFORM + "video/text/generate", body | {"prompt": prompt} | options)


def image_to_video(image: int, *, prompt: str, **options: Any) -> Call:
    """Ask for a picture to come alive; options are the wire's own fields."""
    body = {"model": "v6", "duration": 5, "quality": "540p", "img_id": image, "prompt": prompt}
    return Call("POST", PLATFORM + "video/img/generate", body | options)


def transition(first: int, last: int, *, prompt: str, **options: Any) -> Call:
    """Ask for a film from one picture to another; options are the wire's own fields."""
    body = {"model": "v6", "duration": 5, "quality": "540p", "prompt": prompt}
    frames = {"first_frame_img": first, "last_frame_img": last}
    return Call("POST", PLATFORM + "video/transition/generate", body | frames | options)


def multi_transition(images: list[int], *, seconds: int, **options: Any) -> Call:
    """Ask for a film through several pictures, each `seconds` from the next."""
    items = [{"img_id": image, "duration": seconds} for image in images[:-1]]
    items.append({"img_id": images[-1], "duration": 0})
    body = {"model": "v5", "quality": "540p", "multi_transition": items}
    return Call("POST", PLATFORM + "video/multi_transition/generate", body | options)


def fusion(prompt: str, *, subjects: dict[str, int], background: int = 0, **options: Any) -> Call:
    """Ask for one film from several pictures; the prompt names each as @name, also @background."""
    references = [
        {"type": "subject", "img_id": image, "ref_name": name} for name, image in subjects.items()
    ]
    if background:
        place = {"type": "background", "img_id": background, "ref_name": "background"}
        references.append(place)
    body = {"model": "v6", "aspect_ratio": "16:9", "duration": 5, "quality": "540p"}
    own = {"prompt": prompt, "image_references": references}
    return Call("POST", PLATFORM + "video/fusion/generate", body | own | options)


def extend(video: int, *, prompt: str, **options: Any) -> Call:
    """Ask for a film made here to go on."""
    body = {"model": "v6", "duration": 5, "quality": "540p", "prompt": prompt}
    return Call(
        "POST", PLATFORM + "video/extend/generate", body | {"source_video_id": video} | options
    )


def upscale(video: int) -> Call:
    """Ask for a film made here at 4K."""
    return Call("POST", PLATFORM + "video/upscale/generate", {"source_video_id": video})


def sound_effect(video: int, content: str = "", **options: Any) -> Call:
    """Ask for a film made here with a sound; without words it is fitted to the picture."""
    body = {"source_video_id": video, "sound_effect_content": content}
    return Call("POST", PLATFORM + "video/sound_effect/generate", body | options)


def select_masks(video: int, *, keyframe: int = 1) -> Call:
    """Ask what a frame of a film made here can be parted into; the answer holds the masks."""
    body = {"source_video_id": video, "keyframe_id": keyframe}
    return Call("POST", PLATFORM + "video/mask/selection", body)


def swap(video: int, mask: str, image: int, *, keyframe: int = 1, **options: Any) -> Call:
    """Ask for a picture's subject in the place of a mask's region, in a film made here."""
    body = {"source_video_id": video, "mask_id": mask, "img_id": image, "keyframe_id": keyframe}
    return Call("POST", PLATFORM + "video/swap/generate", body | {"quality": "540p"} | options)


def modify(video: int, prompt: str, **options: Any) -> Call:
    """Ask for a film made here to be changed by words; options are the wire's own fields."""
    body = {"source_video_id": video, "prompt": prompt, "quality": "540p"}
    return Call("POST", PLATFORM + "video/modify/generate", body | options)


def restyle(video: int, style: int = 0, *, prompt: str = "", **options: Any) -> Call:
    """Ask for a film made here in a style: by its number, or by words."""
    body = {"source_video_id": video, "restyle_id": style, "restyle_prompt": prompt}
    return Call("POST", PLATFORM + "video/restyle/generate", body | options)


def mimic(video: int, image: int, **options: Any) -> Call:
    """Ask for a picture that moves as the person in a film made here does."""
    body = {"source_video_id": video, "img_id": image, "quality": "540p"}
    return Call("POST", PLATFORM + "video/mimic/generate", body | options)


def make_voice(name: str, audio: int) -> Call:
    """Ask for a voice like the one in an uploaded sound; the answer holds its speaker_id."""
    body = {"name": name, "audio_media_id": audio}
    return Call("POST", PLATFORM + "video/tts_speaker", body)


def lip_sync(video: int, text: str = "", *, speaker: str = "auto", **options: Any) -> Call:
    """Ask for a film made here whose person says a text, or an `audio_media_id`."""
    said = {"lip_sync_tts_content": text, "lip_sync_tts_speaker_id": speaker} if text else {}
    body = {"source_video_id": video}
    return Call("POST", PLATFORM + "video/lip_sync/generate", body | said | options)


def avatar(image: int, text: str = "", *, speaker: str = "auto", **options: Any) -> Call:
    """Ask for a picture's person to say a text, or an `audio_media_id`."""
    said = {"lip_sync_tts_content": text, "lip_sync_tts_speaker_id": speaker} if text else {}
    body = {"img_id": image, "quality": "720p"}
    return Call("POST", PLATFORM + "video/avatar/generate", body | said | options)


def music_video(song: int, *, style: str = "", lyrics: str = "", **options: Any) -> Call:
    """Ask for a film to a song, cut on its beats, with its words when there are any."""
    body = {"mv_agent_type": "vibe_mv", "aspect_ratio": "16:9", "quality": "720p"}
    own = {"audio_media_id": song, "mv_style": style, "lyric_text": lyrics}
    shown = {"caption_switch": bool(lyrics)}
    return Call("POST", PLATFORM + "video/music_mv_agent/generate", body | own | shown | options)


def image_template(template: int, images: list[int]) -> Call:
    """Ask for a picture made from pictures by a named effect."""
    body = {"template_id": template, "img_ids": images}
    return Call("POST", PLATFORM + "image/template/generate", body)


def list_templates(kind: int) -> Call:
    """Ask which effects there are: 1 for films, 2 for pictures."""
    query = {"type": str(kind), "page": "1", "pageSize": "100"}
    return Call("GET", PLATFORM + "video/effects/templates/list", query=query)


def read_result(kind: str, job: int) -> Call:
    """Ask how a job stands."""
    return Call("GET", f"{PLATFORM}{kind}/result/{job}")
