"""Rooms that work on a film as a whole, and must look at all of it before the first frame."""

from collections.abc import Callable, Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from kinora.domain.ids import AssetId
from kinora.domain.order import Mimic, Modify, Swap
from kinora.engines.studio.mimic.room import frames as mimic_frames
from kinora.engines.studio.modify.reading import Instruction, read_instruction
from kinora.engines.studio.modify.room import Chosen, Given
from kinora.engines.studio.modify.room import frames as modified_frames
from kinora.engines.studio.modify.time import retimed_shape, retimed_sound
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture, Waves
from kinora.engines.studio.source import reading
from kinora.engines.studio.swap.room import Swapping
from kinora.engines.studio.swap.room import frames as swap_frames
from kinora.ports.engine import Progress, Shape, Spec

WorkedAsk = Swap | Modify | Mimic
Work = Generator[Progress, None, Iterator[Picture]]


def worked_frames(ask: WorkedAsk, spec: Spec) -> Work:
    """Return the frames of a film, after the work that must be done before the first of them."""
    match ask:
        case Swap():
            return (yield from _swapped(ask, spec))
        case Modify():
            return (yield from _modified(ask, spec))
        case Mimic():
            driver = reading.frames(
                spec.inputs[ask.film], size=None, fps=spec.shape.fps, count=spec.shape.frames
            )
            return (yield from mimic_frames(driver, spec.inputs[ask.image], shape=spec.shape))


def worked_sound(ask: WorkedAsk, spec: Spec) -> Waves | None:
    """Return the sound of such a film: its source's, played as the film is."""
    if isinstance(ask, Swap) and not ask.keep_sound:
        return None
    own = reading.sound(spec.inputs[ask.film], seconds=spec.shape.seconds)
    if own is None or not isinstance(ask, Modify):
        return own
    return retimed_sound(own, _told(ask).motions, spec.shape)


def worked_shape(ask: WorkedAsk, spec: Spec) -> Shape:
    """Return the shape of a film, which some instructions make longer or shorter."""
    return retimed_shape(_told(ask).motions, spec.shape) if isinstance(ask, Modify) else spec.shape


def _told(ask: Modify) -> Instruction:
    return read_instruction(ask.prompt, selections=len(ask.masks), images=len(ask.images))


def _modified(ask: Modify, spec: Spec) -> Work:
    given = Given(
        read=_reader(spec, ask.film),
        masks=[
            Chosen(_mask(spec, each.mask), each.region, each.keyframe - 1) for each in ask.masks
        ],
        images=[spec.inputs[image] for image in ask.images],
    )
    return (
        yield from modified_frames(
            _told(ask), given, shape=spec.shape, seed=spec.seed, folder=spec.folder
        )
    )


def _swapped(ask: Swap, spec: Spec) -> Work:
    work = Swapping(
        read=_reader(spec, ask.film),
        mask=_mask(spec, ask.mask),
        name=ask.region,
        image=spec.inputs[ask.image],
        at=ask.keyframe - 1,
    )
    return (yield from swap_frames(work, shape=spec.shape, folder=spec.folder))


def _reader(spec: Spec, film: AssetId) -> Callable[[], Iterator[Picture]]:
    """Return what reads a film from its begin, as often as it is called."""
    shape = spec.shape
    size = (shape.width, shape.height)
    return lambda: reading.frames(spec.inputs[film], size=size, fps=shape.fps, count=shape.frames)


def _mask(spec: Spec, mask: AssetId) -> NDArray[np.float32]:
    """Return a mask's picture as a field from 0 to 1."""
    size = spec.shape.width, spec.shape.height
    white = cover(load(spec.inputs[mask]), *size, focus=reading.MIDDLE)[..., 0]
    return np.asarray(white, np.float32) / np.float32(255)
