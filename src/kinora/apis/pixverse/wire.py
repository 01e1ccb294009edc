"""What callers send to make films and pictures."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr

from kinora.apis.pixverse.fields import (
    Camera,
    Id,
    Ids,
    Motion,
    NeededId,
    NeededInt,
    NeededText,
    Seed,
    Style,
    Switch,
    Text,
    choice,
    name_of,
    needed_list,
    read_list,
    subject,
    zero,
)

LONGEST_SOUND = 2048
LONGEST_SPEECH = 200
Speaker = Annotated[Text, BeforeValidator(name_of)]


class Body(BaseModel):
    """What every JSON body has in common."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    webhook_id: Annotated[Text, BeforeValidator(name_of)] = Field(
        "", description="Who is told when the job has ended: an id from `kinora webhooks add`."
    )


class FilmBody(Body):
    """What every request for a film has in common."""

    model: NeededText = Field(description="v3.5, v4, v4.5, v5, v5.5, v5.6, v6, v6-max or c1.")
    prompt: NeededText = Field(
        description="Up to 5000 characters for v6, v6-max and c1, 2048 for older models."
    )
    duration: NeededInt = Field(description="Seconds; which are allowed depends on the model.")
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p.")
    negative_prompt: Text = Field("", description="What not to show, up to 2048 characters.")
    motion_mode: Annotated[Motion, BeforeValidator(choice)] = Field(
        "", description="fast only with v3.5, v4, v4.5, duration 5, below 1080p; else ignored."
    )
    style: Annotated[Style, BeforeValidator(choice)] = Field("", description="A look by name.")
    camera_movement: Annotated[Camera, BeforeValidator(choice)] = Field(
        "", description="With v4 and v4.5; ignored by other models."
    )
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    generate_audio_switch: Switch = Field(False, description="Sound, with v5.5 and newer models.")
    sound_effect_switch: Switch = Field(False, description="Sound, with v5 and older models.")
    sound_effect_content: Annotated[Text, Field(max_length=LONGEST_SOUND)] = Field(
        "", description="What is to be heard; empty fits the sound to the picture."
    )
    generate_multi_clip_switch: Switch = Field(
        False, description="Several shots with cuts, with v5.5 and v6."
    )
    lip_sync_tts_switch: Switch = Field(False, description="Speech, with v5 and older models.")
    lip_sync_switch: Switch = Field(False, description="Older name of lip_sync_tts_switch.")
    lip_sync_tts_content: Annotated[Text, Field(max_length=LONGEST_SPEECH)] = Field(
        "", description="What is to be said; what is longer than the film is cut."
    )
    lip_sync_tts_speaker_id: Speaker = Field(
        "", description="From video/lip_sync/tts_list, or auto."
    )
    water_mark: Switch = Field(False, description="A visible mark in a corner of the film.")


class TextToVideoBody(FilmBody):
    """POST video/text/generate."""

    aspect_ratio: NeededText = Field(
        description="16:9, 4:3, 1:1, 3:4 or 9:16; also 2:3, 3:2 and 21:9 with v6, v6-max and c1."
    )
    template_id: Id = Field(None, description="Not for films from words: refused.")


class ImageToVideoBody(FilmBody):
    """POST video/img/generate without a template."""

    img_id: NeededId = Field(description="A picture from image/upload.")


