"""The commands of the menu "Samples": they are meant for the desk of a run that generates."""

from __future__ import annotations

from gui.behaviors.docks import Acts

ACTS: dict[str, Acts] = {
    "noise": {"nursery": lambda panel: panel.new_noise()},
    "fixed": {"nursery": lambda panel: panel.fixed_noise()},
    "raw": {"nursery": lambda panel: panel.toggle_average()},
    "next": {"nursery": lambda panel: panel.look_at_next()},
    "send": {"nursery": lambda panel: panel.send_on()},
    "score": {"quality": lambda panel: panel.score_step()},
    "all": {"quality": lambda panel: panel.score_all()},
    "train": {"quality": lambda panel: panel.referee.train()},
    "eye": {"quality": lambda panel: panel.judge_by_eye()},
}
NEEDS = tuple(f"samples.{name}" for name in ACTS)
