"""Where the subjects of a fusion stand."""

from itertools import pairwise

import pytest

from kinora.engines.studio.fusion.layout import Figure, Spot, arrange, carried_by
from kinora.engines.studio.fusion.reading import read_places
from kinora.ports.engine import Shape

WIDE, TALL = (Shape(width=w, height=h, frames=1, fps=1) for w, h in ((960, 540), (540, 960)))


def figures(prompt: str, *names: str, ratio: float = 0.6) -> list[Figure]:
    places = read_places(prompt, list(names))
    return [
        Figure(name, ratio, rising=False, person=name == "girl", place=places[name])
        for name in names
    ]


def spots(prompt: str, *names: str, shape: Shape = WIDE, ratio: float = 0.6) -> dict[str, Spot]:
    return arrange(figures(prompt, *names, ratio=ratio), shape)


@pytest.mark.parametrize("shape", [WIDE, TALL])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.5])
def test_all_are_in_the_frame_and_apart(shape: Shape, count: int, ratio: float) -> None:
    names = [f"n{number}" for number in range(count)]
    found = spots(" ".join(f"@{name}" for name in names), *names, shape=shape, ratio=ratio)
    wide = shape.width / shape.height
    edges = []
    for name in names:
        half = found[name].height * ratio / wide / 2
        edges.append((found[name].x - half, found[name].x + half))
        assert found[name].foot - found[name].height > -0.02
    assert edges[0][0] >= 0
    assert edges[-1][1] <= 1
    assert all(left[1] <= right[0] for left, right in pairwise(edges))


def test_beside_left_and_right() -> None:
    found = spots("@girl to the left of @cat", "girl", "cat")
    assert found["girl"].x < found["cat"].x
    found = spots("@girl on the right and @cat", "girl", "cat")
    assert found["girl"].x > found["cat"].x


def test_behind_is_smaller_higher_and_covered() -> None:
    found = spots("@girl behind @cat", "girl", "cat")
    plain = spots("@girl and @cat", "girl", "cat")
    assert found["girl"].height < plain["girl"].height
    assert found["girl"].foot < found["cat"].foot
    assert found["girl"].layer < found["cat"].layer


def test_what_is_held_is_at_its_holder() -> None:
    shown = figures("@girl holding a small @cup in a garden", "girl", "cup")
    found = arrange(shown, WIDE)
    assert carried_by("cup", shown) == "girl"
    assert abs(found["cup"].x - found["girl"].x) < 0.15
    assert found["cup"].height < 0.4 * found["girl"].height
    assert found["cup"].layer > found["girl"].layer


def test_on_above_and_riding() -> None:
    on = spots("a @cat on top of @box", "cat", "box")
    top = on["box"].foot - on["box"].height
    assert on["cat"].foot == pytest.approx(top + 0.10 * on["box"].height)
    above = spots("a @cat above @box", "cat", "box")
    assert above["cat"].foot < above["box"].foot - above["box"].height
    riding = figures("@girl rides @horse", "girl", "horse")
    assert carried_by("girl", riding) == "horse"


def test_a_ring_of_relations_ends() -> None:
    found = spots("@cat on @box . @box on @cat", "cat", "box")
    assert set(found) == {"cat", "box"}
