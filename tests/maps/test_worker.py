"""The map process: delivers, replaces, reports failure, and never outlives anybody."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from core.maps.worker import MapWorker, finished

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"early_iterations": 30, "iterations": 30, "perplexity": 5.0}
ENDLESS = {"early_iterations": 10_000_000, "every": 1, "perplexity": 5.0}


@pytest.fixture(scope="module")
def warm_worker():
    made = MapWorker()
    made.start(cloud(), "tsne", QUICK)
    poll_until(made, lambda f: f.final)
    yield made
    made.close()


@pytest.fixture
def worker(warm_worker):
    """One worker for all tests, idle at the start of each: a process costs a second to start."""
    warm_worker.stop()
    return warm_worker


def cloud(count=60):
    return np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)


def poll_until(worker, enough, seconds=60.0):
    """Frames polled until `enough(frame)`; fails after `seconds`."""
    frames, limit = [], time.monotonic() + seconds
    while time.monotonic() < limit:
        frames += worker.poll()
        if frames and enough(frames[-1]):
            return frames
        threading.Event().wait(0.005)
    pytest.fail(f"waited {seconds} s; {len(frames)} frames came")


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until(condition, seconds=20.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"waited {seconds} s in vain"
        threading.Event().wait(0.01)


def test_a_pca_needs_no_process_and_is_judged():
    worker = MapWorker()
    job = worker.start(cloud(), "pca")
    (frame,) = poll_until(worker, lambda f: f.final)
    assert (frame.job, frame.xy.shape) == (job, (60, 2))
    assert 0.5 < frame.quality["trust"] <= 1.0
    assert worker.process_id is None
    worker.close()


def test_a_cold_tsne_shows_its_components_while_the_process_starts():
    worker = MapWorker()
    worker.start(cloud(), "tsne", QUICK)
    frames = poll_until(worker, lambda f: True)
    worker.close()
    assert (frames[0].iteration, frames[0].final) == (0, False)


def test_frames_end_with_a_judged_one(worker):
    heard = []
    job = worker.start(cloud(), "tsne", QUICK, on_frame=heard.append)
    frames = poll_until(worker, lambda f: f.final)
    assert frames[-1].iteration == 60
    assert set(frames[-1].quality) == {"trust", "continuity", "preserved", "k"}
    assert {f.job for f in frames} == {job}
    assert heard == frames


def test_the_last_frame_says_of_every_point_how_far_to_believe_it(worker):
    worker.start(cloud(), "tsne", QUICK)
    last = poll_until(worker, lambda f: f.final)[-1]
    for name in ("trust", "continuity", "preserved"):
        measure = getattr(last.belief, name)
        assert measure.shape == (60,)
        assert measure.mean() == pytest.approx(last.quality[name], abs=1e-6)


def test_a_map_in_space_comes_from_the_process_too(worker):
    worker.start(cloud(), "tsne", {**QUICK, "dims": 3})
    assert poll_until(worker, lambda f: f.final)[-1].xy.shape == (60, 3)


def test_waiting_for_a_layout_ends_with_its_last_frame_and_hears_how_far_it_is(worker):
    heard = []
    frame = finished(worker, cloud(), "tsne", QUICK, told=heard.append)
    assert (frame.final, frame.iteration, frame.total) == (True, 60, 60)
    assert max(heard) == 1.0


def test_an_earlier_map_with_other_axes_is_refused(worker):
    with pytest.raises(ValueError, match="earlier map"):
        worker.start(cloud(), "tsne", {"dims": 3}, init=np.zeros((60, 2)))


def test_a_newer_job_replaces_the_one_that_runs(worker):
    old = worker.start(cloud(), "tsne", ENDLESS)
    poll_until(worker, lambda f: f.iteration > 0)
    new = worker.start(cloud(40), "tsne", QUICK)
    frames = poll_until(worker, lambda f: f.final)
    assert old not in {f.job for f in frames}
    assert frames[-1].job == new
    assert frames[-1].xy.shape == (40, 2)


def test_stopping_frees_the_process_for_the_next_job(worker):
    worker.start(cloud(), "tsne", ENDLESS)
    poll_until(worker, lambda f: f.iteration > 0)
    warm = worker.process_id
    worker.stop()
    assert worker.poll() == []
    worker.start(cloud(), "tsne", QUICK)
    poll_until(worker, lambda f: f.final)
    assert worker.process_id == warm


def test_a_warm_start_keeps_the_earlier_places(worker):
    worker.start(cloud(), "tsne", QUICK)
    before = poll_until(worker, lambda f: f.final)[-1].xy
    worker.start(cloud(), "tsne", QUICK, init=before)
    frames = poll_until(worker, lambda f: f.final)
    assert frames[0].iteration > 0  # no jump back to the components
    assert frames[-1].iteration == 150


def test_a_job_that_fails_says_why_and_the_next_one_works(worker):
    errors = []
    bad = cloud()
    bad[0, 0] = np.nan
    worker.start(bad, "tsne", QUICK, init=np.zeros((60, 2)), on_error=errors.append)
    wait_until(lambda: worker.poll() == [] and errors)
    assert "not finite" in errors[0]
    worker.start(cloud(), "tsne", QUICK)
    poll_until(worker, lambda f: f.final)


def test_a_process_that_is_killed_is_reported_and_replaced():
    worker = MapWorker()
    errors = []
    worker.start(cloud(), "tsne", ENDLESS, on_error=errors.append)
    poll_until(worker, lambda f: f.iteration > 0)
    os.kill(worker.process_id, signal.SIGTERM)
    wait_until(lambda: worker.poll() is not None and errors)
    assert "start the map again" in errors[0]
    worker.start(cloud(), "tsne", QUICK)
    poll_until(worker, lambda f: f.final)
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_closing_in_the_middle_leaves_no_process_and_no_thread():
    threads = set(threading.enumerate())
    worker = MapWorker()
    worker.start(cloud(), "tsne", ENDLESS)
    poll_until(worker, lambda f: f.iteration > 0)
    child = worker.process_id
    worker.close()
    worker.close()
    assert gone(child)
    assert set(threading.enumerate()) <= threads
    with pytest.raises(ValueError, match="closed"):
        worker.start(cloud())


def group(leader):
    """Processes that belong to the group of `leader`, itself among them."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[2]) == leader and fields[0] != "Z":
                    found.append(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_getting_umap_ready_takes_idle_time_only_and_ends_with_the_worker():
    worker = MapWorker()
    worker.warm("umap")
    wait_until(lambda: worker.process_id and len(group(worker.process_id)) == 2)
    leader = worker.process_id
    other = next(pid for pid in group(leader) if pid != leader)
    wait_until(lambda: os.sched_getscheduler(other) == os.SCHED_IDLE)
    assert os.sched_getscheduler(leader) != os.SCHED_IDLE
    worker.start(cloud(), "tsne", QUICK)
    poll_until(worker, lambda f: f.final)  # jobs are done meanwhile
    worker.close()
    wait_until(lambda: group(leader) == [])  # what only takes idle time ends in it, too
    assert worker.process_id is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_process_ends_when_its_parent_is_killed():
    script = (
        "import numpy as np, threading\n"
        "from core.maps.worker import MapWorker, finished\n"
        "w = MapWorker()\n"
        f"w.start(np.random.default_rng(0).normal(size=(60, 8)), 'tsne', {ENDLESS!r})\n"
        "while not any(f.iteration for f in w.poll()): threading.Event().wait(0.01)\n"
        "print(w.process_id, flush=True)\n"
        "threading.Event().wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: gone(child))
    assert parent.returncode == -9


def test_the_process_does_not_import_torch():
    code = "import core.maps.child, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("features", [np.zeros((3, 4)), np.zeros(12)])
def test_what_cannot_be_laid_out_is_refused_at_once(worker, features):
    with pytest.raises(ValueError, match="a map needs"):
        worker.start(features)
