"""How good probabilities are, and what deciding by them would have earned."""

import numpy as np
from sklearn.metrics import roc_auc_score

from samples import CLASSES, FEATURES, Samples


def log_losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12))


def judge(probabilities: np.ndarray, samples: Samples) -> dict:
    """Log loss, Brier score (sum over classes, 0 to 2), ROC AUC of each end against the others (None where the fold shows one side only)."""
    labels = samples.labels
    truth = np.eye(len(CLASSES))[labels]
    auc = {}
    for k, name in enumerate(CLASSES):
        both = 0 < (labels == k).sum() < len(labels)
        flat = np.ptp(probabilities[:, k]) == 0
        auc[name] = (0.5 if flat else float(roc_auc_score(labels == k, probabilities[:, k]))) if both else None
    return {
        "logLoss": float(log_losses(probabilities, labels).mean()),
        "brier": float(((probabilities - truth) ** 2).sum(axis=1).mean()),
        "rocAuc": auc,
    }


def compare(probabilities: np.ndarray, other: np.ndarray, samples: Samples) -> dict:
    """Mean difference in log loss (negative: the first is better) with its standard error over blocks, whose samples are not independent."""
    difference = log_losses(probabilities, samples.labels) - log_losses(other, samples.labels)
    per_block = np.array([difference[samples.blocks == block].sum() for block in np.unique(samples.blocks)])
    deviation = per_block.std(ddof=1) * np.sqrt(len(per_block))
    return {"difference": float(difference.mean()), "standardError": float(deviation / len(difference))}


def calibration_table(probabilities: np.ndarray, labels: np.ndarray, bins: int = 8) -> dict[str, list[dict]]:
    """Per class: bins of equal count, what was predicted on average and what happened."""
    table = {}
    for k, name in enumerate(CLASSES):
        order = np.argsort(probabilities[:, k], kind="stable")
        table[name] = [
            {"count": len(part), "predicted": float(probabilities[part, k].mean()), "observed": float((labels[part] == k).mean())}
            for part in np.array_split(order, min(bins, len(order)))
        ]
    return table


def simulate_decisions(policies: dict[str, np.ndarray], samples: Samples) -> dict[str, dict]:
    """What taking only submissions of positive expected value would have earned, on what the test fold's submissions really came to.

    E[net | success] and the cost of a revert are what the features say before the submission.
    """
    net = np.sinh(samples.rows[:, FEATURES.index("net_profit_asinh")].astype(np.float64)) * 1e9
    gas = 10.0 ** samples.rows[:, FEATURES.index("gas_cost_log10")].astype(np.float64) * 1e18
    taken = {"everything": np.ones(len(samples), dtype=bool)}
    for name, probabilities in policies.items():
        taken[f"expected value by {name}"] = probabilities[:, 0] * net - probabilities[:, 1] * gas > 0
        taken[f"success above 50 % by {name}"] = probabilities[:, 0] > 0.5
    return {
        name: {"submissions": int(mask.sum()), "netProfitWei": str(int(samples.net_profit_wei[mask].sum()))} for name, mask in taken.items()
    }
