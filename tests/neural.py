"""Small neural voices, made on the spot: true inputs and outputs of Piper's, tones for sounds."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 22050
STEPS = 6
HOP = 256
SIGNS = "_^$ .,?!abdefhijklmnoprstuvwxyzæðŋɐɑɔəɚɛɜɡɪɹʃʊʌʒθː\u02c8\u02cc"  # noqa: RUF001 - IPA


def neural_voice(
    folder: Path, name: str, *, timed: bool = False, speakers: int = 1, language: str = "en-us"
) -> Path:
    """Write a voice that hums each sound for six steps; a speaker's number makes it higher."""
    graph = helper.make_graph(
        _nodes(timed=timed, several=speakers > 1),
        name,
        _inputs(several=speakers > 1),
        _outputs(timed=timed),
        [
            numpy_helper.from_array(np.array(value, kind), called)
            for called, value, kind in (
                ("zero", 0.0, np.float32),
                ("one", 1.0, np.float32),
                ("loud", 0.3, np.float32),
                ("step", HOP * STEPS, np.float32),
                ("hop", HOP, np.float32),
                ("turn", 2 * np.pi * 220 / RATE, np.float32),
                ("column", [-1, 1], np.int64),
                ("row", [1, -1], np.int64),
                ("whole", [1, 1, 1, -1], np.int64),
                ("second", 1, np.int64),
            )
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path = folder / f"{name}.onnx"
    onnx.save(model, str(path))
    told = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": {sign: [number] for number, sign in enumerate(SIGNS)},
        "num_speakers": speakers,
        "speaker_id_map": {f"p{n}": n for n in range(speakers)} if speakers > 1 else {},
        "dataset": name.split("-")[1],
        "language": {"code": "en_US", "name_english": "English"},
    }
    path.with_name(path.name + ".json").write_text(json.dumps(told))
    return path


def _inputs(*, several: bool) -> list[onnx.ValueInfoProto]:
    wide = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    sid = helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch"])
    return [*wide, sid] if several else wide


def _outputs(*, timed: bool) -> list[onnx.ValueInfoProto]:
    heard = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])
    lengths = helper.make_tensor_value_info("lengths", TensorProto.FLOAT, [1, "phonemes"])
    return [heard, lengths] if timed else [heard]


def _nodes(*, timed: bool, several: bool) -> list[onnx.NodeProto]:
    def node(kind: str, given: list[str], made: str, *, to: int = 0) -> onnx.NodeProto:
        made_node: onnx.NodeProto = helper.make_node(kind, given, [made])
        if to:
            made_node.attribute.append(helper.make_attribute("to", to))
        return made_node

    nodes = [
        node("Cast", ["input"], "numbers", to=TensorProto.FLOAT),
        node("Clip", ["numbers", "zero", "one"], "present"),
        node("Mul", ["present", "loud"], "levels"),
        node("Reshape", ["levels", "column"], "upright"),
        node("Gather", ["scales", "second"], "slower"),
        node("Mul", ["slower", "step"], "samples"),
        node("Round", ["samples"], "counted"),
        node("Range", ["zero", "counted", "one"], "ramp"),
        node("Mul", ["ramp", "turn"], "low"),
    ]
    if several:
        nodes += [
            node("Cast", ["sid"], "number", to=TensorProto.FLOAT),
            node("Add", ["number", "one"], "times"),
            node("Mul", ["low", "times"], "phase"),
        ]
    else:
        nodes.append(node("Identity", ["low"], "phase"))
    nodes += [
        node("Sin", ["phase"], "wave"),
        node("Reshape", ["wave", "row"], "flat"),
        node("MatMul", ["upright", "flat"], "sounds"),
        node("Reshape", ["sounds", "whole"], "output"),
    ]
    if timed:
        nodes += [
            node("Div", ["counted", "hop"], "each"),
            node("Mul", ["numbers", "zero"], "nothing"),
            node("Add", ["nothing", "each"], "lengths"),
        ]
    return nodes
