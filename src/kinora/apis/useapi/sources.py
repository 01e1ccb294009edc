"""From the paths and ids of a call to the stored files that they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kinora.apis.useapi.names import Kind, read_name, read_path
from kinora.apis.useapi.wire import Submission
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import Invalid, MediaNotFound, Missing
from kinora.domain.ids import AccountId, AssetId, VoiceId
from kinora.domain.job import JobState
from kinora.domain.wishes import Speech
from kinora.ports.store import Store

VIDEO_ID = "video_id"
LONGEST_VOICE = 16
WORDS = {AssetKind.IMAGE: "a picture", AssetKind.VIDEO: "a video", AssetKind.AUDIO: "a sound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks: a speaker of the list, or a voice `like` the one in a sound."""

    speaker: str = "auto"
    like: AssetId | None = None

    def says(self, text: str) -> Speech:
        """Return words to be spoken."""
        return Speech(text=text, speaker=self.speaker, like=self.like)


AUTO = Speaker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The stored files that a call names, by field and in its order.

    `model` is what made the film that `video_id` names, empty for uploads; `speaker` is who is to
    speak.
    """

    pictures: Mapping[str, Asset] = field(default_factory=dict)
    films: Mapping[str, Asset] = field(default_factory=dict)
    sounds: Mapping[str, Asset] = field(default_factory=dict)
    model: str = ""
    speaker: Speaker = AUTO

    @property
    def images(self) -> tuple[AssetId, ...]:
        """The pictures' ids."""
        return tuple(asset.id for asset in self.pictures.values())

    @property
    def film(self) -> AssetId:
        """The first film's id."""
        return next(iter(self.films.values())).id


@dataclass(frozen=True, slots=True, kw_only=True)
class FindGiven:
    """Reads what a call names; what is another's is not told apart from what does not exist."""

    store: Store
    speakers: frozenset[str]

    async def __call__(self, body: Submission, *, account: AccountId) -> Given:
        """Return the files; raises Invalid, Malformed, MediaNotFound, Missing."""
        films: dict[str, Asset] = {}
        model = ""
        for name, given in body.films().items():
            if name == VIDEO_ID:
                films[name], model = await self._made(given, account)
            else:
                films[name] = await self._file(name, given, account, AssetKind.VIDEO)
        pictures = await self._files(body.pictures(), account, AssetKind.IMAGE)
        sounds = await self._files(body.sounds(), account, AssetKind.AUDIO)
        speaker = await self._speaker(body.speaker(), account)
        return Given(pictures=pictures, films=films, sounds=sounds, model=model, speaker=speaker)

    async def _speaker(self, given: str, account: AccountId) -> Speaker:
        """Return a speaker of the list, or a voice of the caller's own."""
        if given.lower() in ("", "auto"):
            return AUTO
        if given in self.speakers:
            return Speaker(speaker=given)
        digits = given.isascii() and given.isdigit() and len(given) <= LONGEST_VOICE
        voice = await self.store.view.voices.get(VoiceId(int(given))) if digits else None
        if voice is None or voice.account != account:
            raise Invalid(f"the speaker {given[:20]!r} is not on videos/voices or speech/voices")
        return Speaker(like=voice.sound)

    async def _files(
        self, paths: Mapping[str, str], account: AccountId, kind: AssetKind
    ) -> dict[str, Asset]:
        return {name: await self._file(name, given, account, kind) for name, given in paths.items()}

    async def _file(self, name: str, given: str, account: AccountId, kind: AssetKind) -> Asset:
        if not given:
            raise Missing(name)
        asset = await self.store.view.assets.get(read_path(given, field=name))
        if asset is None or asset.account != account:
            raise MediaNotFound(f"{name}: there is no file with this path; upload it with files")
        if asset.kind is not kind:
            raise Invalid(f"{name} must be {WORDS[kind]}, not {WORDS[asset.kind]}")
        return asset

    async def _made(self, given: str, account: AccountId) -> tuple[Asset, str]:
        name = read_name(given)
        if name.kind is not Kind.VIDEO:
            raise Invalid(f"video_id must be the id of a video, not of {name.kind}")
        outcome = await self.store.view.jobs.outcome(name.job)
        if outcome is None or outcome.job.account != account or name.account != account:
            raise MediaNotFound("video_id: there is no video with this id")
        if outcome.job.state is not JobState.COMPLETED or outcome.asset is None:
            state = outcome.job.state.value
            raise MediaNotFound(f"video_id has no video that could be used: the job is {state}")
        if outcome.asset.kind is not AssetKind.VIDEO:
            raise Invalid("video_id must be the id of a video, not of an image")
        return outcome.asset, outcome.job.order.model
