"""Make, find and forget voices of an account's own."""

from dataclasses import dataclass

from kinora.domain.errors import ContentDeleted, Invalid, Missing
from kinora.domain.ids import AccountId, AssetId, VoiceId
from kinora.domain.voice import LONGEST, LONGEST_NAME, MOST_VOICES, SHORTEST, Voice
from kinora.ports.clock import Clock, Mint
from kinora.ports.store import Store
from kinora.usecases.find_sound import FindSound

UNKNOWN = "speaker id invalid: there is no voice with this id"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeVoice:
    """Take a voice from an uploaded sound, under a name."""

    store: Store
    clock: Clock
    mint: Mint

    async def __call__(self, name: str, sound: AssetId, *, account: AccountId) -> Voice:
        """Return the new voice; raises Missing, Invalid, MediaNotFound, NotAllowed."""
        called = name.strip()
        if not called:
            raise Missing("name")
        if len(called) > LONGEST_NAME:
            raise Invalid(f"name must have at most {LONGEST_NAME} characters")
        heard = await FindSound(store=self.store)(sound, account=account)
        if not SHORTEST <= heard.seconds <= LONGEST:
            raise Invalid(f"the audio must be {SHORTEST:g} to {LONGEST:g} s long")
        voice = Voice(
            id=VoiceId(self.mint.id()),
            account=account,
            name=called,
            sound=sound,
            created_at=self.clock.now(),
        )
        async with self.store.transaction() as tx:
            if await tx.assets.get(sound) is None:
                raise ContentDeleted("audio_media_id was deleted, or has expired")
            if len(await tx.voices.of_account(account)) >= MOST_VOICES:
                raise Invalid(f"an account has at most {MOST_VOICES} voices; delete one first")
            await tx.voices.add(voice)
        return voice


@dataclass(frozen=True, slots=True, kw_only=True)
class FindVoice:
    """Read which voice a caller means."""

    store: Store

    async def __call__(self, number: VoiceId, *, account: AccountId) -> Voice:
        """Return the voice; raises Invalid when the account has none with this id."""
        voice = await self.store.view.voices.get(number)
        if voice is None or voice.account != account:
            raise Invalid(UNKNOWN)
        return voice


@dataclass(frozen=True, slots=True, kw_only=True)
class DropVoice:
    """Forget a voice; the sound that it was taken from stays."""

    store: Store

    async def __call__(self, number: VoiceId, *, account: AccountId) -> None:
        """Forget it; raises Invalid when the account has none with this id."""
        async with self.store.transaction() as tx:
            if not await tx.voices.drop(number, account=account):
                raise Invalid(UNKNOWN)
