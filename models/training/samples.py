"""Labelled lifecycles: reading them, and parting them by time."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SCHEMA = json.loads((Path(__file__).parent.parent / "feature-schema.json").read_text())
FEATURES = [feature["name"] for feature in SCHEMA["features"]]
CLASSES = SCHEMA["classes"]


class SampleError(Exception):
    """The samples cannot be used; the message says which line or count, and what to do."""


@dataclass(frozen=True)
class Samples:
    """Rows in order of time. `rows` is float32 [n, features]: what the models see in production."""

    rows: np.ndarray
    labels: np.ndarray
    """Index into CLASSES."""
    blocks: np.ndarray
    net_profit_wei: np.ndarray
    """What each submission came to; float, for the simulation of decisions only."""

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, chosen) -> "Samples":
        return Samples(self.rows[chosen], self.labels[chosen], self.blocks[chosen], self.net_profit_wei[chosen])

    def counts(self) -> dict[str, int]:
        return {name: int((self.labels == k).sum()) for k, name in enumerate(CLASSES)}


@dataclass(frozen=True)
class Folds:
    train: Samples
    validation: Samples
    test: Samples


def read_samples(path: Path) -> tuple[Samples, str]:
    """Reads a JSONL file of labelled lifecycles, ordered by block, and the file's sha256."""
    raw = path.read_bytes()
    entries = []
    for number, line in enumerate(raw.decode().splitlines(), start=1):
        if line.strip():
            entries.append(parse_sample(line, number))
    if not entries:
        raise SampleError(f"{path.name} holds no samples; export some from a run with submissions")
    seen = {entry[0] for entry in entries}
    if len(seen) != len(entries):
        raise SampleError(f"{path.name} holds {len(entries) - len(seen)} workflow IDs more than once; export again")
    entries.sort(key=lambda entry: (entry[1], entry[0]))
    samples = Samples(
        rows=np.array([entry[2] for entry in entries], dtype=np.float32),
        labels=np.array([entry[3] for entry in entries], dtype=np.int64),
        blocks=np.array([entry[1] for entry in entries], dtype=np.int64),
        net_profit_wei=np.array([entry[4] for entry in entries], dtype=np.float64),
    )
    return samples, hashlib.sha256(raw).hexdigest()


def parse_sample(line: str, number: int) -> tuple[str, int, list[float], int, float]:
    try:
        sample = json.loads(line)
        version, features, outcome = sample["featureVersion"], sample["features"], sample["outcome"]
        workflow_id, block, net_profit = sample["workflowId"], int(sample["blockNumber"]), float(int(sample["netProfitWei"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SampleError(f"line {number} is no labelled sample: {error!r}") from error
    if version != SCHEMA["version"]:
        raise SampleError(f"line {number} has feature version {version}, the schema is version {SCHEMA['version']}; export samples of that version alone")
    if outcome not in CLASSES:
        raise SampleError(f"line {number} has outcome {outcome!r}; a label is one of {', '.join(CLASSES)}")
    if set(features) != set(FEATURES):
        odd = sorted(set(features) ^ set(FEATURES))
        raise SampleError(f"line {number}: features differ from the schema in {', '.join(odd)}; export again")
    row = [features[name] for name in FEATURES]
    for name, value in zip(FEATURES, row):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(np.float32(value)):
            raise SampleError(f"line {number}: feature {name} is {value!r}, not a finite number")
    return workflow_id, block, row, CLASSES.index(outcome), net_profit


def split_by_time(samples: Samples, least_class_rows: int, least_rows: int) -> Folds:
    """60 % train, 20 % validation, 20 % test, cut at block edges: what a model is judged on lies after all that it learned from."""
    if len(samples) < least_rows:
        raise SampleError(f"{len(samples)} samples are fewer than {least_rows}; let the labelled run go on for longer")
    first = edge(samples.blocks, 0.6)
    second = edge(samples.blocks, 0.8)
    folds = Folds(samples.part(slice(0, first)), samples.part(slice(first, second)), samples.part(slice(second, None)))
    for name, count in folds.train.counts().items():
        if count < least_class_rows:
            raise SampleError(
                f"the training fold holds {count} samples of class {name}, at least {least_class_rows} are needed (folds: train {folds.train.counts()}, "
                f"validation {folds.validation.counts()}, test {folds.test.counts()}); run for longer, change the competition so that more such ends occur, "
                "or lower --min-class-rows (3 at least) and trust that class less"
            )
    for fold, part in (("validation", folds.validation), ("test", folds.test)):
        blocks = len(np.unique(part.blocks))
        if len(part) < 20 or blocks < 2 or sum(count > 0 for count in part.counts().values()) < 2:
            raise SampleError(f"the {fold} fold holds {part.counts()} in {blocks} blocks: too little to judge by; let the labelled run go on for longer")
    return folds


def edge(blocks: np.ndarray, share: float) -> int:
    """Index of the first sample of the block that contains the given share's sample: no block is in two folds."""
    return int(np.searchsorted(blocks, blocks[int(len(blocks) * share)], side="left"))
