"""Faults that a review found, each held by a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core.sums import exact_sum, total
from accord.io import folder


def three() -> xr.Dataset:
    """Four units, five years, three subsystems, values that rise."""
    rng = np.random.default_rng(5)
    rows = [(u, y, *(rng.random(3) * 0.2 + 0.1 * (y - 2000) + 0.05)) for u in "ABCD" for y in range(2000, 2005)]
    frame = pd.DataFrame(rows, columns=["unit", "time", "a", "b", "c"]).set_index(["unit", "time"])
    scores = frame.to_xarray().to_dataarray("subsystem").transpose("unit", "time", "subsystem")
    return xr.Dataset({"score": scores})


def test_exact_sum_reads_float32_as_it_is() -> None:
    x = np.random.default_rng(1).random((2, 40_000)).astype("f4")
    assert np.array_equal(exact_sum(x), exact_sum(x.astype("f8")))
    assert np.allclose(total(exact_sum(x)), x.astype("f8").sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize("coupling", [{"method": "standard", "root": False}, {"method": "fan", "at_zero": "zero"}])
def test_pairs_follow_the_options_of_the_coupling_degree(coupling: dict[str, object]) -> None:
    panel = three()
    pair = ac.Study(panel, coupling=coupling)["pairwise"]["pair_coupling"].isel(pair=0, drop=True)
    alone = ac.Study(xr.Dataset({"score": panel["score"].isel(subsystem=[0, 1])}), coupling=coupling)["coupling"]
    assert np.array_equal(pair.values, alone.values)


def test_rescaling_under_train_does_not_see_later_years() -> None:
    panel = three()
    later = panel.copy(deep=True)
    later["score"][{"time": -1}] = later["score"][{"time": -1}] + 0.2
    options = {"normalise": {"frame": "train", "until": 2002}, "rescale_index": "rescaled"}
    first, second = (ac.Study(p, **options)["index"].isel(time=slice(0, 3)).values for p in (panel, later))
    assert np.array_equal(first, second)


def test_figures_take_the_variable_itself() -> None:
    study = ac.Study(ac.sample())
    frame = ac.plot.coordination_heatmap(study["coordination"], data=True)
    assert len(frame) == 48 * 17


def test_a_stranger_s_folder_under_the_name_of_the_swap_stays(tmp_path: Path) -> None:
    mine = folder.old(tmp_path / "results")
    mine.mkdir()
    (mine / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ac.InputError, match="move it away"), folder.swapped(tmp_path / "results"):
        pass
    assert (mine / "notes.txt").read_text(encoding="utf-8") == "mine"
