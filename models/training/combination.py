"""How the models' opinions become one calibrated probability. The same formula as models/probability.ts; parity.ts proves it."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

FLOOR = 1e-4
BIAS_PENALTY = 1.0
"""Strength of the pull of the class biases to 0, in samples: an end that validation hardly shows must not be argued away."""


@dataclass(frozen=True)
class Combination:
    weights: np.ndarray
    temperature: float
    bias: np.ndarray
    smoothing: float
    prior: np.ndarray


def combine(models: list[np.ndarray], combination: Combination) -> np.ndarray:
    """Each model [n, 3] → [n, 3], rows adding up to 1."""
    pooled = sum(weight * np.log(np.maximum(model.astype(np.float64), FLOOR)) for weight, model in zip(combination.weights, models))
    logits = pooled / combination.temperature + combination.bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (1 - combination.smoothing) * probabilities + combination.smoothing * combination.prior


def fit_combination(models: list[np.ndarray], labels: np.ndarray, prior: np.ndarray) -> Combination:
    """Maximum likelihood on the validation fold: weights on the simplex, one temperature, biases that add up to 0.

    Smoothing is worth three samples of the prior against the fold's size (Laplace).
    """
    count = len(labels)
    smoothing = 3 / (count + 3)

    def unpack(values: np.ndarray) -> Combination:
        scores = np.concatenate([[0.0], values[: len(models) - 1]])
        weights = np.exp(scores - scores.max())
        bias = np.concatenate([[0.0], values[len(models) :]])
        return Combination(weights / weights.sum(), float(np.exp(values[len(models) - 1])), bias - bias.mean(), smoothing, prior)

    def loss(values: np.ndarray) -> float:
        combination = unpack(values)
        likelihood = np.log(combine(models, combination)[np.arange(count), labels]).mean()
        return float(-likelihood + BIAS_PENALTY * (combination.bias**2).sum() / count)

    bounds = [(-4, 4)] * (len(models) - 1) + [(np.log(0.25), np.log(8))] + [(-3, 3)] * (prior.size - 1)
    found = minimize(loss, np.zeros(len(bounds)), method="L-BFGS-B", bounds=bounds)
    return unpack(found.x)
