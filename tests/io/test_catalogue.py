"""The page of malformed files says what is said: each file is made and read again."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_catalogue_is_what_is_said() -> None:
    pytest.importorskip("pyarrow")
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "scripts" / "make_input_catalogue.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run: python scripts/make_input_catalogue.py"
