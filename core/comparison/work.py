"""The queue: trains what waits, judges what is trained, goes on where it was stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from core import experiment as experiments
from core.comparison.book import Comparison, Entry
from core.comparison.budget import seconds_of_a_step, steps_of
from core.comparison.over_time import follow, keep, track_of
from core.comparison.plan import RANDOM, Plan
from core.comparison.results import reports_of
from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from core.engine import Engine
from core.evaluate.report import RAW
from core.evaluate.transfer.truth import check_facts
from core.judge import judge, judged
from core.progress import Cancelled, Progress
from core.runs import RunError, RunStore

POLL_SECONDS = 0.1
SHARE_OF_TRAINING = 80  # per cent of an entry's work, for the bar; judging is the rest
DRAWS = 3  # of the labels, in protocols with few
CREEP = 0.02  # of what is left of the judging, at every word of it

Changed = Callable[[Entry], None]


class Work:
    """Works through a comparison in the caller's thread. One training at a time."""

    def __init__(self, comparison: Comparison, store: RunStore) -> None:
        self.comparison, self.store = comparison, store
        self._data: ImageSet | None = None

    def go_on(self, progress: Progress, changed: Changed = lambda _: None) -> None:
        """Do all that is left; `changed` hears of every entry that comes further.

        Raises DataError or EvaluationError, before anything is trained, for pictures that cannot be
        loaded or of which too little is known to judge by. Raises Cancelled out of `progress`: the
        training stands at a checkpoint and is gone on with next time. What cannot be trained or
        judged is noted in its entry, and the rest goes on.
        """
        entries = self.comparison.entries
        if not self.comparison.ended:
            try:
                self._load(self.comparison.plan, progress)
            except Exception:
                if not any(entry.run for entry in entries):
                    self.comparison.discard()  # there is nothing to go on with
                raise
        for at, entry in enumerate(entries):
            if entry.ended:
                continue
            told = _Share(progress, at, len(entries))
            try:
                changed(self._train(at, told, changed))
                changed(self._judge(at, told))
            except Cancelled:
                raise
            except Exception as error:
                changed(self.comparison.put(at, state="failed", message=str(error)))

    def extend(self, plan: Plan, progress: Progress) -> None:
        """Ask for more than was asked for; `go_on` then does what is missing.

        Nothing is changed where it raises DataError or EvaluationError, as `go_on` does.
        """
        self._load(plan, progress)
        self.comparison.extend(plan)

    def _train(self, at: int, told: _Share, changed: Changed) -> Entry:
        entry = self.comparison.entries[at]
        if entry.state == "judging":
            return entry
        engine = self._engine(entry)
        engine.start()
        try:
            while engine.alive:
                time.sleep(POLL_SECONDS)
                self._heed(at, engine, changed)
                trainer = engine.trainer
                if trainer is not None:
                    told(SHARE_OF_TRAINING * trainer.step / trainer.steps)
        except BaseException:
            engine.stop()
            raise
        finally:
            engine.join()
            self._heed(at, engine, changed)
        if engine.state != "finished" or engine.run is None:
            raise RunError(engine.message)
        state = engine.run.state
        return self.comparison.put(at, state="judging", steps=state.step, seconds=state.seconds)

    def _engine(self, entry: Entry) -> Engine:
        """Of a new training, or of the one that was begun."""
        if entry.run:
            run = self.store.open(entry.run, write=True)
            return Engine(experiments.from_run(run), self.store, run)
        plan = self.comparison.plan
        experiment = plan.experiment(entry.method, entry.seed)
        assert self._data is not None
        experiments.check_data(experiment, self._data)
        steps = steps_of(plan.budget, experiment, self._data)
        options = {**experiment.options, "steps": steps}
        return Engine(replace(experiment, options=options), self.store)

    def _load(self, plan: Plan, progress: Progress) -> None:
        """The pictures, which everything is judged on, so what they are judged by must be known."""
        found = self._data or load(plan.data, dict(plan.data_options), progress)
        if not found.labelled:
            raise DataError(
                f"{found.title} has no labels, and a comparison judges by them; choose pictures "
                "with one folder a class, or train a method and name a few by hand"
            )
        check_facts(found, plan.protocols)
        self._data = found

    def _heed(self, at: int, engine: Engine, changed: Changed) -> None:
        """Note the run as soon as there is one; stop a training that diverged."""
        if engine.run is not None and not self.comparison.entries[at].run:
            changed(self.comparison.put(at, state="training", run=engine.run.id))
        for event in engine.mailbox.drain().events:
            if event.kind == "nonfinite":
                engine.stop()
                raise RunError(event.facts["text"])

    def _judge(self, at: int, told: _Share) -> Entry:
        entry, plan = self.comparison.entries[at], self.comparison.plan
        run = self.store.open(entry.run)
        progress = told.inside(SHARE_OF_TRAINING, 100)
        known = judged(run)
        missing = [protocol for protocol in plan.protocols if protocol not in known]
        others = [e for e in self.comparison.entries if e.trained and e != entry]
        if missing:
            # The pixels are the same for all: whoever is judged by a protocol first has them.
            seen = {protocol for e in others for protocol in reports_of(self.store, e)}
            references = () if seen.issuperset(missing) else (RAW,)
            judge(self.store, run, missing, DRAWS, progress=progress, references=references)
        if track_of(self.store, entry.run) is None:
            tracks = (track_of(self.store, e.run) for e in others)
            first = not any(t is not None and t.pixels is not None for t in tracks)
            assert self._data is not None
            track = follow(run, self._data, self._seconds(entry), progress, with_pixels=first)
            keep(self.store, run, track)
        return self.comparison.put(at, state="done")

    def _seconds(self, entry: Entry) -> float:
        """What a training took of the processor. By the clock it depends on what else was done."""
        plan = self.comparison.plan
        if entry.method == RANDOM:
            return 0.0
        if plan.budget.kind == "seconds":
            return plan.budget.amount
        assert self._data is not None
        experiment = plan.experiment(entry.method, entry.seed)
        return entry.steps * seconds_of_a_step(experiment, self._data)


class _Share:
    """Tells a progress how far one entry of many is, in hundredths of an entry."""

    def __init__(self, progress: Progress, at: int, count: int) -> None:
        self._progress, self._at, self._count = progress, at, count

    def __call__(self, percent: float) -> None:
        """So many per cent of this entry are done; raises Cancelled."""
        self._progress.update("Comparing", round(100 * self._at + percent), 100 * self._count)

    def inside(self, low: float, high: float) -> Progress:
        """A progress whose pieces of work creep from `low` to `high` per cent."""
        reached = low

        def listen(_: object) -> None:
            nonlocal reached
            reached += CREEP * (high - reached)
            self(reached)

        return Progress(listen)
