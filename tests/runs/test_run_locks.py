"""One writer a run: the second is refused and told who the first is."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, RunBusy, RunStore
from core.runs.document import read_document, write_document
from core.runs.lock import RunLock, holder_of

WRITER = """
import sys
from core.runs import RunStore
store = RunStore(sys.argv[1])
run = store.open(store.list()[0].id, write=True)
run.set_state(status="training")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def writer(store: RunStore, run: Run) -> Iterator[subprocess.Popen]:
    """Another process that holds the run until its standard input is closed."""
    run.close()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.root)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"ready\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_refused_with_names_and_may_look(
    store: RunStore, run: Run, writer: subprocess.Popen
) -> None:
    with pytest.raises(RunBusy) as refusal:
        store.open(run.id, write=True)
    assert refusal.value.pid == writer.pid
    assert refusal.value.host == os.uname().nodename
    assert time.time() - refusal.value.since < 60
    for word in (run.id, str(writer.pid), refusal.value.host):
        assert word in str(refusal.value)
    assert store.open(run.id).state.status == "training"
    with pytest.raises(RunBusy):
        store.delete(run.id)
    assert store.interrupted() == []


def test_the_lock_dies_with_its_process(
    store: RunStore, run: Run, writer: subprocess.Popen
) -> None:
    writer.kill()
    writer.wait()
    assert [summary.id for summary in store.interrupted()] == [run.id]
    store.open(run.id, write=True).close()


def test_a_second_writer_in_the_same_process_is_refused(store: RunStore, run: Run) -> None:
    with pytest.raises(RunBusy):
        store.open(run.id, write=True)
    run.close()
    store.open(run.id, write=True).close()


def test_asking_who_writes_disturbs_nobody(store: RunStore, run: Run) -> None:
    run.close()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            holder_of(run.path)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(200):
            RunLock(run.path).release()
    finally:
        done.set()
        asker.join()
    assert holder_of(run.path) is None


@pytest.mark.parametrize(("age", "busy"), [(10.0, True), (-10.0, True), (1000.0, False)])
def test_a_fresh_heartbeat_of_another_host_counts_as_a_lock(
    store: RunStore, run: Run, age: float, busy: bool
) -> None:
    """A network file system may keep no locks between machines."""
    run.set_state(status="training")
    run.close()
    state = read_document(run.path / "state.json")
    there = {"host": "elsewhere", "pid": 77, "heartbeat": time.time() - age}
    write_document(run.path / "state.json", {**state, **there})
    assert (store.list()[0].writer is not None) == busy
    assert store.open(run.id).state.status == ("training" if busy else "interrupted")
    if busy:
        with pytest.raises(RunBusy, match="process 77 on elsewhere"):
            store.open(run.id, write=True)
        with pytest.raises(RunBusy):
            store.delete(run.id)
    else:
        store.open(run.id, write=True).close()


def test_one_thread_writes_while_another_reads(run: Run) -> None:
    """The reader sees whole rows in their order, and every checkpoint it finds verifies."""
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                steps = run.metrics().get("loss", (np.zeros(0), None))[0]
                assert steps.tolist() == list(range(len(steps)))
                assert dataclasses.astuple(run.state)
                run.evaluations()
                run.snapshots()
        except BaseException as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for step in range(300):
            run.append(step, {"loss": 0.0})
            run.set_state(step=step)
            if step % 50 == 0:
                run.save_snapshot(step, {"w": np.zeros(100)})
                run.save_checkpoint(step, {"w": np.zeros(100)}, {}, None)
    finally:
        done.set()
        reader.join()
    assert not failures
    assert len(run.metrics()["loss"][0]) == 300
    assert not run.problems()
