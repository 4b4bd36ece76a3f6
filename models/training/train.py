"""Trains, calibrates, judges and exports the ensemble. Writes everything into a directory of its own; nothing is registered here.

    python train.py SAMPLES.jsonl OUTPUT_DIRECTORY
"""

import argparse
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from combination import FLOOR, combine, fit_combination
from model_card import model_card
from onnx_export import INPUT, OUTPUT, export_pipeline, export_xgboost, parity_rows
from quality import calibration_table, compare, judge, simulate_decisions
from samples import CLASSES, FEATURES, SCHEMA, SampleError, Samples, edge, read_samples, split_by_time

SEED = 20261
PARITY_ROWS = 10_000
BOOSTER = {
    "objective": "multi:softprob",
    "num_class": len(CLASSES),
    "eval_metric": "mlogloss",
    "tree_method": "hist",
    "max_depth": 4,
    "eta": 0.05,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "min_child_weight": 3,
    "lambda": 2.0,
    "nthread": 1,
    "seed": SEED,
}
MOST_ROUNDS = 500
PATIENCE = 40


def fit_booster(train: Samples) -> xgboost.Booster:
    """The number of trees is chosen on the last sixth of the fold; then all of the fold is learned with that many, so that no tree is to be cut off."""
    cut = edge(train.blocks, 5 / 6)
    early, late = matrix(train.part(slice(0, cut))), matrix(train.part(slice(cut, None)))
    watched = xgboost.train(BOOSTER, early, MOST_ROUNDS, evals=[(late, "late")], early_stopping_rounds=PATIENCE, verbose_eval=False)
    return xgboost.train(BOOSTER, matrix(train), max(watched.best_iteration + 1, 5))


def matrix(samples: Samples) -> xgboost.DMatrix:
    return xgboost.DMatrix(samples.rows, label=samples.labels, nthread=1)


