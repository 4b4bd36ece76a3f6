"""The model card: what was trained on what, how good it is, and what it is not."""


def model_card(ensemble: dict, gains: list[tuple[str, float]]) -> str:
    training, metrics, calibration = ensemble["training"], ensemble["metrics"], ensemble["calibration"]
    samples = training["samples"]
    classes = ensemble["classes"]
    lines = [
        "# Model card: the score of an opportunity",
        "",
        "Written by the training command; do not edit.",
        "",
        "The ensemble gives calibrated probabilities of the three ends of a submission: settled, reverted, not included (dropped). It reads the",
        f"{len(ensemble['features'])} features of feature version {ensemble['featureVersion']} (`feature-schema.json`), all known before the submission.",
        "",
        "Command: `models/training/train.sh SAMPLES.jsonl`, with samples from `arb samples export`.",
        "",
        "## Data",
        "",
        *([training["description"], ""] if training["description"] else []),
        f"{samples['rows']} submissions with a known end, blocks {samples['firstBlock']} to {samples['lastBlock']}, file sha256 `{samples['sha256']}`.",
        "Parted by time at block edges: the models learned from the first part, weights and calibration were fitted on the second, the figures below",
        "are of the third, which nothing was chosen by.",
        "",
        *table(["fold", *classes], [[fold, *[counts[name] for name in classes]] for fold, counts in training["folds"].items()]),
        "",
        "## Models",
        "",
        f"- XGBoost, {training['trees']} trees (number chosen on the last sixth of the training fold, then fitted on all of it).",
        "- Logistic regression with its scaler inside the graph, sigmoid-calibrated.",
        "",
        "Combined as a weighted mean of log probabilities, then scaled by one temperature and a bias for each class, then mixed with the classes' shares.",
        "",
        *table(["file", "weight", "sha256"], [[f"`{m['file']}`", f"{m['weight']:.3f}", f"`{m['sha256']}`"] for m in ensemble["models"]]),
        "",
        f"Temperature {calibration['temperature']:.3f}, biases {', '.join(f'{b:+.3f}' for b in calibration['bias'])}, smoothing {calibration['smoothing']:.4f}.",
        "",
        "## Measured on the test fold",
        "",
        *table(
            ["", "log loss", "Brier (0 to 2)", *[f"ROC AUC, {name}" for name in classes]],
            [
                [name, f"{q['logLoss']:.4f}", f"{q['brier']:.4f}", *["none" if q["rocAuc"][c] is None else f"{q['rocAuc'][c]:.3f}" for c in classes]]
                for name, q in metrics["test"].items()
            ],
        ),
        "",
        "The ensemble's log loss minus another's (negative: the ensemble is better), with the standard error over blocks:",
        "",
        *table(["against", "difference", "standard error", "in words"], [compared(name, c) for name, c in metrics["ensembleAgainst"].items()]),
        "",
        "Calibration of the ensemble, in bins of equal count (predicted and observed share):",
        "",
        *table(["", *[f"{name}: predicted / observed" for name in classes]], calibration_rows(metrics["calibration"], classes)),
        "",
        "Deciding on the test fold's submissions, by what they really came to:",
        "",
        *table(
            ["taken", "submissions", "net profit, native coins"],
            [[name, d["submissions"], f"{int(d['netProfitWei']) / 1e18:.6f}"] for name, d in metrics["decisions"].items()],
        ),
        "",
        "Features by their share of the trees' gain: " + ", ".join(f"`{name}` {share:.0%}" for name, share in gains[:10]) + ".",
        "",
        "## What it is not",
        "",
        "- Not a judgement of a market other than the one in the data: the ends depend on who competes there, on the relay, and on the gas market.",
        "- Not a profit forecast: profit is computed exactly elsewhere; this only says how likely each end is.",
        "- Not free of selection: only submissions have an end, so the data hold what the rules or models before it let through.",
        "- Not causal: a feature that goes with an end need not bring it about.",
        "",
    ]
    return "\n".join(lines)


def compared(name: str, comparison: dict) -> list[str]:
    difference, error = comparison["difference"], comparison["standardError"]
    within = abs(difference) <= 2 * error
    words = "no difference beyond chance" if within else ("better" if difference < 0 else "worse")
    return [name, f"{difference:+.4f}", f"{error:.4f}", words]


def calibration_rows(calibration: dict, classes: list[str]) -> list[list[str]]:
    return [
        [f"{parts[0]['count']} rows", *[f"{part['predicted']:.3f} / {part['observed']:.3f}" for part in parts]]
        for parts in zip(*[calibration[name] for name in classes])
    ]


def table(head: list[str], rows: list[list]) -> list[str]:
    return [f"| {' | '.join(map(str, cells))} |" for cells in [head, ["---"] * len(head), *rows]]
