"""What credits went where: the query for usage details.

Only the query's fields are published; those of the rows are Kinora's own.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from pydantic import BeforeValidator, Field, StrictInt

from kinora.apis.pixverse.fields import Text, choice, read_list
from kinora.apis.pixverse.wire import Body
from kinora.domain.errors import Invalid
from kinora.domain.ledger import Movement, Used
from kinora.domain.order import Feature
from kinora.ports.store import UsageAsk

FORM = "%Y-%m-%d %H:%M:%S"
LONGEST = timedelta(days=30)
LONGEST_CURSOR = 64
TYPES: dict[Feature, str] = {
    Feature.TEXT_TO_VIDEO: "text_to_video",
    Feature.TEXT_TO_IMAGE: "image_to_image",
    Feature.IMAGE_TO_VIDEO: "image_to_video",
    Feature.VIDEO_EFFECT: "image_to_video",
    Feature.TRANSITION: "transition",
    Feature.IMAGE_EFFECT: "image_to_image",
    Feature.MULTI_TRANSITION: "multi_transition",
    Feature.FUSION: "fusion",
    Feature.EXTEND: "extend",
    Feature.UPSCALE: "upscale",
    Feature.SOUND_EFFECT: "sound_effect",
    Feature.SWAP_MASK: "swap_mask",
    Feature.SWAP: "swap",
    Feature.MODIFY: "modify",
    Feature.MIMIC: "mimic",
    Feature.RESTYLE: "restyle",
    Feature.LIP_SYNC: "lip_sync",
    Feature.AVATAR: "avatar",
    Feature.MUSIC_VIDEO: "agent",
    Feature.MUSIC: "music",
    Feature.SPEECH: "speech",
}
"""How the wire names what a job was."""

KNOWN = sorted(set(TYPES.values()))
MOVEMENTS = {"consume": Movement.HOLD, "refund": Movement.RELEASE}
STATUSES = {movement: status for status, movement in MOVEMENTS.items()}


class UsageBody(Body):
    """POST account/billing/usage-detail."""

    start_time: Text = Field("", description="UTC, YYYY-MM-DD HH:mm:ss; 30 days before the end.")
    end_time: Text = Field("", description="The same form; now when absent. At most 30 days later.")
    cursor: Text = Field("", description="next_cursor of the page before; times are then ignored.")
    limit: Annotated[StrictInt, Field(ge=1, le=100)] = Field(20, description="1 to 100.")
    credits_status: Annotated[Literal["", "consume", "refund"], BeforeValidator(choice)] = Field(
        "", description="consume or refund; both when absent."
    )
    creation_type: Annotated[list[str], BeforeValidator(read_list)] = Field(
        default_factory=list, description="What was made; everything when empty."
    )


class UsageItem(msgspec.Struct, frozen=True):
    """One movement of credits; the numbers are positive. `price` says how they were found."""

    id: int
    video_id: int
    creation_type: str
    credits_status: str
    credits: int
    credit_monthly: int
    credit_package: int
    model: str
    quality: str
    create_time: str
    price: str


class UsageDetail(msgspec.Struct, frozen=True):
    """POST account/billing/usage-detail."""

    items: list[UsageItem]
    next_cursor: str
    has_more: bool


def usage_asked(body: UsageBody) -> UsageAsk:
    """Return what a body asks for, one row more than it wants to see; raises Invalid."""
    unknown = [each for each in body.creation_type if each not in KNOWN]
    if unknown:
        raise Invalid(f"creation_type must be of {', '.join(KNOWN)}, not {unknown[0]!r}")
    wanted = body.creation_type or KNOWN
    asked = UsageAsk(
        movements=frozenset(
            {MOVEMENTS[body.credits_status]} if body.credits_status else MOVEMENTS.values()
        ),
        features=frozenset(feature for feature, name in TYPES.items() if name in wanted),
        at_most=body.limit + 1,
    )
    if body.cursor:
        return _from_cursor(asked, body.cursor)
    since, until = _time(body.start_time, "start_time"), _time(body.end_time, "end_time")
    if since and until and not timedelta(0) <= until - since <= LONGEST:
        raise Invalid("end_time must be 0 to 30 days after start_time")
    try:
        if since and not until:
            until = since + LONGEST
        if until and not since:
            since = until - LONGEST
    except OverflowError:
        raise Invalid("start_time and end_time must be of the years 2 to 9998") from None
    return replace(asked, since=since, until=until)


def usage_detail(found: Sequence[Used], asked: UsageAsk) -> UsageDetail:
    """Return a page: one row more was read, to know whether there is another page."""
    page = found[: asked.at_most - 1]
    more = len(found) > len(page)
    cursor = _cursor(asked, page[-1].entry.id) if more else ""
    return UsageDetail([_item(each) for each in page], cursor, more)


def _item(used: Used) -> UsageItem:
    entry = used.entry
    return UsageItem(
        id=entry.id,
        video_id=int(entry.job or 0),
        creation_type=TYPES[used.feature],
        credits_status=STATUSES[entry.movement],
        credits=abs(entry.monthly + entry.package),
        credit_monthly=abs(entry.monthly),
        credit_package=abs(entry.package),
        model=used.model,
        quality=used.quality,
        create_time=entry.at.strftime(FORM),
        price=used.price,
    )


def _cursor(asked: UsageAsk, before: int) -> str:
    """Return where the next page begins, and the times that it is bound to."""
    times = (asked.since, asked.until)
    return "_".join([str(before), *(str(int(t.timestamp())) if t else "" for t in times)])


def _from_cursor(asked: UsageAsk, cursor: str) -> UsageAsk:
    parts = cursor.split("_")
    digits = all(part.isascii() and part.isdigit() for part in parts if part)
    if len(parts) != 3 or not parts[0] or not digits or len(cursor) > LONGEST_CURSOR:  # noqa: PLR2004
        raise Invalid("cursor must be the next_cursor of an earlier answer")
    try:
        times = [datetime.fromtimestamp(int(part), UTC) if part else None for part in parts[1:]]
    except (ValueError, OverflowError, OSError):
        raise Invalid("cursor must be the next_cursor of an earlier answer") from None
    before = min(int(parts[0]), 2**53)
    return replace(asked, before=before, since=times[0], until=times[1])


def _time(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, FORM).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"{name} must be a UTC time such as 2026-09-01 00:00:00") from None
