"""What the reference says of each operation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kinora.apis.useapi import answers, wire
from kinora.apis.useapi.accounts import AccountBody
from kinora.apis.useapi.features import Features
from kinora.apis.useapi.songs import SongRow, SongRows
from kinora.apis.useapi.speaking import SpeechModels, SpeechVoices
from kinora.apis.useapi.wire import Submission

MADE = (answers.SubmittedVideo,)
EITHER = (answers.SubmittedVideo, answers.SubmittedImages)
NEW = (400, 401, 404, 412, 422, 429, 503, 596)
LIST, ONE = (400, 401), (400, 401, 404)
PAGES = ("email", "limit", "offset")
FRAME = "frame_1_path"
MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"


class Nothing(msgspec.Struct, frozen=True):
    """An empty object."""


@dataclass(frozen=True, slots=True)
class Described:
    """One operation: what goes in and comes out, and what can go wrong.

    `answer` are the types of a success, one of them for each call; `refusals` are HTTP statuses;
    `required` are the fields without which a call is always refused; `aliases` are older paths.
    """

    method: str
    path: str
    summary: str
    answer: Sequence[Any]
    refusals: Sequence[int] = LIST
    body: type[Submission] | None = None
    required: Sequence[str] = ()
    query: Sequence[str] = ()
    aliases: Sequence[str] = ()

    @property
    def success(self) -> int:
        """The status of a success."""
        return 201 if self.body is AccountBody else 200


def described() -> tuple[Described, ...]:
    """Return every operation of the dialect, in the order of the reference."""
    return (*_ACCOUNTS, *_VIDEOS, *_VIDEO_READERS, *_IMAGES, *_SOUNDS, *_SCHEDULER)


def _film(
    name: str, summary: str, body: type[Submission], *required: str, older: bool = False
) -> Described:
    path = f"/videos/{name}"
    return Described(
        "POST",
        path,
        summary,
        EITHER if body is wire.CreateBody else MADE,
        NEW,
        body=body,
        required=required,
        aliases=(f"{path}-v3", f"{path}-v4") if older else (),
    )


_ACCOUNTS = (
    Described(
        "GET",
        "/accounts",
        "List the accounts, by email: lanes of the caller's own account",
        [dict[str, answers.LaneAccount]],
        (401,),
    ),
    Described("GET", "/accounts/{email}", "Read an account", [answers.LaneAccount], (401, 404)),
    Described(
        "POST",
        "/accounts/{email}",
        "Make an account, or change how many jobs one may run at once",
        [answers.LaneAccount],
        body=AccountBody,
        required=("password", "maxJobs"),
    ),
    Described("DELETE", "/accounts/{email}", "Remove an account", [Nothing], ONE),
    Described(
        "GET", "/features", "Read an account's plan and credits", [Features], query=("email",)
    ),
    Described(
        "POST",
        "/files",
        "Upload a picture, a film or a sound as the body",
        [answers.UploadedPicture, answers.UploadedMedia],
        (400, 401, 422),
        query=("email",),
    ),
)
_VIDEOS = (
    _film(
        "create",
        "Make a video from words or a picture; with template_id by a template",
        wire.CreateBody,
        older=True,
    ),
    _film(
        "create-frames",
        "Make a video from a first picture to a last one",
        wire.FramesBody,
        "first_frame_path",
        "last_frame_path",
        older=True,
    ),
    _film(
        "create-transition",
        "Make a video through 2 to 7 pictures",
        wire.TransitionBody,
        FRAME,
        "frame_2_path",
    ),
    _film(
        "create-fusion",
        "Make a video from references that the prompt names: @image1, @video1",
        wire.FusionBody,
        "prompt",
        FRAME,
    ),
    _film(
        "motion-control",
        "Let a picture move as the person in a video does",
        wire.MotionBody,
        FRAME,
        "video_1_path",
    ),
    _film("extend", "Continue a video", wire.ExtendBody, older=True),
    _film("modify", "Change a video by words", wire.ModifyBody, "prompt"),
    _film("restyle", "Draw a video in another style", wire.RestyleBody, older=True),
    _film("upscale", "Make a video larger", wire.UpscaleBody),
    _film("lipsync", "Let a video speak a sound or words", wire.LipsyncBody),
)
_VIDEO_READERS = (
    Described("GET", "/videos", "List videos, newest first", [answers.Videos], query=PAGES),
    Described("GET", "/videos/{id}", "Read a video", [answers.Video], ONE),
    Described("DELETE", "/videos/{id}", "Delete a video, or cancel it", [Nothing], ONE),
    Described(
        "GET",
        "/videos/effects",
        "List templates",
        [answers.Effects],
        query=PAGES,
    ),
    Described("GET", "/videos/voices", "List voices", [answers.Speakers], query=("email",)),
    Described("GET", "/videos/restyles", "List styles", [answers.Styles], query=("email",)),
)
_IMAGES = (
    Described(
        "POST",
        "/images/create",
        "Make 1 to 4 pictures from words, or from pictures and words",
        [answers.SubmittedImages],
        NEW,
        body=wire.ImageBody,
        required=("prompt",),
    ),
    Described("GET", "/images", "List pictures, newest first", [answers.Images], query=PAGES),
    Described("GET", "/images/{id}", "Read a picture", [answers.Image], ONE),
    Described("DELETE", "/images/{id}", "Delete a picture, or cancel it", [Nothing], ONE),
)
_SOUNDS = (
    Described(
        "POST",
        "/music-video/create",
        "Make a music video of a song",
        MADE,
        NEW,
        body=wire.MusicVideoBody,
        required=("audio_path",),
    ),
    Described("GET", "/music-video", "List music videos", [SongRows], query=PAGES),
    Described("GET", "/music-video/{id}", "Read a music video", [SongRow], ONE),
    Described(
        "POST",
        "/music/create",
        "Make music from words, sung or not",
        [answers.SubmittedSound],
        NEW,
        body=wire.MusicBody,
        required=("prompt",),
    ),
    Described("GET", "/music", "List music", [answers.Sounds], query=PAGES),
    Described("GET", "/music/{id}", "Read a piece of music", [answers.Sound], ONE),
    Described(
        "POST",
        "/speech/create",
        "Say a text",
        [answers.SubmittedSound],
        NEW,
        body=wire.SpeechBody,
        required=("text", "voice_id"),
    ),
    Described("GET", "/speech", "List speech", [answers.Sounds], query=PAGES),
    Described("GET", "/speech/{id}", "Read speech", [answers.Sound], ONE),
    Described(
        "GET",
        "/speech/voices",
        "List who can speak",
        [SpeechVoices],
        query=("email", "model", "language"),
    ),
    Described(
        "GET", "/speech/models", "List the models of speech", [SpeechModels], query=("email",)
    ),
)
_SCHEDULER = (
    Described("GET", "/scheduler", "List what runs", [list[answers.Tracked]], (401,)),
    Described(
        "GET",
        "/scheduler/available",
        "List what runs, and how many jobs each account can still take",
        [answers.Available],
        (401,),
    ),
    Described("DELETE", "/scheduler/{id}", "Cancel what runs", [Nothing], ONE),
)
