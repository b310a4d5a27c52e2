"""Lanes share one clock, are judged by views they do not learn from, and kept as runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from core.cli.main import main
from core.config import ConfigError
from core.data.imageset import ImageSet, Pictures
from core.data.scenes import painted
from core.progress import Cancelled, Progress
from core.racing.ablations import (
    ABLATIONS,
    COMPLETE,
    Ablation,
    ablate,
    ablations_of,
    cells,
    fewer_views,
)
from core.racing.keep import keep
from core.racing.lane import Lane, experiment_of, play_all
from core.racing.plan import LanePlan, next_mark, parse, racers, told_at
from core.racing.race import Race, state_of
from core.racing.table import as_csv, psnr_at, table
from core.render import outputs
from core.render.cameras import Cameras
from core.render.viewpoint import Viewpoint
from core.runs import RunStore

SMALL = {"rays": 64, "width": 12, "backbone": "torch", "coarse": 1}
PATIENCE = 60.0


@pytest.fixture(scope="module")
def scene() -> ImageSet:
    cameras = painted.cameras_around(14, 16, 0)
    pictures, _ = painted.photograph(painted.still_life(), cameras, Progress())
    unknown = np.full(14, -1, np.int64)
    parts = [Pictures(pictures[p].numpy(), unknown[p], cameras=cameras[p].pack().numpy())
             for p in (slice(12), slice(12, 14))]  # fmt: skip
    return ImageSet("scenes", "A scene", *parts)


def lane(scene: ImageSet, length: float = 0.2, title: str = "", **options: object) -> Lane:
    plan = LanePlan("voxels", {**SMALL, **options}, title).named()
    return Lane(plan, experiment_of(plan, {}, 0), scene, length)


def happens(true: Callable[[], bool]) -> bool:
    """Whether it comes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


# --- plans ----------------------------------------------------------------------------------------


