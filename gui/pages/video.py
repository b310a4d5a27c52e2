"""The page of videos: mark an object in one frame, and see a network follow it through the film."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.runs import home
from gui.laboratory import Laboratory
from gui.pages.video_keys import KEYS
from gui.pages.video_showing import TRAIL, Showing
from gui.pages.video_steps import VideoSteps
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.video import engine
from gui.video.clips import Clips
from gui.video.colours import PredictedColours
from gui.video.doubt import next_doubtful
from gui.video.exporter import VideoExporter
from gui.video.follower import Follower
from gui.video.hand import Hand
from gui.video.looker import Looker
from gui.video.newer import NewerWeights
from gui.video.own import OwnTraining
from gui.video.work import Work
from gui.video.workspace import Workspace
from gui.widgets.claiming import Claiming, combination
from gui.widgets.video.canvas import FrameCanvas
from gui.widgets.video.curves import ScoreCurves
from gui.widgets.video.layers import colour_of
from gui.widgets.video.player import Player
from gui.widgets.video.references import References
from gui.widgets.video.skeleton import SkeletonDialog
from gui.widgets.video.timeline import VideoTimeline
from gui.widgets.video.tool_bar import VideoTools

if TYPE_CHECKING:
    from core.data.video.clip import Clip

LIVE_MS = 180  # after the last move of a slider the marks are followed anew
EMPTY = (
    "Open a film, a folder of frames, or one of the embedded clips. Then paint an object in one "
    "frame and let a network follow it."
)


class VideoPage(Claiming):
    """Steps at the left, the frame large, below it the film along a line with its scores."""

    problem = Signal(str)
    done = Signal(str)
    train_wanted = Signal(str, str)  # method, data
    wants = Signal(str)  # id of a command that asks for a file

    claimed = frozenset(KEYS)

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks = laboratory, tasks
        self.work = Work(self)
        self.steps = VideoSteps()
        self.tools = VideoTools()
        self.canvas = FrameCanvas()
        self.canvas.empty = EMPTY
        self.references = References()
        self.player = Player()
        self.timeline = VideoTimeline()
        self.curves = ScoreCurves()
        self.hand = Hand(self.work, self.canvas, self)
        self.clips = Clips(tasks, self)
        self.follower = Follower(self.work, laboratory.store, tasks, self)
        self.newer = NewerWeights(self.follower, laboratory.store, self)
        self.looker = Looker(self.work, self.follower, tasks, self)
        self.colours = PredictedColours(self.work, self.follower, tasks, self)
        self.showing = Showing(self)
        self.own = OwnTraining(self.work, self.follower, tasks, self)
        self.exporter = VideoExporter(self.work, tasks, self)
        self.workspace = Workspace(self.work, home() / "workspaces", self)
        self._live = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._live.timeout.connect(self._follow_again)
        self._lay_out()
        self._connect()
        laboratory.when_warm(self._warm)

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(SPACE.medium)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.references)
        below = QFrame()
        below.setProperty("kind", "panel")
        lower = QVBoxLayout(below)
        lower.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.small)
        lower.setSpacing(SPACE.tight)
        for widget in (self.player, self.timeline, self.curves):
            lower.addWidget(widget)
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(self.tools)
        right.addLayout(middle, 1)
        right.addWidget(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        row.setSpacing(SPACE.large)
        row.addWidget(self.steps)
        row.addLayout(right, 1)
        self.player.add(self.steps.work, 1)
        self.player.add(self.showing.said)
        self.references.hide()
        self.curves.hide()

    def _connect(self) -> None:
        steps, tools, work = self.steps, self.tools, self.work
        for part in (self.clips, self.follower, self.looker, self.own, self.exporter, self.canvas,
                     self.colours, self.references, self.curves, self.workspace):  # fmt: skip
            part.problem.connect(self.problem)
        self.clips.opened.connect(self.show_clip)
        self.clips.began.connect(lambda: steps.about.setText("Opening…"))
        self.exporter.done.connect(self.done)
        self.exporter.began.connect(steps.work.begin)
        self.exporter.told.connect(steps.work.tell)
        self.exporter.ended.connect(steps.work.end)
        steps.go_on.clicked.connect(lambda: self.open_path(self.workspace.last() or Path()))
        steps.film.clicked.connect(lambda: self.wants.emit("video.open"))
        steps.folder.clicked.connect(lambda: self.wants.emit("video.folder"))
        steps.number.valueChanged.connect(lambda _: self.open_embedded())
        steps.textures.activated.connect(lambda _: self.open_embedded())
        steps.marked.toggled.connect(lambda _: self.open_embedded())
        steps.network.activated.connect(lambda _: self._choose("left", steps.network.currentData()))
        steps.second.activated.connect(lambda _: self._choose("right", steps.second.currentData()))
        steps.train.clicked.connect(lambda: self.train_wanted.emit(engine.METHOD, engine.DATA))
        steps.own.clicked.connect(self.train_on_clip)
        for way, button in (("forward", steps.forward), ("backward", steps.backward),
                            ("both", steps.both)):  # fmt: skip
            button.clicked.connect(lambda _=False, w=way: self.propagate(w))
        steps.work.stopped.connect(self.stop)
        things = steps.things
        things.chosen.connect(work.choose)
        things.added.connect(lambda: work.choose(len(work.names.objects) + 1))
        things.objects_named.connect(lambda names: work.rename(objects=names))
        things.points_named.connect(lambda names: work.rename(points=names))
        things.object_removed.connect(work.remove_object)
        things.point_removed.connect(work.remove_point)
        things.bones_wanted.connect(lambda: self.wants.emit("video.skeleton"))
        tools.tool_chosen.connect(self.hand.set_tool)
        tools.size_changed.connect(self.hand.set_size)
        tools.undo_wanted.connect(work.undo.undo)
        tools.redo_wanted.connect(work.undo.redo)
        self.hand.tool_changed.connect(self._tool_changed)
        self.hand.size_changed.connect(tools.show_size)
        self.hand.looked.connect(self._look)
        self.looker.seen.connect(self._seen)
        self.references.wanted.connect(work.go)
        self.newer.found.connect(steps.offer_newer)
        steps.newer.clicked.connect(self._use_newer)
        for part in (self.player, self.timeline, self.curves):
            part.wanted.connect(work.go)
        work.undo.canUndoChanged.connect(tools.buttons["undo"].setEnabled)
        work.undo.canRedoChanged.connect(tools.buttons["redo"].setEnabled)
        self.follower.began.connect(steps.work.begin)
        self.follower.told.connect(steps.work.tell)
        self.follower.ended.connect(self._ended)
        self.own.began.connect(steps.work.begin)
        self.own.told.connect(steps.work.tell)
        self.own.ended.connect(self._gained)
        self._tool_changed(self.hand.tool)
        tools.buttons["undo"].setEnabled(False)
        tools.buttons["redo"].setEnabled(False)

    def _warm(self) -> None:
        """The heavy part is there: settings have sliders, networks can be listed."""
        from core.tracking.propagate import Settings

        sliders = self.steps.add_settings(Settings)
        sliders.changed.connect(self._live.start)
        sliders.changed.connect(self.workspace.soon)
        self.workspace.settings = sliders.values
        if self.work.clip is not None:
            self.steps.fit_settings(self.work.clip.size)
        self.refresh()

    # --- clip and networks ------------------------------------------------------------------------

    def refresh(self) -> None:
        """List the networks anew; see with the newest weights of those that train."""
        if not self._laboratory.is_warm:
            return
        self.follower.renew()
        for side, box in (("left", self.steps.network), ("right", self.steps.second)):
            chosen = self.follower.seats[side].choice
            box.clear()
            if side == "right":
                box.addItem("Nothing", "")
            for choice in engine.choices(self._laboratory.store):
                box.addItem(choice.title, choice.id)
            at = box.findData(chosen)
            if at < 0 or (side == "left" and chosen == engine.UNTRAINED and not self._by_hand):
                at = 0  # the newest that learned
            box.setCurrentIndex(at)
            self.follower.choose(side, box.currentData())

    _by_hand = False  # whether a person chose the network

    def _choose(self, side: str, choice: str) -> None:
        self._by_hand = True
        self.follower.choose(side, choice)
        self.work.tracks["left"].title = self.steps.network.currentText()
        self.work.tracks["right"].title = self.steps.second.currentText()
        self.steps.gain.hide()
        self.showing.refresh()

    def open_path(self, path: Path) -> None:
        """A film, a folder of frames, or a sequence of DAVIS."""
        self.clips.open_path(path)

    def open_embedded(self) -> None:
        """The painted clip of the number that stands there."""
        steps = self.steps
        self.clips.open_embedded(steps.number.value(), steps.textures.currentData())

    def show_clip(self, clip: Clip) -> None:
        """Take a clip in hand, with the marks that it got another day."""
        self._live.stop()
        self.workspace.keep()
        self.work.open(clip, take_truth=self.steps.marked.isChecked())
        self.steps.gain.hide()
        self.hand.set_size(max(5.0, min(clip.size) / 16))
        self.steps.tell_clip(clip)
        self.steps.fit_settings(clip.size)
        settings = self.workspace.bring_back()
        if settings is not None and self.steps.settings is not None:
            self.steps.settings.put(settings)
        if settings is not None:
            self.done.emit(f"The marks of {clip.title} are as you left them.")
        if clip.problem:
            self.problem.emit(clip.problem)

    # --- following --------------------------------------------------------------------------------

    def settings(self) -> Any:
        """The settings as the sliders stand; None while the heavy part is still being loaded."""
        return None if self.steps.settings is None else self.steps.settings.config()

    def propagate(self, way: str) -> None:
        """Follow the marks "forward", "backward" or "both"."""
        settings = self.settings()
        if settings is None:
            self.problem.emit("The engine is still being loaded; try again in a moment.")
            return
        self.work.tracks["left"].title = self.steps.network.currentText()
        self.work.tracks["right"].title = self.steps.second.currentText()
        self.follower.follow(way, settings)

    def stop(self) -> None:
        """End what works; what was found stays."""
        self.follower.stop()
        self.own.stop()
        self.colours.stop()
        self.exporter.stop()

    def _follow_again(self) -> None:
        """A slider was moved: what was followed is followed so, while one looks."""
        if self.work.tracks["left"].found:
            self.follower.again(self.settings())
        elif self.canvas.look is not None:
            self._look(self.canvas.look)

    def _use_newer(self) -> None:
        """The newest weights of the chosen run; what was followed is followed with them."""
        self.follower.renew()
        self.steps.newer.hide()
        if self.work.tracks["left"].found:
            self.follower.again(self.settings())

    def _ended(self, words: str) -> None:
        self.steps.work.end()
        self.steps.said.setText(words)
        self.steps.said.setVisible(bool(words))

    def train_on_clip(self) -> None:
        """Go on training the network on this clip alone, then follow with it."""
        if self.work.clip is None or self.settings() is None:
            self.problem.emit("Open a clip first: there is nothing to train on yet.")
            return
        self.own.train(self.settings())

    def _gained(self, words: str) -> None:
        self.steps.work.end()
        self.steps.gain.setText(words)
        self.steps.gain.setVisible(bool(words))
        if words and self.work.given:
            self.propagate("forward")

    # --- looking ----------------------------------------------------------------------------------

    def _tool_changed(self, tool: str) -> None:
        self.tools.show_tool(tool)
        self.references.setVisible(tool == "look")

    def _look(self, place: tuple[float, float] | None) -> None:
        settings = self.settings()
        if place is None or settings is None or not self.follower.seats["left"].choice:
            return
        self.looker.ask(place, settings)

    def _seen(self, heat: Any, asked: tuple[int, int, int]) -> None:
        assert self.work.clip is not None
        if self.hand.tool == "look":
            self.references.show_heat(self.work.clip.frames, heat, asked)

    # --- keys -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        do: Callable[[VideoPage], object] | None = KEYS.get(combination(event))
        if do is None:
            super().keyPressEvent(event)
        else:
            do(self)

    def ask_skeleton(self) -> None:
        """Ask which keypoints a line joins."""
        names = self.work.names
        if len(names.points) < 2:
            self.problem.emit("A skeleton joins keypoints: place at least two first.")
            return
        dialog = SkeletonDialog(names.points, names.bones, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda bones: self.work.rename(bones=bones))
        dialog.open()

    def go_doubtful(self) -> None:
        """To the next frame where the network is least sure, a minimum of its confidence."""
        frame = next_doubtful(self.follower.confidence(), self.work.at)
        if frame is None:
            self.problem.emit("No doubtful frame: propagate first, or every frame is sure.")
        else:
            self.work.go(frame)

    def go_lost(self) -> None:
        """To the frame where the first of the objects is lost."""
        lost = [one.lost for one in self.curves.lines if one.lost is not None]
        if lost:
            self.work.go(min(lost))
        else:
            self.problem.emit("No object is lost, as far as the truth is known.")

    def export_film(self, path: Path) -> None:
        """The clip with its marks as they are seen now."""
        showing, names = self.showing, self.work.names
        count = max(len(names.objects), len(names.points), 1)
        colours = [colour_of(k + 1).name() for k in range(count)]
        trail = TRAIL if showing.trails else 0
        self.exporter.write_film(path, colours, showing.opacity, showing.outline, trail)

    def export_scores(self, path: Path) -> None:
        """J and F of every frame and object as a table."""
        try:
            self.curves.save(path)
        except (OSError, ValueError) as error:
            self.problem.emit(str(error))
        else:
            self.done.emit(f"{path.name} is written.")

    def escape(self) -> None:
        """Leave a polygon; else stop what works."""
        if self.canvas.corners:
            self.hand.let_go()
        else:
            self.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.references.setFixedWidth(max(176, self.width() // 7))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.newer.timer.start()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.work.clip is None and not self.clips.busy:
            self.steps.offer_last(self.workspace.last())
            self.open_embedded()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.newer.timer.stop()
        self.player.play(0)

    def end(self) -> None:
        """Stop what works for the page; nothing that was marked is lost."""
        self.workspace.keep()
        self._live.stop()
        self.stop()
