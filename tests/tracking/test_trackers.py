"""Trackers by name and the settings that suit them."""

from __future__ import annotations

import pytest

from core.config import ConfigError
from core.following import trackers


def test_small_clips_are_seen_as_they_are_and_large_films_smaller() -> None:
    assert trackers.fitting() == trackers.fitting((96, 96)) == trackers.USUAL
    assert trackers.fitting((96, 96), "patches") == trackers.BEST["patches"]
    assert trackers.fitting((480, 854)).enlarge == 0.5
    assert trackers.fitting((200, 320)).enlarge == 1.0
    assert trackers.fitting((854, 480), "untrained").top_k == 1


def test_words_of_a_person_go_over_what_fits() -> None:
    found = trackers.settings_of({"radius": 9}, "", (480, 854))
    assert (found.radius, found.enlarge, found.temperature) == (9, 0.5, 0.03)
    with pytest.raises(ConfigError, match="radius"):
        trackers.settings_of({"radius": 0})
