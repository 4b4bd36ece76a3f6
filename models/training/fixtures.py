"""Tiny ONNX models for the tests of the registry and the scorer, whose answers can be computed by hand. Not trained on anything.

    python models/training/fixtures.py      writes models/fixtures/*.onnx
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

from samples import CLASSES, FEATURES

OPSET = 15
HERE = Path(__file__).parent.parent / "fixtures"


def linear(features: int, weights: dict[tuple[int, int], float], bias: list[float], first_node: str | None = None) -> bytes:
    """softmax(x · W + b); `first_node` is put before, e.g. `Sqrt`, which answers NaN for negative features."""
    matrix = np.zeros((features, len(CLASSES)), dtype=np.float32)
    for position, weight in weights.items():
        matrix[position] = weight
    nodes = [] if first_node is None else [helper.make_node(first_node, ["features"], ["x"])]
    nodes += [
        helper.make_node("Gemm", ["features" if first_node is None else "x", "W", "b"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, len(CLASSES)])],
        [numpy_helper.from_array(matrix, "W"), numpy_helper.from_array(np.array(bias, dtype=np.float32), "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="fixtures")
    checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    width = len(FEATURES)
    fixtures = {
        "linear-a": linear(width, {(0, 0): 0.5, (1, 1): -1.0}, [0.25, 0.0, -0.25]),
        "linear-b": linear(width, {(2, 0): 0.125, (3, 2): 0.01}, [0.0, -1.0, 0.5]),
        "five-inputs": linear(5, {(0, 0): 1.0}, [0.0, 0.0, 0.0]),
        "square-root": linear(width, {(0, 0): 1.0}, [0.0, 0.0, 0.0], "Sqrt"),
    }
    for name, content in fixtures.items():
        (HERE / f"{name}.onnx").write_bytes(content)
        print(f"{name}.onnx: {len(content)} bytes")
