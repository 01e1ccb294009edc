"""Speaks with one neural voice, and ends: `python -m kinora.engines.studio.speech.vits`.

Reads a JSON line from standard input: the model's file, the numbers of the phonemes of each
sentence, and how to speak. Writes a JSON line and then 32-bit samples. In a process of its own
because a model is a stranger's program, and holds 200 MB that an engine need not keep.
"""

import json
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

PAUSE = 0.2
"""Seconds between two sentences."""

MEETS = 0.02
"""How far a model's own timing may be off before it is not believed, as a part of the length."""


def speak(asked: dict[str, Any]) -> tuple[NDArray[np.float32], list[list[float]]]:
    """Return samples, and for each sentence when each number begins, empty when not told."""
    import onnxruntime  # noqa: PLC0415 - an extra that need not be there

    onnxruntime.set_seed(int(asked["seed"]))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = int(asked["threads"]), 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        asked["model"], options, providers=["CPUExecutionProvider"]
    )
    parts: list[NDArray[np.float32]] = []
    times: list[list[float]] = []
    at, rate = 0, int(asked["rate"])
    for ids in asked["sentences"]:
        fed = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(asked["scales"], np.float32),
        }
        if asked["speaker"] is not None:
            fed["sid"] = np.array([asked["speaker"]], np.int64)
        made = session.run(None, fed)
        wave = np.asarray(made[0], np.float32).reshape(-1)
        times.append(_begins(made[1:], len(ids), len(wave), int(asked["hop"]), at / rate, rate))
        parts += [wave, np.zeros(round(PAUSE * rate), np.float32)]
        at += len(wave) + len(parts[-1])
    whole = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return np.asarray(np.nan_to_num(np.clip(whole, -1, 1)), np.float32), times


def _begins(
    told: list[Any], count: int, samples: int, hop: int, start: float, rate: int
) -> list[float]:
    """Return when each number begins, from a second output of lengths, in steps or in samples."""
    for each in told[:1]:
        lengths = np.asarray(each, np.float64).reshape(-1)
        for unit in (hop, 1):
            whole = float(lengths.sum()) * unit
            if len(lengths) == count and abs(whole - samples) <= max(hop, MEETS * samples):
                begins = np.concatenate([[0.0], np.cumsum(lengths)[:-1]]) * unit
                return [float(start + begin / rate) for begin in begins]
    return []


def main() -> None:
    """Speak what standard input asks for."""
    asked = json.loads(sys.stdin.buffer.read())
    samples, times = speak(asked)
    sys.stdout.buffer.write(json.dumps({"times": times}).encode() + b"\n" + samples.tobytes())


if __name__ == "__main__":
    main()
