"""Proves the training: what it refuses, how it parts the data, that its bytes depend on the samples alone, that Node agrees.

    .cache/training/venv/bin/python -m unittest discover models/training
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from combination import combine, fit_combination  # noqa: E402
from samples import CLASSES, SampleError, read_samples, split_by_time  # noqa: E402
from synthetic import synthetic_samples  # noqa: E402


class Training(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = Path(self.directory.name)

    def samples(self, lines: list[str], name: str = "samples.jsonl") -> Path:
        file = self.path / name
        file.write_text("\n".join(lines) + "\n")
        return file

    def train(self, lines: list[str], output: str, *options: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(HERE / "train.py"), str(self.samples(lines)), str(self.path / output), *options]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})

    def test_a_block_is_in_one_fold_and_folds_follow_each_other_in_time(self) -> None:
        lines = synthetic_samples(900, 2)
        lines.reverse()
        folds = split_by_time(read_samples(self.samples(lines))[0], 3, 200)
        self.assertLess(folds.train.blocks.max(), folds.validation.blocks.min())
        self.assertLess(folds.validation.blocks.max(), folds.test.blocks.min())
        self.assertEqual(len(folds.train) + len(folds.validation) + len(folds.test), 900)

    def test_bad_lines_are_refused_with_their_number_and_the_field(self) -> None:
        good = json.loads(synthetic_samples(1, 3)[0])
        cases = {
            "feature age_blocks is nan": {**good, "features": {**good["features"], "age_blocks": float("nan")}},
            "outcome 'rejected'": {**good, "outcome": "rejected"},
            "feature version 2": {**good, "featureVersion": 2},
            "gas_used": {**good, "features": {**good["features"], "gas_used": 1.0}},
            "netProfitWei": {key: value for key, value in good.items() if key != "netProfitWei"},
        }
        for words, sample in cases.items():
            with self.subTest(words), self.assertRaisesRegex(SampleError, f"line 2.*{words}"):
                read_samples(self.samples([json.dumps({**good, "workflowId": "other"}), json.dumps(sample)]))

    def test_a_class_with_too_few_rows_is_refused_with_the_counts(self) -> None:
        lines = [line for line in synthetic_samples(900, 4) if json.loads(line)["outcome"] != "reverted"]
        done = self.train(lines, "output")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "training refused: .* 0 samples of class reverted, at least 20")

    def test_a_rare_class_trains_and_keeps_a_probability_above_zero(self) -> None:
        lines = []
        rare = 0
        for line in synthetic_samples(1500, 5):
            if json.loads(line)["outcome"] == "reverted":
                rare += 1
                if rare % 12:
                    continue
            lines.append(line)
        done = self.train(lines, "output", "--min-class-rows", "3", "--accept-worse-than-base-rate")
        self.assertEqual(done.returncode, 0, done.stderr)
        combined = np.fromfile(self.path / "output" / "parity" / "combined.f64", dtype="<f8").reshape(-1, len(CLASSES))
        self.assertGreater(combined.min(), 0)

    def test_noise_is_refused_as_no_better_than_the_base_rate(self) -> None:
        samples = [json.loads(line) for line in synthetic_samples(900, 6)]
        outcomes = np.random.default_rng(6).permutation([sample["outcome"] for sample in samples])
        lines = [json.dumps({**sample, "outcome": str(outcome)}) for sample, outcome in zip(samples, outcomes)]
        done = self.train(lines, "output")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("is not below the base rate", done.stderr)

    def test_the_same_samples_give_the_same_bytes_and_a_useful_ensemble(self) -> None:
        lines = synthetic_samples(2000, 7)
        for output in ("first", "second"):
            done = self.train(lines, output)
            self.assertEqual(done.returncode, 0, done.stderr)
        names = sorted(file.name for file in (self.path / "first" / "artifacts").iterdir())
        self.assertEqual(names, sorted(file.name for file in (self.path / "second" / "artifacts").iterdir()))
        for name in (*(f"artifacts/{name}" for name in names), "registry.json", "MODEL_CARD.md"):
            self.assertEqual((self.path / "first" / name).read_bytes(), (self.path / "second" / name).read_bytes(), name)
        metrics = json.loads((self.path / "first" / "registry.json").read_text())["ensemble"]["metrics"]
        self.assertLess(metrics["test"]["ensemble"]["logLoss"], metrics["test"]["logistic"]["logLoss"])

    def test_node_agrees_and_a_changed_answer_is_noticed(self) -> None:
        done = self.train(synthetic_samples(1200, 8), "output")
        self.assertEqual(done.returncode, 0, done.stderr)
        parity = [os.environ.get("NODE", "node"), str(HERE / "parity.ts"), str(self.path / "output")]
        agreed = subprocess.run(parity, capture_output=True, text=True)
        self.assertEqual(agreed.returncode, 0, agreed.stdout + agreed.stderr)
        answers = self.path / "output" / "parity" / "xgboost.f64"
        changed = np.fromfile(answers, dtype="<f8")
        changed[4321] += 1e-4
        changed.tofile(answers)
        refused = subprocess.run(parity, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("not accepted", refused.stderr)

    def test_weights_prefer_the_model_that_knows(self) -> None:
        random = np.random.default_rng(9)
        knowing = random.dirichlet([1, 1, 1], 3000)
        labels = np.array([random.choice(3, p=row) for row in knowing])
        guessing = random.dirichlet([1, 1, 1], 3000)
        prior = np.full(3, 1 / 3)
        combination = fit_combination([knowing, guessing], labels, prior)
        self.assertGreater(combination.weights[0], 0.9)
        self.assertAlmostEqual(combination.temperature, 1, delta=0.15)
        np.testing.assert_allclose(combine([knowing, guessing], combination).sum(axis=1), 1)


if __name__ == "__main__":
    unittest.main()
