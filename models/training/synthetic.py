"""Samples whose ends follow a known law, for proving the training itself. No model trained on them is ever registered.

    python synthetic.py ROWS SEED > SAMPLES.jsonl
"""

import json
import sys

import numpy as np

from samples import CLASSES, FEATURES


def synthetic_samples(count: int, seed: int) -> list[str]:
    """Lines of JSONL. Success grows with profit over gas, with an interaction (depth × age) that only trees see; reverts are rare."""
    random = np.random.default_rng(seed)
    lines = []
    for i in range(count):
        features = {name: float(random.normal()) for name in FEATURES}
        gas = 10 ** random.uniform(-5, -3)
        net = gas * 10 ** random.uniform(-1, 2)
        features["gas_cost_log10"] = float(np.log10(gas))
        features["net_profit_asinh"] = float(np.arcsinh(net * 1e9))
        features["profit_to_gas_log10"] = float(np.log10((net + gas) / gas))
        features["age_blocks"] = float(random.integers(0, 3))
        features["size_to_depth_max"] = float(random.uniform(-4, -1))
        trap = 2.0 if features["size_to_depth_max"] > -2 and features["age_blocks"] > 0 else 0.0
        logits = np.array([1.2 * features["profit_to_gas_log10"] - trap, -1.5 + trap, 0.5 * features["recent_dropped_share"]])
        weights = np.exp(logits)
        outcome = CLASSES[int(random.choice(3, p=weights / weights.sum()))]
        profit = {"settled": net, "reverted": -gas, "dropped": 0.0}[outcome]
        lines.append(
            json.dumps(
                {
                    "workflowId": f"synthetic-{i}",
                    "blockNumber": 1000 + i // 3,
                    "featureVersion": 1,
                    "features": features,
                    "outcome": outcome,
                    "netProfitWei": str(int(profit * 1e18)),
                }
            )
        )
    return lines


if __name__ == "__main__":
    print("\n".join(synthetic_samples(int(sys.argv[1]), int(sys.argv[2]))))
