"""The views of one picture on the map: where they would lie, and how far they spread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gui.mapping.instrument import MapInstrument


def show_cloud(
    instrument: MapInstrument, at: int, stages: Mapping[str, np.ndarray], images: np.ndarray
) -> None:
    """Draw views of point `at`, given their features (V, D) by stage, and say how far they are."""
    from core.maps.cloud import spread
    from core.maps.placing import place

    places, stage, metric = instrument.layouter.places, instrument.stage, instrument.metric
    if instrument.table is None or places is None or stage not in stages:
        return
    features, seen = instrument.features(), stages[stage]
    instrument.view.map.set_cloud(at, place(features, places, seen, metric=metric), images)
    instrument.near.say(spread(features, at, seen, metric).sentence())
