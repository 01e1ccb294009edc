"""What callers send to make videos and pictures."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kinora.apis.useapi.errors import from_validation
from kinora.apis.useapi.fields import (
    Number,
    Seed,
    Switch,
    Text,
    Whole,
    between,
    numbered,
    steps,
    text,
)
from kinora.domain.errors import Invalid

LONGEST_REPLY = 1024
LONGEST_SOUND = 2048
LONGEST_SPEECH = 200
MOST_JOBS = 8
MOST_PICTURES = 4

Mode = Annotated[
    Literal["performance", "expressive", "storytelling"],
    BeforeValidator(lambda given: text(given) or "performance"),
]
Detail = Annotated[Literal["", "low", "medium", "high"], BeforeValidator(text)]


class Submission(BaseModel):
    """What every call that makes something has in common; unknown fields are ignored.

    `COUNTED` are fields that callers number from 1, `STEPS` those from one number to the next.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    COUNTED: ClassVar[Mapping[str, str]] = {}
    STEPS: ClassVar[Mapping[str, str]] = {}

    email: Text = ""
    reply_url: Annotated[Text, Field(alias="replyUrl", max_length=LONGEST_REPLY)] = ""
    reply_ref: Annotated[Text, Field(alias="replyRef", max_length=LONGEST_REPLY)] = ""
    max_jobs: Annotated[Whole, between(1, MOST_JOBS), Field(alias="maxJobs")] = None
    off_peak_mode: Switch = None

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """Return the body that a call's fields are; raise Invalid or Missing."""
        counted = {name: numbered(fields, pattern) for name, pattern in cls.COUNTED.items()}
        passed = {name: steps(fields, pattern) for name, pattern in cls.STEPS.items()}
        try:
            return cls.model_validate({**fields, **counted, **passed})
        except ValidationError as error:
            raise from_validation(error) from None

    def pictures(self) -> dict[str, str]:
        """Return the paths of the pictures that the call names, by field."""
        return {}

    def films(self) -> dict[str, str]:
        """Return the ids and paths of the films that the call names, by field."""
        return {}

    def sounds(self) -> dict[str, str]:
        """Return the paths of the sounds that the call names, by field."""
        return {}

    def speaker(self) -> str:
        """Return who is to speak, as the call names them."""
        return ""


class FilmBody(Submission):
    """What every call for a new film has in common."""

    model: Text = ""
    prompt: Text = ""
    quality: Text = ""
    duration: Whole = None
    seed: Seed = None
    preview_mode: Switch = None
    audio: Switch = None
    auto_sound: Switch = None
    sound_effect_prompt: Annotated[Text, Field(max_length=LONGEST_SOUND)] = ""
    lip_sync_tts_prompt: Annotated[Text, Field(max_length=LONGEST_SPEECH)] = ""
    lip_sync_tts_speaker_id: Text = ""

    def speaker(self) -> str:
        """Return who is to speak, when there is something to say."""
        return self.lip_sync_tts_speaker_id if self.lip_sync_tts_prompt else ""


class CreateBody(FilmBody):
    """POST videos/create: a film from words, from a picture, or by a template."""

    COUNTED: ClassVar[Mapping[str, str]] = {"frames": "frame_{}_path"}

    template_id: Whole = None
    first_frame_path: Text = ""
    last_frame_path: Text = ""
    frames: tuple[str, ...] = ()
    aspect_ratio: Text = ""
    multi_shot: Switch = None

    def pictures(self) -> dict[str, str]:
        """Return the pictures by either of their two names, which must not be mixed."""
        named = {"first_frame_path": self.first_frame_path, "last_frame_path": self.last_frame_path}
        given = {field: path for field, path in named.items() if path}
        if given and self.frames:
            raise Invalid("send either first_frame_path and last_frame_path or frame_1_path and on")
        return given or _counted("frame_{}_path", self.frames)


class FramesBody(FilmBody):
    """POST videos/create-frames: from a first picture to a last one."""

    first_frame_path: Text = ""
    last_frame_path: Text = ""

    def pictures(self) -> dict[str, str]:
        """Return the two pictures; both are needed."""
        return {
            "first_frame_path": self.first_frame_path,
            "last_frame_path": self.last_frame_path,
        }


class TransitionBody(FilmBody):
    """POST videos/create-transition: through 2 to 7 pictures."""

    COUNTED: ClassVar[Mapping[str, str]] = {"frames": "frame_{}_path"}
    STEPS: ClassVar[Mapping[str, str]] = {
        "durations": "duration_{}_to_{}",
        "prompts": "prompt_{}_to_{}",
    }

    frames: tuple[str, ...] = ()
    durations: tuple[Whole, ...] = ()
    prompts: tuple[Text, ...] = ()

    def pictures(self) -> dict[str, str]:
        """Return the pictures in their order; two are needed."""
        return {"frame_1_path": "", "frame_2_path": ""} | _counted("frame_{}_path", self.frames)


