"""What the dialect's models accept, said in the dialect's own words."""

from kinora.apis.useapi.models import ImageModel, Table, VideoModel
from kinora.apis.useapi.wire import FilmBody, Submission
from kinora.catalog.rules import among
from kinora.domain.errors import Invalid, PromptTooLong

ALWAYS, NEVER = "always", "never"
NATIVE_ONLY = (
    "seed",
    "off_peak_mode",
    "preview_mode",
    "auto_sound",
    "sound_effect_prompt",
    "lip_sync_tts_prompt",
    "lip_sync_tts_speaker_id",
)
"""What third-party models refuse; a switch that is off counts as absent."""


def video_model(table: Table, name: str, *, operation: str) -> tuple[str, VideoModel]:
    """Return the model that a call means, its default when it names none; raise Invalid."""
    name = name or table.defaults[operation]
    known = [each for each, model in table.video.items() if operation in model.operations]
    among(f"model of {operation}", name, tuple(known))
    return name, table.video[name]


def fixed_model(table: Table, name: str, *, operation: str) -> str:
    """Return the one model of an operation that has only one; raise Invalid for another."""
    only = table.defaults[operation]
    among(f"model of {operation}", name or only, (only,))
    return only


def check_film(body: FilmBody, name: str, model: VideoModel) -> None:
    """Raise Invalid for fields that a model does not take."""
    if not model.native:
        for field in NATIVE_ONLY:
            if getattr(body, field):
                raise Invalid(f"{field} is not accepted by model {name}")
    if model.audio == ALWAYS and body.audio is not None:
        raise Invalid(f"audio is not accepted by model {name}: its films always have sound")
    if model.audio == NEVER and body.audio:
        raise Invalid(f"audio is not accepted by model {name}")
    check_prompt("prompt", body.prompt, model)


def check_prompt(field: str, prompt: str, model: VideoModel) -> None:
    """Raise PromptTooLong for words that a model does not read to their end."""
    if len(prompt) > model.prompt:
        raise PromptTooLong(f"{field} must have at most {model.prompt} characters")


def quality_of(given: str, name: str, model: VideoModel) -> str:
    """Return the quality that a call means; raise Invalid."""
    among(f"quality of model {name}", given or model.quality, model.qualities)
    return given or model.quality


def seconds_of(given: int | None, name: str, model: VideoModel, *, quality: str) -> int:
    """Return the seconds that a call means; raise Invalid."""
    shortest, longest = model.seconds[0], model.longest(quality)
    seconds = max(shortest, 5) if given is None else given
    if not shortest <= seconds <= longest:
        limits = f"duration must be {shortest} to {longest}"
        raise Invalid(f"{limits} for model {name} at {quality}, not {seconds}")
    return seconds


def ratio_of(given: str, name: str, table: Table, model: VideoModel | ImageModel) -> str:
    """Return the aspect ratio that a call means; raise Invalid."""
    ratios = table.ratios_of(model)
    among(f"aspect_ratio of model {name}", given or ratios[0], ratios)
    return given or ratios[0]


def check_terms(body: Submission) -> None:
    """Raise Invalid for terms that no call can have yet."""
    if body.reply_url and not body.reply_url.lower().startswith(("http://", "https://")):
        raise Invalid("replyUrl must be an http or https URL")
