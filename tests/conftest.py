"""Fixtures shared by all tests. Shared data stand beside the repository and may be absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference numbers and real data, which is not ours to ship."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: reference numbers and real data cannot be checked")
    return SHARED


@pytest.fixture(scope="session")
def reference(shared: Path) -> Path:
    """Verified numbers of the coupling chain."""
    folder = shared / "reference" / "ccd"
    if not folder.is_dir():
        pytest.skip("../shared is not here: it holds no reference/ccd")
    return folder
