"""Gives each subject its place and size, so that all are in the frame and none covers another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kinora.engines.studio.fusion.reading import Place
from kinora.ports.engine import Shape

STANDING, RISING, FREE = 0.66, 0.86, 0.46
"""Heights of whole figures, of bodies cut off below, and of things aloft, in frame heights."""

THING = 0.62
"""How large a thing is beside a person, when nobody says."""

HELD, RIDER = 0.30, 0.72
"""Heights of what is held and of who rides, as parts of the other's height."""

TALLEST, WIDEST = 0.94, 0.80
OVER = 1.05
"""The height of a body that rises from below and is said to be large."""

FOOT, HORIZON = 0.93, 0.68
USED = 0.95
"""The part of the frame's width that a row may fill."""

GAP = 0.025
PEEPING = 0.62
"""How much of its width somebody behind the others keeps free of them."""

CARRIED = {"on", "above", "rides"}


@dataclass(frozen=True, slots=True)
class Figure:
    """What layout must know of a subject; `ratio` is its width over its height."""

    name: str
    ratio: float
    rising: bool
    person: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a figure is: middle and foot line in parts of the frame, height in frame heights.

    What is painted later covers what has a smaller `layer`.
    """

    x: float
    foot: float
    height: float
    layer: float


def arrange(figures: Sequence[Figure], shape: Shape) -> dict[str, Spot]:
    """Return a spot for each figure."""
    wide = shape.width / shape.height
    by_name = {figure.name: figure for figure in figures}
    heights = _heights(figures, wide)
    row = [each for each in figures if _anchor(each, by_name) is None]
    spots = _row(row, heights, wide)
    for figure in figures:
        anchor = _anchor(figure, by_name)
        if anchor is not None:
            spots[figure.name] = _attached(figure, anchor, spots, wide)
    return spots


def carried_by(name: str, figures: Sequence[Figure]) -> str:
    """Return the name of the figure that holds or carries another; empty when none does."""
    by_name = {figure.name: figure for figure in figures}
    anchor = _anchor(by_name[name], by_name)
    return anchor.name if anchor else ""


def _anchor(figure: Figure, by_name: dict[str, Figure]) -> Figure | None:
    """Return who a figure is put at: whom it rides, is on or above, or who holds it."""
    for other in by_name.values():
        holds = other.place.relation == "holds" and other.place.anchor == figure.name
        if holds and other is not figure:
            return other if not _leans(other, by_name) else None
    other_name = figure.place.anchor if figure.place.relation in CARRIED else ""
    found = by_name.get(other_name)
    if found is None or found is figure or _leans(found, by_name):
        return None
    return found


def _leans(figure: Figure, by_name: dict[str, Figure]) -> bool:
    """Tell whether a figure is itself put at another one, so that no ring can arise."""
    if figure.place.relation in CARRIED and figure.place.anchor in by_name:
        return True
    return any(
        each.place.relation == "holds" and each.place.anchor == figure.name
        for each in by_name.values()
    )


def _heights(figures: Sequence[Figure], wide: float) -> dict[str, float]:
    """Return heights in frame heights: as the prompt says, else as people and things are."""
    people = any(figure.person for figure in figures)
    loaded = {each.place.anchor for each in figures if each.place.relation in CARRIED}
    heights = {}
    for figure in figures:
        place = figure.place
        base = RISING if figure.rising else FREE if place.aloft else STANDING
        if people and not figure.person and place.size == 1:
            base *= THING
        if figure.name in loaded:
            base = min(base, 0.56)
        height = base * place.size * (1 - 0.6 * max(0.0, place.far)) * (1 + max(0.0, -place.far))
        height = min(height, OVER if figure.rising and place.size > 1 else TALLEST)
        heights[figure.name] = min(height, WIDEST * wide / figure.ratio)
    return heights


def _row(row: Sequence[Figure], heights: dict[str, float], wide: float) -> dict[str, Spot]:
    """Return spots side by side: in the order named, or where left and right were said."""
    targets = _targets(row)
    ordered = sorted(row, key=lambda each: targets[each.name])
    widths = [heights[each.name] * each.ratio / wide * _kept(each) for each in ordered]
    room = USED - GAP * max(0, len(ordered) - 1)
    squeeze = min(1.0, room / max(sum(widths), 1e-6))
    widths = [width * squeeze for width in widths]
    places = _apart([targets[each.name] for each in ordered], widths)
    return {
        each.name: Spot(x, _foot(each), heights[each.name] * squeeze, _layer(each))
        for each, x in zip(ordered, places, strict=True)
    }


def _kept(figure: Figure) -> float:
    return PEEPING if figure.place.far >= 0.4 else 1.0


def _targets(row: Sequence[Figure]) -> dict[str, float]:
    """Return where the middle of each would be, in parts of the width."""
    free = [each for each in row if each.place.side is None]
    spread = min(0.72, 0.30 + 0.10 * len(row))
    targets = {each.name: 0.5 + (each.place.side or 0.0) for each in row}
    for number, each in enumerate(free):
        part = number / (len(free) - 1) - 0.5 if len(free) > 1 else 0.0
        targets[each.name] = 0.5 + spread * part
    taken = [targets[each.name] for each in row if each.place.side is not None]
    if len(free) == 1 and taken:
        # Alone without a side among the placed: the middle of the wider free part.
        edges = [0.0, *sorted(taken), 1.0]
        widest = max(range(len(edges) - 1), key=lambda n: edges[n + 1] - edges[n])
        targets[free[0].name] = (edges[widest] + edges[widest + 1]) / 2
    for each in row:
        shift = {"left": -0.3, "right": 0.3}.get(each.place.relation)
        if shift is not None:
            # Left of what is no figure, a background, is the left of the frame.
            targets[each.name] = targets.get(each.place.anchor, 0.5) + shift
    return targets


def _apart(targets: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Return middles near their targets, in order, with gaps, and inside the frame."""
    low, high = (1 - USED) / 2, 1 - (1 - USED) / 2
    places: list[float] = []
    edge = low
    for target, width in zip(targets, widths, strict=True):
        places.append(max(target, edge + width / 2))
        edge = places[-1] + width / 2 + GAP
    edge = high
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], edge - widths[number] / 2)
        edge = places[number] - widths[number] / 2 - GAP
    return places


