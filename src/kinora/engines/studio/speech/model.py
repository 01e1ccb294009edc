"""Speaks with one neural voice, and ends: `python -m kinora.engines.studio.speech.model`.

Reads a JSON line from standard input: the model's file, its numbers for the signs of each line, and
how to speak. Writes a JSON line and then 32-bit samples. In a process of its own because a model is
a stranger's program, and holds 200 MB that an engine need not keep.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.catalog.kokoro import ROWS, WIDTH, styles
from kinora.engines.studio.speech.lasting import lasting

Mono = NDArray[np.float32]
PIPER, KOKORO = "piper", "kokoro"

MEETS = 0.02
"""How far a model's own timing may be off before it is not believed, as a part of the length."""

WHOLE, HALF = "tensor(float)", "tensor(float16)"
INTEGERS = {"tensor(int32)": np.int32, "tensor(int64)": np.int64}


def speak(asked: dict[str, Any]) -> tuple[Mono, list[list[float]]]:
    """Return samples, and for each line when each number begins, empty when not told."""
    session = _opened(asked)
    voice = _Kokoro(session, asked) if asked["kind"] == KOKORO else _Piper(asked)
    parts: list[Mono] = []
    times: list[list[float]] = []
    at, rate = 0, int(asked["rate"])
    for ids in asked["lines"]:
        made = session.run(None, voice.fed(ids))
        wave = np.asarray(made[0], np.float32).reshape(-1)
        begins = _begins(made[1:], len(ids), len(wave), int(asked["hop"]))
        times.append([at / rate + voice.longer * begin / rate for begin in begins])
        wave = lasting(wave, times=voice.longer)
        parts += [wave, np.zeros(round(float(asked["pause"]) * rate), np.float32)]
        at += len(wave) + len(parts[-1])
    whole = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return np.asarray(np.nan_to_num(np.clip(whole, -1, 1)), np.float32), times


class _Piper:
    longer = 1.0

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked

    def fed(self, ids: list[int]) -> dict[str, Any]:
        """Return what the model is to be given for a line."""
        given = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(self._asked["scales"], np.float32),
        }
        if self._asked["speaker"] is not None:
            given["sid"] = np.array([self._asked["speaker"]], np.int64)
        return given


class _Kokoro:
    """`longer` is what is left to do to what the model says: some know only whole speeds."""

    def __init__(self, session: Any, asked: dict[str, Any]) -> None:
        table = styles(Path(asked["archive"]), asked["speaker"])
        self._styles = np.frombuffer(table, "<f4").reshape(ROWS, WIDTH)
        self._kinds = {each.name: each.type for each in session.get_inputs()}
        self._numbers = next(name for name in self._kinds if name not in ("style", "speed"))
        speed = float(asked["speed"])
        whole = self._kinds["speed"] in INTEGERS
        self._speed, self.longer = (1.0, 1 / speed) if whole else (speed, 1.0)

    def fed(self, ids: list[int]) -> dict[str, Any]:
        """Return what the model is to be given for a line, a pad at both of its ends."""
        # Two of the numbers are pads, and the first row is for one sign.
        row = min(max(len(ids) - 3, 0), ROWS - 1)
        return {
            self._numbers: self._as_wanted(self._numbers, [ids]),
            "style": self._as_wanted("style", self._styles[row : row + 1]),
            "speed": self._as_wanted("speed", [self._speed]),
        }

    def _as_wanted(self, name: str, value: Any) -> Any:
        """Return numbers in the kind that the model's input has; exports differ."""
        kinds = INTEGERS | {WHOLE: np.float32, HALF: np.float16}
        return np.asarray(value).astype(kinds[self._kinds[name]])


def _opened(asked: dict[str, Any]) -> Any:
    import onnxruntime  # noqa: PLC0415 - an extra that need not be there

    onnxruntime.set_seed(int(asked["seed"]))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = int(asked["threads"]), 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(asked["model"], options, providers=["CPUExecutionProvider"])


def _begins(told: list[Any], count: int, samples: int, hop: int) -> list[float]:
    """Return at which sample each number begins, from a second output of lengths.

    They are in steps or in samples; empty when they do not fit.
    """
    for each in told[:1]:
        lengths = np.asarray(each, np.float64).reshape(-1)
        for unit in (hop, 1):
            whole = float(lengths.sum()) * unit
            if len(lengths) == count and abs(whole - samples) <= max(hop, MEETS * samples):
                return [float(at) for at in np.concatenate([[0.0], np.cumsum(lengths)[:-1]]) * unit]
    return []


def main() -> None:
    """Speak what standard input asks for."""
    asked = json.loads(sys.stdin.buffer.read())
    samples, times = speak(asked)
    sys.stdout.buffer.write(json.dumps({"times": times}).encode() + b"\n" + samples.tobytes())


if __name__ == "__main__":
    main()
