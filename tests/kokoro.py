"""A small Kokoro, made on the spot: its true inputs and outputs, tones for sounds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

RATE = 24000
STEPS = 3
HOP = 600
Styles = NDArray[np.float32]


def styles(hertz: float, *, rising: float = 0.0) -> Styles:
    """Return a speaker's table: how high it hums, and how much higher for each further sign."""
    table = np.zeros((510, 1, 256), np.float32)
    table[:, 0, 0] = hertz + rising * np.arange(510)
    return table


def archive(folder: Path, speakers: Mapping[str, Styles], name: str = "voices-v1.0.bin") -> Path:
    """Write speakers as NumPy's archive does."""
    path = folder / name
    named: dict[str, Any] = dict(speakers)
    with path.open("wb") as out:
        np.savez(out, **named)
    return path


def kokoro_model(  # noqa: PLR0913 - exports differ in as many ways
    folder: Path,
    name: str = "kokoro-v1.0",
    *,
    numbers: str = "tokens",
    speed: int = TensorProto.FLOAT,
    style: str = "style",
    timed: bool = False,
    noisy: bool = False,
) -> Path:
    """Write a model that hums each sign for three steps of 600 samples, as high as the style says.

    `noisy` adds some noise, of which there is none in a wave that is the same each time.
    """
    heard = [helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["samples"])]
    lengths = [helper.make_tensor_value_info("duration", TensorProto.INT64, ["signs"])]
    graph = helper.make_graph(
        _nodes(numbers, style, timed=timed, noisy=noisy),
        "kokoro",
        [
            helper.make_tensor_value_info(numbers, TensorProto.INT64, [1, "signs"]),
            helper.make_tensor_value_info(style, TensorProto.FLOAT, [1, 256]),
            helper.make_tensor_value_info("speed", speed, [1]),
        ],
        heard + lengths if timed else heard,
        [
            numpy_helper.from_array(np.array(value, kind), called)
            for called, value, kind in (
                ("zero", 0.0, np.float32),
                ("one", 1.0, np.float32),
                ("loud", 0.3, np.float32),
                ("hiss", 0.02, np.float32),
                ("each", STEPS, np.float32),
                ("hop", HOP, np.float32),
                ("turn", 2 * np.pi / RATE, np.float32),
                ("column", [-1, 1], np.int64),
                ("row", [1, -1], np.int64),
                ("flat", [-1], np.int64),
                ("first", 0, np.int64),
            )
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path = folder / f"{name}.onnx"
    onnx.save(model, str(path))
    return path


def _nodes(numbers: str, style: str, *, timed: bool, noisy: bool) -> list[onnx.NodeProto]:
    nodes = [
        _node("Cast", [numbers], "signs", to=TensorProto.FLOAT),
        _node("Clip", ["signs", "zero", "one"], "present"),
        _node("Mul", ["present", "loud"], "levels"),
        _node("Reshape", ["levels", "column"], "upright"),
        _node("Cast", ["speed"], "speeds", to=TensorProto.FLOAT),
        _node("Gather", ["speeds", "first"], "fast"),
        _node("Div", ["each", "fast"], "slow"),
        _node("Round", ["slow"], "steps"),
        _node("Mul", ["steps", "hop"], "samples"),
        _node("Range", ["zero", "samples", "one"], "ramp"),
        _node("Reshape", [style, "flat"], "told"),
        _node("Gather", ["told", "first"], "hertz"),
        _node("Mul", ["hertz", "turn"], "step"),
        _node("Mul", ["ramp", "step"], "phase"),
        _node("Sin", ["phase"], "wave"),
        _node("Reshape", ["wave", "row"], "lying"),
        _node("MatMul", ["upright", "lying"], "sounds"),
        _node("Reshape", ["sounds", "flat"], "audio" if not noisy else "clean"),
    ]
    if noisy:
        nodes += [
            _node("RandomNormalLike", ["clean"], "noise"),
            _node("Mul", ["noise", "hiss"], "quiet"),
            _node("Add", ["clean", "quiet"], "audio"),
        ]
    if timed:
        nodes += [
            _node("Mul", ["signs", "zero"], "nothing"),
            _node("Add", ["nothing", "steps"], "all"),
            _node("Reshape", ["all", "flat"], "lengths"),
            _node("Cast", ["lengths"], "duration", to=TensorProto.INT64),
        ]
    return nodes


def _node(kind: str, given: list[str], made: str, *, to: int = 0) -> onnx.NodeProto:
    node: onnx.NodeProto = helper.make_node(kind, given, [made])
    if to:
        node.attribute.append(helper.make_attribute("to", to))
    return node
