"""The writing thread keeps the order, gives nothing up, and does not hold up the trainer."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator

import pytest

from core import writer
from core.runs import RunFull
from core.writer import Writer

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)


@pytest.fixture
def hand() -> Iterator[Writer]:
    made = Writer("writer")
    yield made
    made.close()


class Slow:
    """A write that lasts until it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.let_go.wait(PATIENCE)


class Full:
    """A write that the disk refuses until there is room."""

    def __init__(self) -> None:
        self.room = threading.Event()
        self.tried = threading.Semaphore(0)

    def __call__(self) -> None:
        self.tried.release()
        if not self.room.is_set():
            raise RunFull("it", 1, 0)


def test_writes_happen_in_the_order_they_were_handed_over(hand: Writer) -> None:
    done: list[int] = []
    for number in range(50):
        hand.put(lambda number=number: done.append(number), large=number % 7 == 0)
    assert hand.settle()
    assert done == list(range(50))


def test_handing_over_does_not_wait_for_the_disk(hand: Writer) -> None:
    slow = Slow()
    hand.put(slow, large=True)
    assert slow.begun.wait(PATIENCE)
    hand.put(lambda: None)  # would never return
    assert hand.busy
    slow.let_go.set()
    assert hand.settle()
    assert not hand.busy


def test_a_second_large_write_waits_for_the_first(hand: Writer) -> None:
    slow, handed = Slow(), threading.Event()
    hand.put(slow, large=True)
    assert slow.begun.wait(PATIENCE)

    def second() -> None:
        hand.put(lambda: None, large=True)
        handed.set()

    thread = threading.Thread(target=second)
    thread.start()
    assert not handed.wait(0.05)
    slow.let_go.set()
    assert handed.wait(PATIENCE)
    thread.join()


def test_what_the_disk_refuses_is_tried_until_there_is_room(hand: Writer) -> None:
    full, done = Full(), []
    hand.put(full)
    hand.put(lambda: done.append("after it"))
    assert not hand.settle()
    assert "no room on the disk for it" in hand.refusal
    assert done == []
    full.room.set()
    while not hand.settle():  # an attempt may have been under way
        pass
    assert hand.refusal == ""
    assert done == ["after it"]


def test_a_large_write_is_taken_while_the_disk_refuses(hand: Writer) -> None:
    """Otherwise the trainer would hang in it, deaf to a stop."""
    full = Full()
    hand.put(full, large=True)
    hand.put(lambda: None, large=True)
    assert not hand.settle()


def test_a_fault_is_raised_to_whoever_hands_over_next(hand: Writer) -> None:
    def fault() -> None:
        raise TypeError("no array of numbers")

    hand.put(fault)
    with pytest.raises(TypeError, match="no array of numbers"):
        hand.settle()
    hand.put(lambda: None)
    assert hand.settle()


def test_closing_gives_up_what_a_full_disk_refuses() -> None:
    made, full = Writer("writer"), Full()
    made.put(full)
    assert full.tried.acquire(timeout=PATIENCE)
    made.close()  # would never return


def test_what_has_been_written_is_forgotten(hand: Writer) -> None:
    write = Slow()
    write.let_go.set()
    gone = weakref.ref(write)
    hand.put(write, large=True)
    assert hand.settle()
    del write
    assert gone() is None