class TemplateVideoBody(Body):
    """POST video/img/generate with `template_id`: an effect, which has its own model and length."""

    template_id: NeededId = Field(description="From video/effects/templates/list, type 1.")
    img_id: Id = Field(None, description="The picture, for effects that take one.")
    img_ids: Ids = Field(None, description="The pictures, for effects that take several.")
    api_gen_img_ids: Ids = Field(None, description="Older name of img_ids.")
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p; not every effect has all.")
    prompt: Text = Field("", description="Ignored by effects.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    sound_effect_switch: Switch = Field(False, description="Adds the effect's own sound.")
    generate_audio_switch: Switch = Field(False, description="The same.")


class TransitionBody(FilmBody):
    """POST video/transition/generate."""

    first_frame_img: NeededId = Field(description="The picture that the film begins with.")
    last_frame_img: NeededId = Field(description="The picture that the film ends with.")


class ImageTemplateBody(Body):
    """POST image/template/generate."""

    template_id: NeededId = Field(description="From video/effects/templates/list, type 2.")
    img_ids: Ids = Field(None, description="The pictures; the template says how many.")
    img_id: Id = Field(None, description="The picture, for templates that take one.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class KeyframeItem(BaseModel):
    """One item of a multi-transition; the last one's duration is 0 or absent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    img_id: NeededId = Field(description="A picture from image/upload.")
    duration: Annotated[StrictInt, BeforeValidator(zero)] = Field(
        0, description="Seconds to the next item: 1 to 8 with two items, 1 to 5 with more."
    )
    prompt: Text = Field("", description="What happens on the way to the next item.")


class MultiTransitionBody(Body):
    """POST video/multi_transition/generate."""

    multi_transition: Annotated[list[KeyframeItem], BeforeValidator(needed_list)] = Field(
        description="2 to 7 keyframes in their order; at most 30 seconds together."
    )
    model: NeededText = Field(description="v3.5, v4, v4.5 or v5.")
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p.")
    motion_mode: Annotated[Motion, BeforeValidator(choice)] = Field(
        "", description="fast with v3.5, v4, v4.5: every duration at most 5, below 1080p."
    )
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    water_mark: Switch = Field(False, description="A visible mark in a corner of the film.")


class ImageReference(BaseModel):
    """A picture of a fusion."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Annotated[Literal["subject", "background"], BeforeValidator(subject)] = Field(
        "subject", description="subject or background."
    )
    img_id: NeededId = Field(description="A picture from image/upload.")
    ref_name: NeededText = Field(description="How the prompt calls it: @ref_name.")


class VideoReference(BaseModel):
    """A film of a fusion, with v6; exactly one of the two ids."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ref_name: NeededText = Field(description="How the prompt calls it: @ref_name.")
    source_video_id: Id = Field(None, description="A film made here.")
    video_media_id: Id = Field(None, description="A film from media/upload.")


class FusionBody(Body):
    """POST video/fusion/generate."""

    image_references: Annotated[list[ImageReference], BeforeValidator(read_list)] = Field(
        default_factory=list, description="Up to 3 with v4.5 and v5, 7 with newer models."
    )
    video_references: Annotated[list[VideoReference], BeforeValidator(read_list)] = Field(
        default_factory=list, description="Up to 2 with v6; duration must then be 0."
    )
    reference_mode: Text = Field("", description="omni with video_references; not needed here.")
    prompt: NeededText = Field(description="Names each reference as @ref_name.")
    model: NeededText = Field(description="v4.5, v5, v5.5, v5.6, v6 or c1.")
    duration: Annotated[StrictInt, BeforeValidator(zero)] = Field(
        0, description="Seconds; 0 with video_references."
    )
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p.")
    aspect_ratio: NeededText = Field(
        description="As for text-to-video; auto follows the first reference of an omni fusion."
    )
    negative_prompt: Text = Field("", description="What not to show, up to 2048 characters.")
    style: Annotated[Style, BeforeValidator(choice)] = Field("", description="A look by name.")
    generate_audio_switch: Switch = Field(False, description="Sound, with v5.5 and newer models.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    water_mark: Switch = Field(False, description="A visible mark in a corner of the film.")


class FilmSource(Body):
    """What every body that works on a film has: exactly one of two ids; 0 means absent."""

    source_video_id: Id = Field(None, description="A film made here, by any of its doors.")
    video_media_id: Id = Field(None, description="A film from media/upload.")


class ExtendBody(FilmSource):
    """POST video/extend/generate."""

    prompt: NeededText = Field(description="How the film goes on, up to 2048 characters.")
    model: NeededText = Field(description="v3.5, v4, v4.5, v5, v5.5 or v6.")
    duration: NeededInt = Field(description="Seconds to add; which depends on the model.")
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p: the price; the size stays.")
    negative_prompt: Text = Field("", description="What not to show, up to 2048 characters.")
    motion_mode: Annotated[Motion, BeforeValidator(choice)] = Field("", description="As above.")
    style: Annotated[Style, BeforeValidator(choice)] = Field("", description="A look by name.")
    generate_audio_switch: Switch = Field(False, description="Sound, with v5.5 and v6.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    water_mark: Switch = Field(False, description="A visible mark in a corner of the film.")


class SoundEffectBody(FilmSource):
    """POST video/sound_effect/generate."""

    original_sound_switch: Switch = Field(False, description="Keeps the film's own sound below.")
    sound_effect_content: Annotated[Text, Field(max_length=LONGEST_SOUND)] = Field(
        "", description="What is to be heard; empty fits the sound to the picture."
    )
    prompt: Annotated[Text, Field(max_length=LONGEST_SOUND)] = Field(
        "", description="Newer name of sound_effect_content."
    )
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class MaskBody(FilmSource):
    """POST video/mask/selection."""

    keyframe_id: Annotated[StrictInt, BeforeValidator(zero)] = Field(
        1, description="A frame of the film, counted from 1; 0 means 1."
    )


class SwapBody(FilmSource):
    """POST video/swap/generate."""

    keyframe_id: Annotated[StrictInt, BeforeValidator(zero)] = Field(
        1, description="The keyframe that the mask was made of; 0 means 1."
    )
    mask_id: NeededText = Field(description="From mask/selection of the same film and keyframe.")
    img_id: NeededId = Field(description="What comes into the mask's place.")
    quality: NeededText = Field(description="360p, 540p or 720p.")
    original_sound_switch: Switch = Field(True, description="Keeps the film's sound.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class ModifyBody(FilmSource):
    """POST video/modify/generate."""

    prompt: NeededText = Field(
        description="What is to change; @selection0 to 2 are the masks, @img0 to 2 the pictures."
    )
    img_ids: Ids = Field(None, description="Up to 3 pictures from image/upload.")
    mask_ids: Annotated[list[StrictStr], BeforeValidator(read_list)] = Field(
        default_factory=list, description="Up to 3 masks from mask/selection of the same film."
    )
    mask_urls: Annotated[list[StrictStr], BeforeValidator(read_list)] = Field(
        default_factory=list, description="Not offered: masks come from mask/selection."
    )
    quality: NeededText = Field(description="360p, 540p or 720p.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class MimicBody(FilmSource):
    """POST video/mimic/generate."""

    img_id: NeededId = Field(description="A clear person or animal, which is to move.")
    quality: NeededText = Field(description="360p, 540p or 720p.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class RestyleBody(FilmSource):
    """POST video/restyle/generate: exactly one of the two ways to name a style."""

    restyle_id: Id = Field(None, description="From video/restyle/list.")
    restyle_prompt: Annotated[Text, Field(max_length=5000)] = Field(
        "", description="Words that name a style of the list."
    )
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class LipSyncBody(FilmSource):
    """POST video/lip_sync/generate: a sound, or a text and its speaker."""

    audio_media_id: Id = Field(None, description="What is said: a sound from media/upload.")
    lip_sync_tts_speaker_id: Speaker = Field(
        "", description="A speaker of the list, or auto; with lip_sync_tts_content."
    )
    lip_sync_tts_content: Text = Field("", description="What is said, up to 200 characters.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class AvatarBody(Body):
    """POST video/avatar/generate: a sound, or a text and its speaker."""

    img_id: NeededId = Field(description="A clear face, from image/upload.")
    quality: NeededText = Field(description="720p or 1080p.")
    audio_media_id: Id = Field(None, description="What is said: a sound from media/upload.")
    lip_sync_tts_speaker_id: Speaker = Field(
        "", description="A speaker of the list, or auto; with lip_sync_tts_content."
    )
    lip_sync_tts_content: Text = Field("", description="What is said, up to 200 characters.")
    prompt: Annotated[Text, Field(max_length=5000)] = Field(
        "", description="How the picture moves, as for image-to-video."
    )
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class SongReference(BaseModel):
    """A picture of a music video."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    img_id: NeededId = Field(description="A picture from image/upload.")


Songs = Annotated[list[SongReference], BeforeValidator(read_list), Field(max_length=1)]


class AudioBody(Body):
    """POST audio/verification."""

    audio_media_id: NeededId = Field(description="A song from media/upload.")


class MusicBody(AudioBody):
    """POST video/music_mv_agent/generate."""

    mv_agent_type: Literal["vibe_mv", "vibe_mv_v3_custom"] = Field(
        description="vibe_mv or vibe_mv_v3_custom; both are made in one way here."
    )
    aspect_ratio: NeededText = Field(description="16:9, 9:16, 1:1, 4:3 or 3:4.")
    quality: NeededText = Field(description="720p or 1080p.")
    prompt: Annotated[Text, Field(max_length=5000)] = Field("", description="What is seen.")
    music_style: Annotated[Text, Field(max_length=500)] = Field(
        "", description="The song's style, which may choose scenes."
    )
    mv_style: Annotated[Text, Field(max_length=500)] = Field("", description="What is seen, too.")
    img_references: Songs = Field(default_factory=list, description="Who or what is in it.")
    style_img_references: Songs = Field(default_factory=list, description="What it looks like.")
    lyric_text: Text = Field("", description="Lines, with or without [mm:ss.xx], to 4999 letters.")
    lyric_timestamp: dict[str, object] | None = Field(
        None, description='{"lines": [{"start": seconds, "text": "..."}]}.'
    )
    caption_switch: Switch = Field(False, description="Shows the lyrics.")
    lip_sync_switch: Switch = Field(False, description="The person of img_references sings.")
    instrumental_switch: Switch = Field(False, description="Nobody sings: no lyrics, no lips.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")


class AgentBody(Body):
    """POST video/agent/generate."""

    agent_id: NeededText = Field(description="No agent is offered yet.")


class VoiceBody(Body):
    """POST video/tts_speaker."""

    name: NeededText = Field(description="How the voice is listed, up to 50 characters.")
    audio_media_id: NeededId = Field(description="Somebody who speaks, 1 to 60 s; media/upload.")


class UpscaleBody(FilmSource):
    """POST video/upscale/generate. `quality` and `model`, which some clients send, are ignored."""
