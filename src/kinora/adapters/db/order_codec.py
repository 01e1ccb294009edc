"""Orders as JSON text and back."""

import msgspec

from kinora.domain.ids import AccountId
from kinora.domain.order import ASKS, Ask, Feature, Order

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


_read_terms = msgspec.json.Decoder(Terms).decode


def order_to_text(order: Order) -> str:
    """Return the ask and the terms of an order as JSON."""
    terms = Terms(order.aspect_ratio, order.seconds, order.seed, order.trace, order.watermark)
    return _encode({"ask": order.ask, "terms": terms}).decode()


def order_from_text(
    text: str, *, feature: Feature, account: int, model: str, quality: str
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
    )
