"""The words after `compare` become a plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.compare import plan_of
from core.cli.main import _parser
from core.comparison.plan import Budget, Plan
from core.config import ConfigError


def plan(*words: str) -> Plan:
    said = ["compare", *words]
    return plan_of(_parser(said).parse_args(said))


def test_without_words_all_methods_are_compared_on_toyland() -> None:
    made = plan()
    assert made.data == "toyland"
    assert "simclr" in made.methods
    assert list(made.seeds) == [0, 1, 2]


def test_options_of_the_data_are_words_as_for_a_training() -> None:
    made = plan("simclr", "--data", "digits", "--data.side", "16", "--seconds", "5")
    assert (made.data, made.data_options) == ("digits", {"side": 16})
    assert made.budget == Budget("seconds", 5.0)


def test_a_folder_is_named_by_its_path(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    made = plan("simclr", "--data", str(tmp_path), "--data.count", "100")
    assert (made.data, made.data_options) == ("folder", {"path": str(tmp_path), "count": 100})


def test_what_is_no_source_and_no_option_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither a file or folder nor one of"):
        plan("simclr", "--data", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="side"):
        plan("simclr", "--data", "digits", "--data.side", "17")
