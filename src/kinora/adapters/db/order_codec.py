"""Orders and quotes as JSON text and back."""

from functools import lru_cache

import msgspec

from kinora.domain.ids import AccountId, KeyId
from kinora.domain.order import ASKS, Ask, Feature, Order
from kinora.domain.quote import Quote
from kinora.domain.rank import Rank

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_readers: dict[Feature, msgspec.json.Decoder[Ask]] = {
    feature: msgspec.json.Decoder(ask) for feature, ask in ASKS.items()
}


class Terms(msgspec.Struct, frozen=True):
    """The part of an order that is not its ask and has no column of its own."""

    aspect_ratio: str
    seconds: int
    seed: int | None
    trace: str
    watermark: bool = False
    rank: Rank | None = None
    start_within: int = 0


KEPT_QUOTES = 1024
_read_quote = msgspec.json.Decoder(Quote).decode
_read_terms = msgspec.json.Decoder(Terms).decode


def order_to_text(order: Order) -> str:
    """Return the ask and the terms of an order as JSON."""
    terms = Terms(
        order.aspect_ratio,
        order.seconds,
        order.seed,
        order.trace,
        order.watermark,
        order.rank,
        order.start_within,
    )
    return _encode({"ask": order.ask, "terms": terms}).decode()


def order_from_text(
    text: str, *, feature: Feature, account: int, model: str, quality: str, key: int | None = None
) -> Order:
    """Return the order whose text and columns these are."""
    parts = _decode(text)
    terms = _read_terms(parts["terms"])
    ask = _readers[feature].decode(parts["ask"])
    return Order(
        account=AccountId(account),
        ask=ask,
        model=model,
        quality=quality,
        aspect_ratio=terms.aspect_ratio,
        seconds=terms.seconds,
        seed=terms.seed,
        trace=terms.trace,
        watermark=terms.watermark,
        key=None if key is None else KeyId(key),
        rank=terms.rank,
        start_within=terms.start_within,
    )


def quote_to_text(quote: Quote | None) -> str:
    """Return a quote as JSON, nothing when there is none."""
    return "" if quote is None else _encode(quote).decode()


@lru_cache(KEPT_QUOTES)
def quote_from_text(text: str) -> Quote | None:
    """Return the quote whose text this is, None for none; most jobs have the quote of another."""
    return _read_quote(text) if text else None
