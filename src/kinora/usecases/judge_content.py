"""Have content judged, and keep a note of every decision that is not a plain yes."""

from dataclasses import dataclass

from kinora.domain.errors import ImageModerated, Moderated
from kinora.domain.ids import AccountId
from kinora.domain.moderation import Decision, Verdict
from kinora.domain.order import Order, texts_of
from kinora.ports.clock import Clock
from kinora.ports.media import Checked
from kinora.ports.moderation import Moderator
from kinora.ports.store import Store
from kinora.usecases.naming import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeContent:
    """Asks the moderator; refusals are noted here, what is to be reviewed with its job."""

    store: Store
    moderator: Moderator
    clock: Clock

    async def order(self, order: Order) -> Decision:
        """Return the decision on an order's words; raise Moderated for a refusal."""
        decision = await self.moderator.judge_words(texts_of(order.ask))
        if decision.verdict is Verdict.BLOCK:
            await self._note(order.account, decision)
            raise Moderated(f"Moderation failed (text): {decision.category}")
        return decision

    async def upload(self, media: Checked, *, account: AccountId, look: int | None) -> None:
        """Raise ImageModerated, or Moderated for films and sounds, for a file that is refused."""
        told = await self.moderator.judge_upload(
            media.path, sha256=digest_of(media.path), look=look
        )
        if told.verdict is Verdict.BLOCK:
            await self._note(account, told)
            if look is None:
                raise Moderated("Moderation failed (video): the file is on the block list")
            raise ImageModerated("Content moderation failure: the image is on the block list")

    async def _note(self, account: AccountId, decision: Decision) -> None:
        async with self.store.transaction() as tx:
            await tx.reviews.add(account, None, decision, at=self.clock.now())
