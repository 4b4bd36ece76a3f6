"""Models as ONNX files whose bytes depend on nothing but the model."""

import numpy as np
import onnx
from onnx import helper
from onnxmltools.convert import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as XgboostFloatTensorType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

OPSET = 15
"""The newest that both converters support."""
INPUT = "features"
OUTPUT = "probabilities"


def export_xgboost(booster, features: int, classes: int) -> bytes:
    booster.feature_names = None  # The converter reads "f0" style names only; the names are in the registry.
    model = convert_xgboost(booster, name="g", initial_types=[(INPUT, XgboostFloatTensorType([None, features]))], target_opset=OPSET)
    return sealed(model, features, classes)


def export_pipeline(pipeline, features: int, classes: int) -> bytes:
    model = to_onnx(
        pipeline,
        initial_types=[(INPUT, FloatTensorType([None, features]))],
        options={"zipmap": False},
        target_opset={"": OPSET, "ai.onnx.ml": 3},
        name="g",
    )
    return sealed(model, features, classes)


def sealed(model: onnx.ModelProto, features: int, classes: int) -> bytes:
    """Keeps the probabilities as the only output, states its shape, and checks the graph."""
    if OUTPUT not in {output.name for output in model.graph.output}:
        raise RuntimeError(f"the converter gave outputs {[output.name for output in model.graph.output]}, none named {OUTPUT}")
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, [None, classes]))
    del model.graph.input[:]
    model.graph.input.append(helper.make_tensor_value_info(INPUT, onnx.TensorProto.FLOAT, [None, features]))
    model.doc_string = ""
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def parity_rows(rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Rows for comparing Python with Node: half real ones (thresholds lie on them), half invented a little beyond what was seen."""
    random = np.random.default_rng(seed)
    real = rows[random.integers(0, len(rows), count // 2)]
    low, high = rows.min(axis=0), rows.max(axis=0)
    margin = 0.1 * (high - low)
    invented = random.uniform(low - margin, high + margin, (count - len(real), rows.shape[1]))
    return np.concatenate([real, invented]).astype(np.float32)
