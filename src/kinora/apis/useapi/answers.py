"""What callers get, field by field, in the order of the vendor's examples."""

import msgspec
from msgspec import UNSET, UnsetType


class SubmittedVideo(msgspec.Struct, frozen=True):
    """Every call for a film."""

    video_id: str
    cost_credits: int


class SubmittedImages(msgspec.Struct, frozen=True):
    """Every call for pictures; `image_id` is the first of them."""

    success_ids: list[str]
    image_id: str
    cost_credits: int


class VideoQueue(msgspec.Struct, frozen=True):
    """How long a film waited, in seconds, and how many jobs are before it."""

    queue_time: int
    queue_count: int


class ImageQueue(msgspec.Struct, frozen=True, kw_only=True):
    """How long a picture takes and waited, in seconds, and how many jobs are before it.

    `estimated_gen_time` is left out where it would be a guess.
    """

    estimated_gen_time: int | UnsetType = UNSET
    processing_start_time: str
    queue_count: int
    queue_time: int


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """GET images/{image_id}, and one of the list. `error` says why there is no picture."""

    image_id: str
    image_status: int
    account_id: int
    asset_id: int
    asset_source: int = 1
    asset_type: int = 0
    create_mode: str
    creation_type: int = 0
    model: str
    prompt: str
    quality: str
    aspect_ratio: str
    seed: int
    image_path: str
    image_url: str
    output_width: int
    output_height: int
    customer_img_paths: list[str]
    customer_img_urls: list[str] | None
    platform: str = ""
    queue_data: ImageQueue | None
    created_at: str
    updated_at: str
    is_collected: bool = False
    water_mark: bool
    media_locked: int = 0
    image_status_name: str
    image_status_final: bool
    error: str | UnsetType = UNSET


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """GET videos/{video_id}, and one of the list.

    A picture that a template made has `image_id` in place of `video_id`. What belongs to the
    hosted service alone, such as likes, has the value that it has for a new video there.
    """

    video_id: str | UnsetType = UNSET
    image_id: str | UnsetType = UNSET
    video_status: int
    account_id: int
    created_at: str
    updated_at: str
    first_frame: str = ""
    output_width: int = 0
    output_height: int = 0
    original_video_id: str | int = 0
    upscaled: int
    prompt: str
    model: str
    negative_prompt: str
    quality: str
    motion_mode: str
    asset_id: int = 0
    auto_character_prompt: int = 0
    seed: int
    likes: int = 0
    model_name: str
    queue_data: VideoQueue
    video_duration: float = 0.0
    last_frame: str = ""
    extended: int
    lip_sync: None = None
    url: str = ""
    path: str = ""
    img_id: int = 0
    img_url: str = ""
    duration: int
    motion_brush: str = ""
    asset_name: str = ""
    asset_img_url: str = ""
    remove_watermark: int
    nick_name: str
    avatar: str = ""
    aspect_ratio: str
    camera_movement: str
    relation_type: int = 0
    style: str
    template_id: int = 0
    template_name: str = ""
    template_thumbnail_url: str = ""
    template_thumbnail_video_url: str = ""
    template_i18n_json: str = ""
    workflow_tag: str = ""
    customer_paths: list[str] = []
    off_peak: int = 0
    has_audio: bool = False
    credits: int
    progress: float
    video_status_name: str
    video_status_final: bool
    error: str | UnsetType = UNSET


class Videos(msgspec.Struct, frozen=True):
    """GET videos; clients stop when `next_offset` has reached `total`."""

    data: list[Video]
    next_offset: int
    total: int


class Images(msgspec.Struct, frozen=True):
    """GET images; clients stop when `next_offset` has reached `total`."""

    data: list[Image]
    next_offset: int
    total: int


