"""The exact size of what is to be made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The exact size of what is to be made.

    Width and height in pixels, both even for films. `frames` is the exact frame count;
    1 with `fps` 0 means a still picture.
    """

    width: int
    height: int
    frames: int
    fps: int

    @property
    def seconds(self) -> float:
        """Length of the film, 0 for a still."""
        return self.frames / self.fps if self.fps else 0.0
