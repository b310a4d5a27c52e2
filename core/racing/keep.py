"""A lane as a run: its curve, its weights and what an exact resume needs."""

from __future__ import annotations

from dataclasses import replace

from core.experiment import to_config
from core.probe import choose, contact_sheet, save_probe
from core.racing.lane import Lane
from core.runs import Run, RunInfo, RunStore
from core.runs.errors import saving


def keep(lane: Lane, store: RunStore) -> str:
    """Write the lane as it stands into a run of its own; returns the run's id. Raises RunError.

    Its options hold as many steps as the schedule has come to, so it can be trained on.
    """
    config = lane.method.config
    options = {**lane.experiment.options, "steps": max(config.steps, lane.step)}
    experiment = replace(lane.experiment, options=options).complete()
    info = RunInfo(
        method=experiment.method,
        data=experiment.data,
        title=f"{lane.title}, from a race on {lane.data.title}",
        seed=experiment.seed,
        device=str(lane.device),
        threads=experiment.threads,
        fingerprint=lane.data.fingerprint(),
    )
    run = store.create(info, to_config(experiment, lane.shape))
    try:
        with saving("the pictures to look at", run.path):
            probe = choose(lane.data)
            save_probe(run.path, probe)
            run.save_picture("thumbnail", contact_sheet(probe))
        _write(lane, run)
    except BaseException:
        run.close()
        store.delete(run.id)
        raise
    run.close()
    return run.id


def _write(lane: Lane, run: Run) -> None:
    rows = [(step, {**scalars, "seconds": round(at, 4)}) for step, at, scalars in lane.rows]
    rows += [(j.step, {"held-out/PSNR": j.psnr}) for j in lane.judged if j.step]
    for step, scalars in sorted(rows, key=lambda row: row[0]):
        run.append(step, scalars)
    model, optimizer, state = lane.trainer.checkpoint()
    run.save_snapshot(lane.step, model)
    run.save_checkpoint(lane.step, model, optimizer, {**state, "seconds": lane.seconds})
    run.set_state(status="stopped", step=lane.step, steps=lane.trainer.steps,
                  seconds=lane.seconds, message="")  # fmt: skip