def fit_pipeline(train: Samples):
    """Logistic regression with its scaler inside the graph. The calibration is inside the pipeline: around it, the exported graph is wrong."""
    folds = min(5, min(train.counts().values()))
    logistic = CalibratedClassifierCV(LogisticRegression(C=0.1, max_iter=2000), method="sigmoid", cv=folds, ensemble=False, n_jobs=1)
    return make_pipeline(StandardScaler(), logistic).fit(train.rows, train.labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--min-class-rows", type=int, default=20, help="samples that each class must have in the training fold")
    parser.add_argument("--min-rows", type=int, default=200, help="samples that are needed at all")
    parser.add_argument("--description", default="", help="one sentence for the model card: where the samples come from")
    parser.add_argument("--accept-worse-than-base-rate", action="store_true", help="export an ensemble that is worse than knowing the classes' shares alone")
    options = parser.parse_args()
    if options.min_class_rows < 3:
        raise SampleError(f"--min-class-rows {options.min_class_rows} is below 3: the logistic regression could not be calibrated")

    samples, samples_hash = read_samples(options.samples)
    folds = split_by_time(samples, options.min_class_rows, options.min_rows)
    booster, pipeline = fit_booster(folds.train), fit_pipeline(folds.train)

    def opinions(rows: np.ndarray) -> list[np.ndarray]:
        return [booster.predict(xgboost.DMatrix(rows, nthread=1)), pipeline.predict_proba(rows)]

    shares = np.array(list(folds.train.counts().values()), dtype=np.float64) + 1
    prior = shares / shares.sum()
    combination = fit_combination(opinions(folds.validation.rows), folds.validation.labels, prior)

    tested = opinions(folds.test.rows)
    judged = {
        "ensemble": combine(tested, combination),
        "xgboost": tested[0],
        "logistic": tested[1],
        "base rate": np.tile(prior, (len(folds.test), 1)),
    }
    metrics = {
        "test": {name: judge(probabilities, folds.test) for name, probabilities in judged.items()},
        "ensembleAgainst": {name: compare(judged["ensemble"], judged[name], folds.test) for name in ("logistic", "xgboost", "base rate")},
        "calibration": calibration_table(judged["ensemble"], folds.test.labels),
        "decisions": simulate_decisions({name: judged[name] for name in ("ensemble", "logistic", "base rate")}, folds.test),
    }
    losses = {name: metrics["test"][name]["logLoss"] for name in judged}
    if losses["ensemble"] >= losses["base rate"] and not options.accept_worse_than_base_rate:
        raise SampleError(
            f"on the test fold the ensemble's log loss {losses['ensemble']:.4f} is not below the base rate's {losses['base rate']:.4f}: the rules serve as well. "
            "Collect more samples, or say --accept-worse-than-base-rate"
        )

    exported = {
        "xgboost": export_xgboost(booster, len(FEATURES), len(CLASSES)),
        "logistic": export_pipeline(pipeline, len(FEATURES), len(CLASSES)),
    }
    training = {
        "description": options.description,
        "samples": {"sha256": samples_hash, "rows": len(samples), "firstBlock": int(samples.blocks[0]), "lastBlock": int(samples.blocks[-1])},
        "folds": {name: getattr(folds, name).counts() for name in ("train", "validation", "test")},
        "trees": booster.num_boosted_rounds() * len(CLASSES),
        "seed": SEED,
        "packages": {name: version(name) for name in ("numpy", "onnx", "onnxmltools", "scikit-learn", "skl2onnx")} | {"xgboost": xgboost.__version__},
    }
    registry = write_output(options.output, exported, combination, training, metrics)
    write_parity(options.output, parity_rows(samples.rows, PARITY_ROWS, SEED), opinions, combination)
    (options.output / "MODEL_CARD.md").write_text(model_card(registry["ensemble"], gains(booster)))
    for name, loss in losses.items():
        print(f"test log loss, {name}: {loss:.4f}")


def write_output(output: Path, exported: dict[str, bytes], combination, training: dict, metrics: dict) -> dict:
    """Files named by their content, and the registry that lists them."""
    (output / "artifacts").mkdir(parents=True)
    models = []
    for (name, content), weight in zip(exported.items(), combination.weights):
        sha256 = hashlib.sha256(content).hexdigest()
        file = f"artifacts/{name}-{sha256[:12]}.onnx"
        (output / file).write_bytes(content)
        models.append(
            {
                "name": name,
                "file": file,
                "sha256": sha256,
                "input": {"name": INPUT, "shape": [None, len(FEATURES)]},
                "output": {"name": OUTPUT, "shape": [None, len(CLASSES)]},
                "weight": float(weight),
            }
        )
    ensemble = {
        "featureVersion": SCHEMA["version"],
        "features": FEATURES,
        "classes": CLASSES,
        "models": models,
        "calibration": {
            "floor": FLOOR,
            "temperature": combination.temperature,
            "bias": combination.bias.tolist(),
            "smoothing": combination.smoothing,
            "prior": combination.prior.tolist(),
        },
        "training": training,
        "metrics": metrics,
    }
    registry = {"ensemble": ensemble}
    (output / "registry.json").write_text(json.dumps(registry, indent="\t", allow_nan=False) + "\n")
    return registry


def write_parity(output: Path, rows: np.ndarray, opinions, combination) -> None:
    """What Python itself says of 10,000 rows, for parity.ts: little-endian, row after row."""
    directory = output / "parity"
    directory.mkdir()
    own = opinions(rows)
    rows.astype("<f4").tofile(directory / "rows.f32")
    for name, probabilities in zip(("xgboost", "logistic", "combined"), [*own, combine(own, combination)]):
        probabilities.astype("<f8").tofile(directory / f"{name}.f64")


def gains(booster: xgboost.Booster) -> list[tuple[str, float]]:
    """Features by their share of the trees' total gain, highest first."""
    total = booster.get_score(importance_type="total_gain")
    everything = sum(total.values()) or 1.0
    return sorted(((FEATURES[int(name[1:])], gain / everything) for name, gain in total.items()), key=lambda pair: -pair[1])


if __name__ == "__main__":
    try:
        main()
    except SampleError as error:
        sys.exit(f"training refused: {error}")