def _foot(figure: Figure) -> float:
    place = figure.place
    if figure.rising and place.far < 0.3:
        return 1.0
    ground = FOOT - (FOOT - HORIZON) * max(0.0, place.far)
    return ground - 0.26 if place.aloft and not figure.rising else ground


def _layer(figure: Figure) -> float:
    return -figure.place.far - 0.001 * figure.place.order


def _attached(figure: Figure, anchor: Figure, spots: dict[str, Spot], wide: float) -> Spot:
    """Return the spot of a figure that is held, rides, or is on or above another."""
    at = spots[anchor.name]
    top = at.foot - at.height
    own = figure.place.size
    if figure.place.anchor != anchor.name:
        height = at.height * HELD * min(1.6, own)
        aside = 0.20 * at.height * anchor.ratio / wide
        return replace(
            at,
            x=at.x + aside,
            foot=at.foot - 0.12 * at.height,
            height=height,
            layer=at.layer + 0.01,
        )
    if figure.place.relation == "rides":
        height = at.height * RIDER * min(1.4, own)
        return replace(at, foot=at.foot - 0.52 * at.height, height=height, layer=at.layer - 0.01)
    above = figure.place.relation == "above"
    foot = top - 0.05 if above else top + 0.10 * at.height
    room = max(0.14, foot - 0.04)
    height = min(FREE * own, room, WIDEST * wide / figure.ratio)
    return replace(at, foot=max(foot, height + 0.03), height=height, layer=at.layer + 0.01)