def test_a_word_becomes_a_lane_with_options_in_their_types() -> None:
    found = parse("voxels:width=32,view-dependent=no").named()
    assert found.options == {"width": 32, "view_dependent": False}
    assert found.title == "Voxel radiance grid, width 32, view dependent off"
    assert found.named([found.title]).title.endswith("(2)")
    assert {"voxels", "nerf"} <= set(racers())


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("voxels:width", "expected NAME=VALUE"),
        ("voxels:wide=3", "no option wide"),
        ("voxels:width=0", "below 4"),
        ("gan", "does not learn a scene"),
    ],
)
def test_a_wrong_word_says_what_is_wrong(word: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse(word)


def test_marks_come_closer_at_first_and_end_with_the_race() -> None:
    assert [next_mark(a, 7.0) for a in (0.0, 0.3, 6.5)] == [0.25, 0.5, 7.0]
    assert next_mark(61.0, 200.0) == 90.0
    assert told_at(10.0) == [1.0, 2.0, 5.0, 10.0]


# --- lanes ----------------------------------------------------------------------------------------


def test_lanes_in_turns_have_the_same_seconds_whatever_a_step_costs(scene: ImageSet) -> None:
    lanes = [lane(scene), lane(scene, rays=1024, title="Large")]
    gaps = []
    play_all(lanes, lambda: gaps.append(abs(lanes[0].seconds - lanes[1].seconds)))
    longest = max(cost for each in lanes for cost in each._costs)
    assert max(gaps) < 0.05 + 4 * longest
    assert all(each.seconds >= 0.2 and each.judged for each in lanes)
    assert lanes[0].step > lanes[1].step


def test_judging_costs_no_seconds_and_the_psnr_is_that_of_held_out_views(scene: ImageSet) -> None:
    one = lane(scene)
    for _ in range(3):
        one.play()
    before = one.seconds
    found = one.judge()
    assert one.seconds == before
    errors = []
    cameras = Cameras.unpack(torch_of(scene.held_out.cameras), (16, 16))
    for at in range(2):
        seen = one.method.eval().render(cameras[at]).colour.detach().clamp(0, 1).numpy()  # type: ignore[operator]
        truth = scene.held_out.images[at].transpose(1, 2, 0) / 255
        errors.append(-10 * np.log10(((seen - truth) ** 2).mean()))
    assert found.psnr == pytest.approx(float(np.mean(errors)), abs=1e-3)


def torch_of(cameras: np.ndarray | None):  # type: ignore[no-untyped-def]
    import torch

    return torch.from_numpy(np.array(cameras))


def test_a_schedule_is_stretched_to_the_seconds_and_never_pressed(scene: ImageSet) -> None:
    stretched, own = lane(scene, 5.0), lane(scene, 5.0, steps=8)
    stretched._own_steps = 8
    for each in (stretched, own):
        for _ in range(12):
            each.play()
    assert stretched.method.config.steps > 50
    assert own.method.config.steps == 8
    pressed = lane(scene, 0.2)
    play_all([pressed], lambda: None)
    assert pressed.method.config.steps >= 500


def test_memory_is_what_parameters_and_buffers_occupy(scene: ImageSet) -> None:
    one = lane(scene)
    vertices = 12**3
    assert one.memory().parameters == 4 * vertices * 16  # a density, 12 harmonics, padding
    assert one.memory().grids == 4 * vertices + 11**3 + 3 * 4


def test_a_lane_that_fails_stands_still_and_says_why(scene: ImageSet) -> None:
    one = lane(scene)

    def broken(*_: object) -> None:
        raise RuntimeError("the kernel is gone")

    one.trainer.take_step = broken  # type: ignore[assignment]
    one.play()
    assert "the kernel is gone" in one.failed
    assert one.finished


def test_a_kept_lane_is_a_run_with_its_curve_and_goes_on_exactly(
    scene: ImageSet, tmp_path: Path
) -> None:
    one = lane(scene)
    play_all([one], lambda: None)
    store = RunStore(tmp_path)
    run = store.open(keep(one, store))
    assert run.state.status == "stopped"
    assert run.snapshots() == [one.step]
    checkpoint = run.load_checkpoint()
    assert checkpoint is not None
    assert checkpoint.step == one.step
    assert set(checkpoint.model) == set(one.method.state_dict())
    metrics = run.metrics()
    assert metrics["held-out/PSNR"][1][-1] == pytest.approx(one.judged[-1].psnr, rel=1e-5)


# --- the race -------------------------------------------------------------------------------------


@pytest.fixture
def race(scene: ImageSet) -> Iterator[Race]:
    made = Race([lane(scene, title="One"), lane(scene, title="Two", view_dependent=False)])
    yield made
    made.close()


def test_a_race_plays_ends_with_its_seconds_and_is_seen_from_one_camera(race: Race) -> None:
    serial = race.look(Viewpoint().camera(40, 30))
    race.play()
    assert happens(lambda: race.finished and not race.playing)
    assert happens(lambda: all(s is not None and s.whole and s.step == state.step
                      for s, state in zip(race.shots(), race.states())))  # fmt: skip
    assert [s.serial for s in race.shots() if s is not None] == [serial, serial]
    assert all(s is not None and s.picture.shape == (30, 40, 3) for s in race.shots())
    assert race.trouble() == ""


def test_the_newest_camera_wins(race: Race) -> None:
    views = [Viewpoint().orbit(turn, 0) for turn in range(8)]
    last = [race.look(view.camera(48, 36)) for view in views][-1]
    assert happens(
        lambda: all(s is not None and s.serial == last and s.whole for s in race.shots())
    )


@pytest.mark.parametrize("output", ["depth", "normals"])
def test_lanes_show_another_output_of_what_they_see(race: Race, output: str) -> None:
    camera = Viewpoint().camera(24, 18)
    serial = race.look(camera, output)
    assert happens(
        lambda: all(s is not None and s.serial == serial and s.whole for s in race.shots())
    )
    shot, method = race.shots()[0], race.lanes[0].method
    with torch.no_grad():
        seen = method.render(camera, (24, 18))
    assert shot is not None
    np.testing.assert_array_equal(shot.picture, outputs.painted(output, seen, camera))


def test_lanes_come_go_and_are_reset_between_two_steps(race: Race, scene: ImageSet) -> None:
    race.play()
    assert happens(lambda: min(s.step for s in race.states()) >= 2)
    race.add(lane(scene, title="Three"))
    race.remove(0)
    assert happens(lambda: [s.title for s in race.states()] == ["Two", "Three"])
    assert happens(lambda: race.finished)
    race.lengthen(0.4)
    assert happens(lambda: not race.finished)
    race.reset()
    assert happens(lambda: [s.step for s in race.states()] == [0, 0])
    assert not race.playing


# --- tables ---------------------------------------------------------------------------------------


def test_a_table_has_the_psnr_at_each_second_between_two_judgements(scene: ImageSet) -> None:
    from core.racing.lane import Judged

    one = lane(scene, 2.0)
    one.judged = [Judged(1, 0.5, 10.0, 1.0), Judged(5, 1.5, 20.0, 1.0), Judged(9, 2.0, 22.0, 1.0)]
    state = state_of(one)
    assert psnr_at(state, 1.0) == pytest.approx(15.0)
    assert psnr_at(state, 3.0) is None
    columns, rows = table([state], 2.0)
    assert columns[1:3] == ["1 s", "2 s"]
    assert rows[0][1:3] == ["15.00", "22.00"]
    assert as_csv([state]).count("\n") == 4


# --- ablations ------------------------------------------------------------------------------------


def test_the_published_rows_are_those_of_the_papers_table() -> None:
    published = [a.published.psnr for a in ABLATIONS["nerf"] if a.published is not None]
    assert published == [31.01, 26.67, 28.77, 27.66, 30.06, 27.78, 29.79, 30.59, 30.81]
    assert ablations_of("voxels")[0] is COMPLETE
    for method in ("nerf", "voxels"):
        for ablation in ablations_of(method):
            experiment_of(LanePlan(method, ablation.options), {}, 0).config()


def test_fewer_views_are_spread_over_all_and_held_out_ones_stay(scene: ImageSet) -> None:
    fewer = fewer_views(scene, 0.25)
    assert len(fewer.train) == 3
    assert fewer.held_out is scene.held_out
    kept = [np.abs(scene.train.images - image).reshape(12, -1).sum(1).argmin()
            for image in fewer.train.images.astype(int)]  # fmt: skip
    assert kept == [2, 6, 10]


def test_ablations_come_row_by_row_and_stop_when_cancelled(scene: ImageSet) -> None:
    rows = []
    base = LanePlan("voxels", SMALL)
    chosen = (COMPLETE, Ablation("No view", {"view_dependent": False}), Ablation("Few", views=0.5))

    def cancelled() -> bool:
        return len(rows) == 2

    with pytest.raises(Cancelled):
        ablate(base, chosen, scene, {}, Progress(cancelled=cancelled), 0.1, on_row=rows.append)
    assert [row.ablation.title for row in rows] == ["Complete", "No view"]
    assert rows[1].difference(rows[0]) == pytest.approx(rows[1].psnr - rows[0].psnr)
    assert rows[0].picture.shape == (16, 16, 3)
    assert cells(rows[0], rows)[2] == "+0.00"
    assert rows[1].megabytes < rows[0].megabytes


def test_the_commands_write_tables_and_refuse_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path / "home"))
    small = "voxels:rays=64,width=12,coarse=1,backbone=torch"
    scene = ["--views", "8", "--side", "8", "--seconds", "0.05"]
    out = [str(tmp_path / f"race.{kind}") for kind in ("csv", "md", "png", "svg")]
    assert main(["--quiet", "race", small, f"{small},view_dependent=no", *scene, "-o", *out]) == 0
    assert "MB" in capsys.readouterr().out
    assert (tmp_path / "race.csv").read_text().startswith("lane,method,step,seconds")
    out = [str(tmp_path / f"table.{kind}") for kind in ("csv", "md", "png")]
    only = ["--only", "Colours without a view"]
    assert main(["--quiet", "ablate", small, *scene, *only, "-o", *out]) == 0
    assert (tmp_path / "table.csv").read_text().count("\n") == 3
    for words, said in (
        (["race", "gan"], "does not learn a scene"),
        (["race", "voxels", "--seconds", "0"], "more than 0"),
        (["ablate", "voxels", "--only", "Wheels"], "there is no row"),
        (["race", "voxels", "-o", "race.txt"], "expected a file ending in"),
    ):
        assert main(words) == 2
        assert said in capsys.readouterr().err
