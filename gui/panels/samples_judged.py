"""How good the samples are: measured live, over the snapshots and by a person's eye."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QPushButton, QSpinBox, QTabWidget, QWidget

from core.progress import Progress, Tick
from gui.nursery.booth import BoothDialog
from gui.nursery.referee import Referee
from gui.panels.base import LIVE_MS, Panel
from gui.session import Session
from gui.tasks import Newest, Task, Tasks
from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.views.histogram import HistogramView
from gui.views.table import TableView
from gui.widgets.flow import FlowLayout
from gui.widgets.switch import Switch
from gui.widgets.text import label
from gui.widgets.work_bar import WorkBar

if TYPE_CHECKING:
    from core.generative.hype import Booth
    from core.generative.nursery import Samples
    from core.observer import Answer
    from core.scores import Scored

LIVE = 500  # samples that are scored again and again; as many as that cost little
USUAL, MOST = 2000, 50_000
MOST_LIVE = 2000  # scores kept of one sitting
UNKEPT = 1000  # the first draw of noise that no grid shows: a booth's pictures are fresh


class QualityPanel(Panel):
    """Scores samples in a task, never in the observer, which has to answer a dragging mouse."""

    title = "Quality"
    ability = "Generates"
    patience = 30  # so that scores cost a training at most 5 %, however the cores are shared

    def __init__(
        self, session: Session, tasks: Tasks, referee: Referee, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.referee = referee
        self._tasks = tasks
        self._task: Task | None = None  # what a person asked for
        self._newest = Newest(tasks, "Scoring samples", self)
        self._live: list[dict[str, Any]] = []
        self._named: set[str] = set()  # failures that were told
        self._shown: tuple[object, ...] = ()  # what was scored last without being asked
        self.booth: BoothDialog | None = None
        self._build()
        self._lay_out()
        self._connect()
        self._show_referee()

    def _build(self) -> None:
        self.count = QSpinBox(minimum=100, maximum=MOST, value=USUAL, singleStep=500)
        self.count.setToolTip("Samples that a score is of; compare only scores of as many")
        self.count.setAccessibleName("Samples that are scored")
        self.one = QPushButton("Score this step")
        self.one.setToolTip("Score the step that is looked at, and keep it with the run")
        self.all = QPushButton("Score all snapshots")
        self.all.setToolTip("Score every snapshot that was not yet, and draw the curves")
        self.eye = QPushButton("Judge by eye…")
        self.eye.setToolTip("Tell 50 real and 50 generated pictures apart yourself")
        self.live = Switch()
        self.live.setChecked(True)
        self.live.setAccessibleName("Live scores")
        self.live.setToolTip(f"Score {LIVE} samples of what is looked at, now and then")
        self.train = QPushButton("Train the classifier")
        self.train.setProperty("kind", "primary")
        self.work = WorkBar()
        self.said = label("", "small", "secondary", wrap=True, selectable=True)
        self.failures = label("", "", "warning", wrap=True, selectable=True)
        self.failures.setAccessibleName("Failures")
        self.scores, self.copies = TableView(), HistogramView()
        self.distance, self.shares, self.people = CurveView(), CurveView(), CurveView()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.small)
        for parts in (
            (label("Live", "small"), self.live),
            (label("Samples", "small"), self.count),
            (self.one,), (self.all,), (self.eye,), (self.train,),
        ):  # fmt: skip
            flow.add_group(*parts)
        for title, view in (
            ("Scores", self.scores), ("FD", self.distance), ("Recall", self.shares),
            ("Copies", self.copies), ("By eye", self.people),
        ):  # fmt: skip
            self.tabs.addTab(view, title)
            view.problem.connect(self.problem)
        self.body.addLayout(flow)
        for part in (self.work, self.failures, self.said):
            self.body.addWidget(part)
        self.body.addWidget(self.tabs, 1)
        self.failures.hide()

    def _connect(self) -> None:
        self.one.clicked.connect(self.score_step)
        self.all.clicked.connect(self.score_all)
        self.eye.clicked.connect(self.judge_by_eye)
        self.train.clicked.connect(self.referee.train)
        self.live.edited.connect(self._follow)
        self.work.stopped.connect(self.cancel)
        self.referee.changed.connect(self._show_referee)
        self.referee.told.connect(self._tell_of_referee)
        self._tasks.progress.connect(self._tell)

    # --- looking ----------------------------------------------------------------------------------

    def ask(self) -> bool:
        """Nothing is asked of the observer; what is kept is shown, what is looked at is scored."""
        if self.session.run is None:
            return False
        self.referee.prepare()
        self._show_kept()
        self._follow()
        return True

    def refused(self, reason: str) -> None:
        self.said.setText(reason)

    def _follow(self, *_: object) -> None:
        """Score what is looked at, unless that was done."""
        session, bench = self.session, self.referee.bench
        if session.run is None or bench is None or not self.live.isChecked():
            return
        live = session.state == "training" and session.step is None
        wanted = (session.run.id, session.step, session.state, bench is None)
        if not self.is_seen() or self._newest.busy or (not live and wanted == self._shown):
            return
        self._shown = wanted
        run, step, showcase = session.run, session.step, self._showcase()

        def work(progress: Progress) -> tuple[list[Scored], float]:
            from core import scores
            from core.device import use_threads

            use_threads(1)
            started = time.thread_time()  # what the training could have had, not what others took
            found = scores.score(run, bench, step, LIVE, None, progress, showcase)
            return found, time.thread_time() - started

        self._newest.ask(work, self._take_live, self.refused)

    def _showcase(self) -> Any:
        engine = self.session.engine
        return engine.showcase if engine is not None else None

    def _take_live(self, answer: tuple[list[Scored], float]) -> None:
        found, seconds = answer
        seconds = seconds if self._answered else 0.0  # the first one loads what is loaded once
        self._answered = True
        self._live = [*self._live, *(each.to_dict() for each in found)][-MOST_LIVE:]
        self._show_scores(found)
        self._show_kept()
        if self.session.state == "training" and self.session.step is None and self.is_seen():
            self._again.start(int(max(LIVE_MS, self.patience * seconds * 1000)))
        else:
            self._follow()  # another step may be looked at by now

    def _show_scores(self, found: list[Scored]) -> None:
        from core import scores

        for view in (self.scores, self.copies):
            view.set_stamp(self.stamp(found[0].step))
        self.scores.show_picture(scores.compared(found))
        self.copies.show_picture(found[0].memorisation)
        self._say(
            f"{found[0].quality.count:,} samples of step {found[0].step:,}, "
            f"{self.referee.words()}; this is no FID."
        )

    def _show_kept(self) -> None:
        """The curves of what was scored, and what they say went wrong."""
        from core import scores
        from core.generative import hype

        run = self.session.run
        if run is None:
            return
        kept = scores.kept(run)
        both = {(e["step"], e["count"], e["raw"]): e for e in [*self._live, *kept]}
        entries = sorted(both.values(), key=lambda e: int(e["step"]))
        tests = hype.kept(run)
        for view, curve in (
            (self.distance, scores.distances(entries)),
            (self.shares, scores.shares(entries)),
            (self.people, scores.by_eye(tests)),
        ):
            view.set_stamp(self.stamp(run.state.step))
            view.show_picture(curve)
        if not tests:
            self.people.clear("Nobody has judged this run by eye yet.")
        self._name_failures(scores.warnings_of(run, entries, self.session.step))

    def _name_failures(self, found: list[str]) -> None:
        self.failures.setText("\n".join(found))
        self.failures.setVisible(bool(found))
        for words in found:
            kind = words.split(":")[0]
            if kind not in self._named and self.session.state == "training":
                self._named.add(kind)
                self.problem.emit(words)

    # --- what a person asks -----------------------------------------------------------------------

    def score_step(self) -> None:
        """Score the step that is looked at with many samples, and keep that."""
        self._score(every=False)

    def score_all(self) -> None:
        """Score every snapshot."""
        self._score(every=True)

    def _score(self, every: bool) -> None:
        session, bench = self.session, self.referee.bench
        run, step, count = session.run, session.step, self.count.value()
        if self._task is not None or run is None:
            return
        if bench is None:
            self.referee.prepare()
            self._say(self.referee.words())
            return
        store, showcase = session.store, self._showcase()

        def work(progress: Progress) -> list[Scored]:
            from core import scores
            from core.device import use_threads

            use_threads(1)
            if every:
                scores.score_all(store, run, bench, count, None, progress)
                return []
            found = scores.score(run, bench, step, count, None, progress, showcase)
            scores.keep(store, run, [each.to_dict() for each in found])
            return found

        title = "Scoring all snapshots" if every else "Scoring this step"
        self.work.begin(f"{title}…")
        self._task = self._tasks.start(title, work, self._scored, self._stopped)
        self._enable()

    def cancel(self) -> None:
        """End what a person asked for; what was kept by then stays."""
        if self._task is not None:
            self._tasks.cancel(self._task)
        self.referee.cancel()

    def _scored(self, found: list[Scored]) -> None:
        self._stopped("")
        if found:
            self._show_scores(found)
            self.tabs.setCurrentWidget(self.scores)
        else:
            self.tabs.setCurrentWidget(self.distance)

    def _stopped(self, why: str) -> None:
        self._task = None
        self.work.end()
        self._enable()
        if why:
            self._say(why)
        self._show_kept()

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.work.tell(tick)

    def _tell_of_referee(self, tick: Tick) -> None:
        if self._task is None:
            self.work.show()
            self.work.tell(tick)

    def _show_referee(self) -> None:
        if self.referee.state not in ("preparing", "training") and self._task is None:
            self.work.end()
        self.train.setVisible(self.referee.state == "untrained")
        if self.referee.bench is None:
            self.scores.clear(self.referee.words())
            self.copies.clear(self.referee.words())
        self._say(self.referee.words())
        self._enable()
        if self.is_seen():
            self._follow()

    def _enable(self) -> None:
        able = self.referee.bench is not None and self._task is None
        for button in (self.one, self.all):
            button.setEnabled(able)

    def _say(self, words: str) -> None:
        self.said.setText(words[:1].upper() + words[1:])

    # --- the booth --------------------------------------------------------------------------------

    def judge_by_eye(self) -> None:
        """Open the booth with fresh samples of the step that is looked at."""
        from core.generative import hype
        from core.generative.nursery import Wish, sampled

        run, probe = self.session.run, self.session.probe
        if run is None or probe is None or self.booth is not None:
            return
        earlier = hype.kept(run)
        wish = Wish(hype.EACH, UNKEPT + len(earlier))
        self.put(
            sampled(wish), lambda found: self._open_booth(found, earlier), "booth",
            refuse=self.problem.emit, indices=[0],
        )  # fmt: skip

    def _open_booth(self, answer: Answer, earlier: list[dict[str, Any]]) -> None:
        from core.pictures import as_images

        if self.booth is not None:
            return
        made: Samples = answer.value
        assert self.session.probe is not None
        real = as_images(self.session.probe.images)
        self.booth = BoothDialog(real, made.images, answer.step, earlier, self.window())
        self.booth.finished_test.connect(lambda test: self._keep_test(answer.step, test))
        self.booth.finished.connect(self._leave_booth)
        self.booth.open()

    def _leave_booth(self, *_: object) -> None:
        self.booth = None

    def _keep_test(self, step: int, test: Booth) -> None:
        from core import scores
        from core.generative import hype
        from core.runs import RunError

        run = self.session.run
        assert run is not None
        try:
            scores.keep_verdict(self.session.store, run, step, test)
        except (RunError, OSError) as error:
            self.problem.emit(f"The verdict could not be kept: {error}")
        if self.booth is not None:
            self.booth.show_earlier(hype.kept(run))
        self._show_kept()

    def end(self) -> None:
        super().end()
        self.cancel()
        if self.booth is not None:
            self.booth.reject()
