"""What a sound's row says of the job alone."""

from msgspec import UNSET, structs

from kinora.apis.useapi.answers import Sound
from kinora.apis.useapi.models import load_voices
from kinora.apis.useapi.states import COMPLETED, FAILED, Status
from kinora.catalog.models import Models
from kinora.domain.job import Job, JobState
from kinora.domain.order import MakeMusic, SaySomething

FINISHED, FAULTY, AT_WORK = "finish", "fail", "processing"
LONGEST_NAME = 80
OWN = "custom"


def asked_sound(job: Job, models: Models, status: Status, *, name: str) -> Sound:
    """Return a row without its result; `name` is the job's."""
    row = Sound(
        audio_id=name,
        asset_id=0,
        audio_status=status.number,
        status={COMPLETED: FINISHED, FAILED: FAULTY}.get(status, AT_WORK),
        create_mode="",
        provider="",
        model=job.order.model,
        prompt="",
        url="",
        path="",
        name="",
        duration=0.0,
        credits=job.cost,
        progress=round(job.progress, 4),
        created_at="",
        updated_at="",
        audio_status_name=status.name,
        audio_status_final=status.final,
    )
    return _failed(_told(row, job, models), job) if status == FAILED else _told(row, job, models)


def _told(row: Sound, job: Job, models: Models) -> Sound:
    """Add what was asked for."""
    ask, model = job.order.ask, job.order.model
    match ask:
        case MakeMusic():
            return structs.replace(
                row,
                create_mode="music",
                provider=models.music[model].provider,
                prompt=ask.words,
                auto_lyrics=not (ask.instrumental or ask.lyrics),
                name=ask.words[:LONGEST_NAME],
            )
        case SaySomething(speech=speech):
            own = speech.like is not None
            names = {voice.speaker_id: voice.name for voice in load_voices()}
            return structs.replace(
                row,
                create_mode="voice",
                provider=models.speech[model].provider,
                voice_id=OWN if own else speech.speaker,
                voice_name=names.get(speech.speaker, OWN if own else speech.speaker),
                language_code=ask.language or UNSET,
                prompt=speech.text,
                name=speech.text[:LONGEST_NAME],
            )
        case _:
            return row


def _failed(row: Sound, job: Job) -> Sound:
    """Add why there is no sound."""
    what = "speech" if row.create_mode == "voice" else "music"
    fault = "moderated" if job.state is JobState.MODERATED else "generation_failed"
    reason = job.reason or job.state.value
    return structs.replace(row, fail_code=f"{what}_{fault}", fail_reason=reason)
