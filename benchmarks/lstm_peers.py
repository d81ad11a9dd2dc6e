"""CPU seconds of one LSTM training beside neuralforecast's, on the same panel and in one run.

usage: python benchmarks/lstm_peers.py PEER_PYTHON [--steps N] [--rounds N]

PEER_PYTHON is an interpreter of an environment of its own:

    python -m venv /tmp/peers && /tmp/peers/bin/pip install neuralforecast

Both train one layer of 16 hidden numbers by Adam on windows of 3 years of 31 series of 12 years, all samples in each
step: one network for each series, and one for all of them. The peer runs on one thread, after a fit that is not
counted; compiling is not counted here. Rounds alternate; figures are medians, ratios are taken round by round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time

HIDDEN, WINDOW, UNITS, YEARS = 16, 3, 31, 12


def peer(steps: int) -> None:
    """In the peer's environment: CPU seconds of a fit of one series, and of all."""
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    import numpy as np
    import pandas as pd
    import torch
    from neuralforecast import NeuralForecast
    from neuralforecast.models import LSTM

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    level = 0.3 + np.cumsum(0.01 + 0.01 * rng.standard_normal((UNITS, YEARS)), axis=1)
    table = pd.DataFrame(
        {"unique_id": np.repeat(np.arange(UNITS), YEARS), "ds": np.tile(np.arange(YEARS), UNITS), "y": level.ravel()}
    )

    def seconds(data: pd.DataFrame, number: int) -> float:
        units = data["unique_id"].nunique()
        model = LSTM(
            h=1,
            input_size=WINDOW,
            encoder_hidden_size=HIDDEN,
            encoder_n_layers=1,
            decoder_hidden_size=HIDDEN,
            decoder_layers=1,
            max_steps=number,
            learning_rate=0.01,
            batch_size=units,
            windows_batch_size=units * (YEARS - WINDOW),
            scaler_type="standard",
            accelerator="cpu",
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            logger=False,
        )
        start = time.process_time()
        NeuralForecast(models=[model], freq=1).fit(data)
        return time.process_time() - start

    one = table[table["unique_id"] == 0]
    seconds(one, 5)
    print(json.dumps({"unit": seconds(one, steps), "global": seconds(table, steps)}))


def ours(steps: int) -> dict[str, float]:
    """CPU seconds for one network, in 20 members: one network for each unit, and one for all."""
    import numpy as np

    from accord.core.lstm import forecast

    rng = np.random.default_rng(0)
    level = np.clip(0.3 + np.cumsum(0.01 + 0.01 * rng.standard_normal((1, UNITS, YEARS)), axis=2), 0, 1)
    out = {}
    for scope in ("unit", "global"):
        asked = {"hidden": HIDDEN, "window": WINDOW, "iterations": steps, "batch": None, "scope": scope}
        forecast(level, [YEARS], 1, seed=0, members=1, **asked)
        start = time.process_time()
        found = forecast(level, [YEARS], 1, seed=0, members=20, **asked)
        out[scope] = (time.process_time() - start) / found.networks
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("python")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.python == "as-peer":
        peer(given.steps)
        return
    theirs, own = [], []
    for _ in range(given.rounds):
        call = [given.python, __file__, "as-peer", "--steps", str(given.steps)]
        said = subprocess.run(call, capture_output=True, text=True, check=True).stdout
        theirs.append(json.loads(said.strip().splitlines()[-1]))
        own.append(ours(given.steps))
    print(
        f"CPU seconds of one network, {given.steps} steps, hidden {HIDDEN}, window {WINDOW}; medians of {given.rounds}"
    )
    for scope in ("unit", "global"):
        a, b = [r[scope] for r in theirs], [r[scope] for r in own]
        ratio = statistics.median(x / y for x, y in zip(a, b, strict=True))
        print(
            f"{scope:7} neuralforecast {statistics.median(a):.3f}  accord {statistics.median(b):.4f}  ratio {ratio:.0f}"
        )


if __name__ == "__main__":
    main()
