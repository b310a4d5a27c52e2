"""The page of videos in the real window: mark, follow, correct, look, write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.video.clip import Clip
from core.tracking.marks import Marks
from gui.pages.video import VideoPage
from gui.window import Window
from tests.gui.window.acts import LONG, click, key, press, wait_for_notice
from tests.gui.window.conftest import OpenWindow

T, SIDE = 8, 48


def clip() -> Clip:
    """A red square that moves right by two pixels a frame over blue; its truth is known."""
    frames = np.full((T, SIDE, SIDE, 3), (20, 40, 150), np.uint8)
    truth = {}
    for at in range(T):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[12:28, 8 + 2 * at : 24 + 2 * at] = 1
        frames[at][mask == 1] = (220, 60, 30)
        truth[at] = Marks(mask, np.float32([[15 + 2 * at, 20]]))
    names = [f"{at:05}" for at in range(T)]
    return Clip(frames, 12.0, names, "square", truth, keypoints=("middle",))


@pytest.fixture
def page(qtbot: QtBot, open_window: OpenWindow) -> VideoPage:
    """The page with the small clip, the first frame marked, colours to follow by."""
    window = open_window()
    press(window, "Ctrl+7")
    assert window.page == "video"
    page = window.rooms.video()
    qtbot.waitUntil(lambda: page.work.clip is not None, timeout=LONG)
    page.show_clip(clip())
    choose(page, "left", "colours")
    return page


def choose(page: VideoPage, side: str, network: str) -> None:
    box = page.steps.network if side == "left" else page.steps.second
    box.setCurrentIndex(box.findData(network))
    box.activated.emit(box.currentIndex())


def follow(qtbot: QtBot, page: VideoPage) -> None:
    click(page.steps.forward)
    qtbot.waitUntil(lambda: not page.follower.busy, timeout=LONG)


def at(page: VideoPage, x: float, y: float) -> QPoint:
    return page.canvas.place(x, y).toPoint()


def drag(page: VideoPage, start: tuple[float, float], end: tuple[float, float]) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(page.canvas, left, pos=at(page, *start))
    QTest.mouseMove(page.canvas, at(page, *end))
    QTest.mouseRelease(page.canvas, left, pos=at(page, *end))


def test_marks_are_followed_to_the_end_and_scored(qtbot: QtBot, page: VideoPage) -> None:
    follow(qtbot, page)
    assert [page.work.kind(frame) for frame in range(T)] == ["given"] + ["found"] * (T - 1)
    truth = page.work.clip.truth[T - 1].mask == 1
    found = page.work.mask(T - 1) == 1
    assert (truth & found).sum() / (truth | found).sum() > 0.7
    assert page.follower.seats["left"].scores.keys() == set(range(1, T))
    assert page.curves.lines[0].region[T - 1] > 0.7


def test_a_stroke_paints_and_undo_takes_it_back(page: VideoPage) -> None:
    press(page.window(), "Ctrl+Shift+Backspace")
    assert not page.work.mask(0).any()
    page.hand.set_tool("brush")
    drag(page, (10.5, 10.5), (20.5, 10.5))
    painted = page.work.mask(0).copy()
    assert painted[10, 10:21].all()
    assert not painted[30].any()
    press(page.window(), "Ctrl+Z")
    assert not page.work.mask(0).any()
    press(page.window(), "Ctrl+Shift+Z")
    assert np.array_equal(page.work.mask(0), painted)


def test_a_correction_is_followed_from_there_only(qtbot: QtBot, page: VideoPage) -> None:
    follow(qtbot, page)
    before = {frame: page.work.marks(frame) for frame in range(T)}
    page.work.go(4)
    page.hand.set_tool("eraser")
    page.hand.set_size(60)
    drag(page, (20.5, 20.5), (24.5, 20.5))
    assert page.work.kind(4) == "corrected"
    follow(qtbot, page)
    assert all(page.work.marks(frame) is before[frame] for frame in range(4))
    assert all(page.work.marks(frame) is not before[frame] for frame in range(4, T))
    assert not page.work.mask(4)[20, 20:25].any()


def test_grow_takes_the_whole_square_and_fill_makes_it_another_object(page: VideoPage) -> None:
    truth = page.work.clip.truth[0].mask
    press(page.window(), "Ctrl+Shift+Backspace")
    page.hand.set_tool("grow")
    drag(page, (16.5, 20.5), (16.5, 20.5))
    assert np.array_equal(page.work.mask(0), truth)
    page.work.choose(2)
    page.hand.set_tool("fill")
    drag(page, (16.5, 20.5), (16.5, 20.5))
    assert np.array_equal(page.work.mask(0), 2 * truth)


def test_a_polygon_is_closed_by_return(page: VideoPage) -> None:
    press(page.window(), "Ctrl+Shift+Backspace")
    page.hand.set_tool("polygon")
    for corner in ((5, 5), (25, 5), (25, 15), (5, 15)):
        drag(page, corner, corner)
    key(page.canvas, Qt.Key.Key_Return)
    assert page.work.mask(0)[7:13, 8:22].all()
    assert page.work.mask(0).sum() < 260


def test_a_keypoint_is_placed_named_and_moved(page: VideoPage) -> None:
    page.hand.set_tool("point")
    drag(page, (40.5, 40.5), (40.5, 40.5))
    assert page.work.names.points == ("middle", "Point 2")
    drag(page, (40.5, 40.5), (44.5, 30.5))
    assert np.abs(page.work.points(0)[1] - (44, 30)).max() < 0.5
    press(page.window(), "Ctrl+Z")
    assert np.abs(page.work.points(0)[1] - (40, 40)).max() < 0.5


def test_keys_play_step_and_choose(page: VideoPage) -> None:
    page.canvas.setFocus()
    for code, frame in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_End, T - 1), (Qt.Key.Key_Left, T - 2),
                        (Qt.Key.Key_Home, 0)):  # fmt: skip
        key(page.canvas, code)
        assert page.work.at == frame
    key(page.canvas, Qt.Key.Key_L)
    assert page.player.direction == 1
    key(page.canvas, Qt.Key.Key_J)
    assert page.player.direction == -1
    key(page.canvas, Qt.Key.Key_K)
    assert page.player.direction == 0
    key(page.canvas, Qt.Key.Key_N)
    assert page.work.object == 2
    key(page.canvas, Qt.Key.Key_1)
    assert page.work.object == 1
    key(page.canvas, Qt.Key.Key_E)
    assert page.tools.buttons["eraser"].isChecked()


def test_the_pixel_under_the_mouse_shows_where_it_looks(qtbot: QtBot, page: VideoPage) -> None:
    page.work.go(3)
    key(page.canvas, Qt.Key.Key_A)
    assert page.references.isVisible()
    QTest.mouseMove(page.canvas, at(page, 20.5, 20.5))
    qtbot.waitUntil(lambda: page.references.asked == (3, 20, 20), timeout=LONG)
    heat = page.references.heat
    assert sorted(heat) == [0, 1, 2]
    assert sum(float(one.sum()) for one in heat.values()) == pytest.approx(1.0, abs=1e-4)
    red, _, blue = page.references.copied
    assert red > 2 * blue  # copied from the red square


def test_two_networks_stand_beside_each_other(qtbot: QtBot, page: VideoPage) -> None:
    choose(page, "right", "identity")
    follow(qtbot, page)
    assert np.array_equal(page.work.mask(T - 1, "right"), page.work.clip.truth[0].mask)
    page.work.go(T - 1)
    assert page.canvas.split_place() is not None
    click(page.tools.buttons["beside"])
    assert page.canvas.split_place() is None
    assert page.canvas.scene.right.title == "Marks stay where they are"


def test_a_slider_follows_anew(qtbot: QtBot, page: VideoPage) -> None:
    follow(qtbot, page)
    before = page.work.marks(T - 1)
    page.steps.settings.sliders["top_k"].setValue(0)
    qtbot.waitUntil(lambda: page.work.marks(T - 1) is not before, timeout=LONG)


def test_masks_keypoints_film_and_scores_are_written(
    qtbot: QtBot, page: VideoPage, tmp_path: Path
) -> None:
    from PIL import Image

    window: Window = page.window()  # type: ignore[assignment]
    follow(qtbot, page)
    choosers = window.actions_of_window.choosers
    choosers.folder = lambda _: str(tmp_path / "masks")
    window.commands.action("video.masks").trigger()
    wait_for_notice(qtbot, window, "masks are written")
    written = np.asarray(Image.open(tmp_path / "masks" / "00003.png"))
    assert np.array_equal(written, page.work.mask(3))
    for id, name in (("points", "points.csv"), ("film", "film.gif"), ("scores", "scores.csv")):
        choosers.new_file = lambda *_, n=name: str(tmp_path / n)
        window.commands.action(f"video.{id}").trigger()
        wait_for_notice(qtbot, window, f"{name} is written")
        assert (tmp_path / name).stat().st_size > 100
    assert Image.open(tmp_path / "film.gif").n_frames == T


def test_a_film_that_is_none_is_refused_in_words(
    qtbot: QtBot, page: VideoPage, tmp_path: Path
) -> None:
    path = tmp_path / "letter.mp4"
    path.write_bytes(b"Dear reader")
    page.open_path(path)
    wait_for_notice(qtbot, page.window(), "letter.mp4")
    assert page.work.clip.title == "square"


def test_nothing_marked_is_said_in_words(qtbot: QtBot, page: VideoPage) -> None:
    press(page.window(), "Ctrl+Shift+Backspace")
    click(page.steps.forward)
    assert wait_for_notice(qtbot, page.window(), "Nothing is marked").level == "warning"


def test_training_on_the_clip_tells_what_was_gained(qtbot: QtBot, page: VideoPage) -> None:
    choose(page, "left", "untrained")
    page.own.seconds = 0.2
    click(page.steps.own)
    qtbot.waitUntil(page.steps.gain.isVisible, timeout=LONG)
    assert "J&F" in page.steps.gain.text()
    qtbot.waitUntil(lambda: page.work.kind(T - 1) == "found", timeout=LONG)
    assert page.follower.seats["left"].own


def test_grey_predicted_and_true_frames_stand_beside_each_other(
    qtbot: QtBot, page: VideoPage
) -> None:
    page.tools.mode_chosen.emit("three")
    canvas = page.canvas
    qtbot.waitUntil(lambda: len(page.colours.frames) == T, timeout=LONG)
    page.work.go(3)
    grey, predicted, true = canvas.scene.panes
    np.testing.assert_array_equal(true.picture, page.work.clip.frames[3])
    np.testing.assert_array_equal(predicted.picture, page.colours.frames[3])
    assert (np.ptp(grey.picture, axis=2) == 0).all()
    wide = canvas._room()[0]
    assert abs(3 * wide - canvas.width()) < 3
    inside = canvas.place(10, 12)
    for pane in range(3):  # the same pixel in each
        found = canvas.frame_place(inside + QPoint(pane * wide, 0))
        assert found == pytest.approx((10, 12), abs=0.1)
    canvas.zoom(2)
    page.work.go(4)
    assert canvas.camera.zoom == pytest.approx(2)


def test_what_was_marked_in_a_film_is_there_when_it_comes_again(
    qtbot: QtBot, page: VideoPage, tmp_path: Path
) -> None:
    film = tmp_path / "walk"
    film.mkdir()
    page.steps.marked.setChecked(False)
    mine = replace(clip(), truth={}, source=film, keypoints=())
    page.show_clip(mine)
    page.work.go(2)
    page.hand.set_tool("brush")
    drag(page, (10, 10), (20, 10))
    page.work.add_point(5.5, 6.0)
    page.work.rename(objects=("Dog",))
    page.steps.settings.sliders["radius"].put(4)
    painted = page.work.mask(2).copy()
    assert painted.any()
    page.end()  # as when the window closes
    page.show_clip(clip())
    assert page.workspace.last() == film
    page.steps.offer_last(film)
    assert page.steps.go_on.text() == "Go on with walk"
    page.steps.settings.reset()
    page.show_clip(mine)
    np.testing.assert_array_equal(page.work.mask(2), painted)
    assert page.work.points(2).tolist() == [[5.5, 6.0]]
    assert page.work.names.objects == ("Dog",)
    assert page.work.at == 2
    assert page.settings().radius == 4
    page.show_clip(clip())
    (page.workspace.folder(film) / "about.json").write_text("{broken")
    page.show_clip(mine)  # as good as absent
    assert not page.work.given


def test_newer_weights_of_a_run_are_offered_and_used(
    page: VideoPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = page.follower.seats["left"]
    page.follower.tracker(seat)
    steps = page.steps
    page.newer.look()
    assert steps.newer.isHidden()
    monkeypatch.setattr("gui.video.engine.newest", lambda _store, _choice: seat.step + 40)
    page.newer.look()
    assert f"step {seat.step + 40}: use" in steps.newer.text()
    assert not steps.newer.isHidden()
    click(steps.newer)
    assert page.follower.seats["left"] is not seat
    assert steps.newer.isHidden()