class SubmittedSound(msgspec.Struct, frozen=True):
    """POST music/create and speech/create; `cost_credits` is Kinora's own addition."""

    audio_id: str
    cost_credits: int


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """GET music/{id} and speech/{id}, and one of their lists.

    Speech has a voice, music `auto_lyrics`: whether the words were left to the server. `path`,
    by which later calls use the sound, and `progress` are Kinora's own additions.
    """

    audio_id: str
    asset_id: int
    audio_status: int
    status: str
    create_mode: str
    provider: str
    model: str
    voice_id: str | UnsetType = UNSET
    voice_name: str | UnsetType = UNSET
    language_code: str | UnsetType = UNSET
    prompt: str
    auto_lyrics: bool | UnsetType = UNSET
    url: str
    path: str
    name: str
    duration: float
    credits: int
    progress: float
    created_at: str
    updated_at: str
    audio_status_name: str
    audio_status_final: bool
    fail_code: str | UnsetType = UNSET
    fail_reason: str | UnsetType = UNSET


class Sounds(msgspec.Struct, frozen=True):
    """GET music and speech."""

    data: list[Sound]
    next_offset: int
    has_more: bool


class UploadedImage(msgspec.Struct, frozen=True):
    """One picture of POST files."""

    id: int
    url: str
    path: str
    size: int
    name: str
    category: int = 0
    err_msg: str = ""


class UploadedPicture(msgspec.Struct, frozen=True):
    """POST files with a picture: clients read either of the two places."""

    result: list[UploadedImage]
    path: str
    url: str


class UploadedMedia(msgspec.Struct, frozen=True):
    """POST files with a film or a sound."""

    path: str
    url: str


class Tracked(msgspec.Struct, frozen=True):
    """One job of GET scheduler; `elapsed` is minutes and seconds."""

    id: str
    type: str
    started: str
    elapsed: str
    replyUrl: str | UnsetType = UNSET  # noqa: N815 - the wire's spelling
    replyRef: str | UnsetType = UNSET  # noqa: N815 - the wire's spelling


class Free(msgspec.Struct, frozen=True):
    """What one lane can still take; `quarantine`, our own, says why it takes nothing."""

    email: str
    maxJobs: int  # noqa: N815 - the wire's spelling
    executing: int
    available: int
    quarantine: str | UnsetType = UNSET


class Available(msgspec.Struct, frozen=True):
    """GET scheduler/available."""

    executing: list[Tracked]
    available: list[Free]


class Session(msgspec.Struct, frozen=True):
    """How a lane is signed in; a lane of this server's own engines always is."""

    AccountId: int
    ExpireTime: int
    ExpireTimeUTC: str
    Username: str
    token: str


class LaneHealth(msgspec.Struct, frozen=True):
    """How jobs ended in the last 15 minutes, and why and until when a lane takes none.

    `quarantine` is credentials, credits, failures, unreachable, operator, or empty.
    """

    succeeded: int
    failed: int
    quarantine: str
    until: str


class LaneAccount(msgspec.Struct, frozen=True):
    """GET accounts/{email}: secrets are always masked.

    `upstream` and what follows it are Kinora's own, of lanes that run on another server.
    """

    email: str
    password: str
    maxJobs: int  # noqa: N815 - the wire's spelling
    jwt: Session
    upstream: str | UnsetType = UNSET
    replays: bool | UnsetType = UNSET
    health: LaneHealth | UnsetType = UNSET


class Effect(msgspec.Struct, frozen=True):
    """One template of GET videos/effects."""

    template_id: int
    display_name: str
    workflow_tag: str
    display_prompt: str
    effect_type: str
    template_type: int
    template_model: str
    template_paid: int
    supported_features: list[int]
    duration: int
    qualities: list[str]
    score: int
    hot_count: int
    video_base_cost: int
    fixed_cost: int
    thumbnail_path: str
    thumbnail_video_path: str


class Effects(msgspec.Struct, frozen=True):
    """GET videos/effects."""

    items: list[Effect]


class Style(msgspec.Struct, frozen=True):
    """One style of GET videos/restyles."""

    restyle_id: int
    restyle_name: str
    restyle_prompt: str
    thumbnail_path: str


class Styles(msgspec.Struct, frozen=True):
    """GET videos/restyles."""

    items: list[Style]


class Speaker(msgspec.Struct, frozen=True):
    """One voice of GET videos/voices."""

    speaker_id: str
    name: str


class Speakers(msgspec.Struct, frozen=True):
    """GET videos/voices."""

    items: list[Speaker]