class FusionBody(FilmBody):
    """POST videos/create-fusion: from references that the prompt calls @image1 and so on."""

    COUNTED: ClassVar[Mapping[str, str]] = {
        "frames": "frame_{}_path",
        "videos": "video_{}_path",
        "audios": "audio_{}_path",
    }

    frames: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    audios: tuple[str, ...] = ()
    aspect_ratio: Text = ""

    def pictures(self) -> dict[str, str]:
        """Return the pictures in their order; one is needed."""
        return {"frame_1_path": ""} | _counted("frame_{}_path", self.frames)

    def films(self) -> dict[str, str]:
        """Return the films in their order."""
        return _counted("video_{}_path", self.videos)


class FilmSource(Submission):
    """What every call that works on a film has: exactly one of an id and a path."""

    video_id: Text = ""
    video_path: Text = ""

    def films(self) -> dict[str, str]:
        """Return the film by the one name that is given."""
        if bool(self.video_id) == bool(self.video_path):
            raise Invalid("send exactly one of video_id and video_path")
        return {"video_id": self.video_id} if self.video_id else {"video_path": self.video_path}


class ExtendBody(FilmSource):
    """POST videos/extend."""

    model: Text = ""
    prompt: Text = ""
    quality: Text = ""
    duration: Whole = None
    seed: Seed = None
    audio: Switch = None


class ModifyBody(FilmSource):
    """POST videos/modify."""

    model: Text = ""
    prompt: Text = ""
    quality: Text = ""
    seed: Seed = None


class RestyleBody(FilmSource):
    """POST videos/restyle."""

    model: Text = ""
    prompt: Text = ""
    restyle_id: Whole = None
    seed: Seed = None


class UpscaleBody(FilmSource):
    """POST videos/upscale; an uploaded film's path is Kinora's own addition."""


class LipsyncBody(FilmSource):
    """POST videos/lipsync: what is said comes from a sound, or from words and a speaker."""

    audio_path: Text = ""
    prompt: Annotated[Text, Field(max_length=LONGEST_SPEECH)] = ""
    speaker_id: Text = ""
    original_sound_switch: Switch = None

    def sounds(self) -> dict[str, str]:
        """Return the sound, unless words are to be said."""
        if bool(self.audio_path) == bool(self.prompt):
            raise Invalid("send exactly one of audio_path and prompt")
        return {"audio_path": self.audio_path} if self.audio_path else {}

    def speaker(self) -> str:
        """Return who is to speak, when there is something to say."""
        return self.speaker_id if self.prompt else ""


class MotionBody(Submission):
    """POST videos/motion-control: a picture moves as the person in a film does."""

    model: Text = ""
    frame_1_path: Text = ""
    video_1_path: Text = ""
    quality: Text = ""
    seed: Seed = None

    def pictures(self) -> dict[str, str]:
        """Return the picture, which is needed."""
        return {"frame_1_path": self.frame_1_path}

    def films(self) -> dict[str, str]:
        """Return the film, which is needed."""
        return {"video_1_path": self.video_1_path}


class MusicVideoBody(Submission):
    """POST music-video/create."""

    audio_path: Text = ""
    image_path: Text = ""
    prompt: Annotated[Text, Field(max_length=5000)] = ""
    style: Annotated[Text, Field(max_length=500)] = ""
    lyrics: Text = ""
    mode: Mode = "performance"
    subtitles: Switch = None
    quality: Text = ""
    aspect_ratio: Text = ""
    seed: Seed = None

    def pictures(self) -> dict[str, str]:
        """Return the picture of who sings, when there is one."""
        return {"image_path": self.image_path} if self.image_path else {}

    def sounds(self) -> dict[str, str]:
        """Return the song, which is needed."""
        return {"audio_path": self.audio_path}


class MusicBody(Submission):
    """POST music/create; `duration` and `seed` are Kinora's own additions."""

    COUNTED: ClassVar[Mapping[str, str]] = {"references": "image_path_{}"}

    model: Text = ""
    prompt: Text = ""
    instrumental: Switch = None
    lyrics: Text = ""
    duration: Whole = None
    seed: Seed = None
    references: tuple[str, ...] = ()

    def pictures(self) -> dict[str, str]:
        """Return the pictures that the music is to fit, in their order."""
        return _counted("image_path_{}", self.references)


class SpeechBody(Submission):
    """POST speech/create; `seed` is Kinora's own addition."""

    model: Text = ""
    text: Text = ""
    voice_id: Text = ""
    language_code: Text = ""
    speed: Number = None
    volume: Number = None
    pitch: Whole = None
    emotion: Text = ""
    stability: Number = None
    similarity_boost: Number = None
    style: Number = None
    use_speaker_boost: Switch = None
    seed: Seed = None

    def speaker(self) -> str:
        """Return who is to speak, which is needed."""
        return self.voice_id


class ImageBody(Submission):
    """POST images/create: pictures from words, or from pictures and words."""

    COUNTED: ClassVar[Mapping[str, str]] = {"references": "image_path_{}"}

    model: Text = ""
    prompt: Text = ""
    quality: Text = ""
    aspect_ratio: Text = ""
    detail_level: Detail = ""
    create_count: Annotated[Whole, between(1, MOST_PICTURES)] = None
    seed: Seed = None
    references: tuple[str, ...] = ()

    def pictures(self) -> dict[str, str]:
        """Return the references in their order."""
        return _counted("image_path_{}", self.references)


def _counted(pattern: str, paths: tuple[str, ...]) -> dict[str, str]:
    return {pattern.format(at): path for at, path in enumerate(paths, start=1)}
