"""One stream in one thread: the newest item wins, and nothing is ever lost or left running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from weakref import ref

import pytest
import torch
from pytestqt.qtbot import QtBot

from ksyn_gui.runner import FRAME_INTERVAL, Runner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    runner = Runner()
    yield runner
    assert runner.close()


def counting(n: int, seconds: float = 0.0, log: list[str] | None = None) -> Iterator[int]:
    """Count from 1, and say when it is over."""
    try:
        for number in range(1, n + 1):
            time.sleep(seconds)
            yield number
    finally:
        if log is not None:
            log.append(threading.current_thread().name)


def ended(runner: Runner, qtbot: QtBot, make) -> object:
    """Run to the end and return the error it ended with."""
    with qtbot.waitSignal(runner.ended, timeout=10_000) as blocker:
        runner.start(make)
    return blocker.args[0]


def test_the_last_item_is_delivered_however_fast_the_stream_is(runner, qtbot):
    taken = []
    runner.stepped.connect(lambda: taken.append(runner.take()))
    assert ended(runner, qtbot, lambda: counting(2000)) is None
    assert taken[-1] == 2000


def test_fast_steps_are_not_queued(runner, qtbot):
    taken, began = [], time.monotonic()
    runner.stepped.connect(lambda: taken.append(runner.take()))
    ended(runner, qtbot, lambda: counting(2000))
    assert len(taken) <= (time.monotonic() - began) / FRAME_INTERVAL + 2


def test_what_costs_the_window_time_is_delivered_less_often(runner, qtbot):
    taken = []

    def take_slowly() -> None:
        taken.append(runner.take())
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass

    runner.stepped.connect(take_slowly)
    ended(runner, qtbot, lambda: counting(60, 0.01))
    assert len(taken) <= 5
    assert taken[-1] == 60


def test_a_stream_that_is_over_at_once_shows_only_where_it_ends(runner, qtbot):
    taken = []
    runner.stepped.connect(lambda: taken.append(runner.take()))
    ended(runner, qtbot, lambda: counting(15, 0.001))
    assert taken == [15]


def test_a_stream_that_takes_its_time_shows_its_first_item(runner, qtbot):
    with qtbot.waitSignal(runner.stepped, timeout=5000):
        runner.start(lambda: counting(2, 0.6))
    assert runner.take() == 1
    runner.stop()
    qtbot.waitUntil(lambda: not runner.running, timeout=5000)


def test_items_arrive_in_order(runner, qtbot):
    taken = []
    runner.stepped.connect(lambda: taken.append(runner.take()))
    ended(runner, qtbot, lambda: counting(60, 0.01))
    assert taken == sorted(taken)
    assert len(taken) > 3


def test_pause_rests_after_the_step_under_way(runner, qtbot):
    made = []

    def noted() -> Iterator[int]:
        for number in counting(1000, 0.01):
            made.append(number)
            yield number

    with qtbot.waitSignal(runner.stepped):
        runner.start(noted)
    with qtbot.waitSignal(runner.rested, timeout=2000):
        runner.pause()
        before = len(made)
    assert len(made) <= before + 1
    assert runner.take() == made[-1]
    runner.stop()
    qtbot.waitUntil(lambda: not runner.running)


def test_a_single_step_makes_one_item(runner, qtbot):
    with qtbot.waitSignal(runner.rested):
        runner.start(lambda: counting(100), paused=True)
    assert runner.take() == 1
    for expected in (2, 3):
        with qtbot.waitSignal(runner.rested):
            runner.step()
        assert runner.take() == expected
    runner.stop()
    qtbot.waitUntil(lambda: not runner.running)


def test_resuming_goes_on_to_the_end(runner, qtbot):
    with qtbot.waitSignal(runner.rested):
        runner.start(lambda: counting(50), paused=True)
    with qtbot.waitSignal(runner.ended):
        runner.resume()
    assert runner.take() == 50


def test_stopping_closes_the_generator_in_its_own_thread(runner, qtbot):
    log: list[str] = []
    with qtbot.waitSignal(runner.stepped):
        runner.start(lambda: counting(10_000, 0.005, log))
    with qtbot.waitSignal(runner.ended, timeout=2000):
        runner.stop()
    assert len(log) == 1
    assert log[0] != threading.main_thread().name


def test_stopping_wakes_a_paused_stream(runner, qtbot):
    with qtbot.waitSignal(runner.rested):
        runner.start(lambda: counting(10), paused=True)
    with qtbot.waitSignal(runner.ended, timeout=2000):
        runner.stop()


def failing() -> Iterator[int]:
    yield 1
    torch.ones(2, 3) @ torch.ones(2, 3)


def test_a_shape_error_of_torch_reaches_the_window(runner, qtbot):
    error = ended(runner, qtbot, failing)
    assert isinstance(error, RuntimeError)
    assert "shapes" in str(error)


def test_running_out_of_memory_reaches_the_window(runner, qtbot):
    def hungry() -> Iterator[int]:
        yield 1
        raise torch.OutOfMemoryError("CUDA out of memory.")

    assert isinstance(ended(runner, qtbot, hungry), torch.OutOfMemoryError)


def test_a_stream_that_cannot_be_made_reports_why(runner, qtbot):
    def broken() -> Iterator[int]:
        raise KeyError("maps")

    assert isinstance(ended(runner, qtbot, broken), KeyError)


def test_what_was_made_before_an_error_is_delivered(runner, qtbot):
    ended(runner, qtbot, failing)
    assert runner.take() == 1


def test_after_an_error_the_next_stream_runs(runner, qtbot):
    ended(runner, qtbot, failing)
    assert ended(runner, qtbot, lambda: counting(3)) is None
    assert runner.take() == 3


def test_nothing_is_held_of_a_stream_that_has_ended(runner, qtbot):
    class Owner:
        def present(self, item: int) -> int:
            return item

    owner = Owner()
    held = ref(owner)
    with qtbot.waitSignal(runner.ended, timeout=10_000):
        runner.start(lambda: counting(3), owner.present)
    del owner
    assert held() is None


def test_two_streams_at_a_time_are_refused(runner, qtbot):
    with qtbot.waitSignal(runner.rested):
        runner.start(lambda: counting(10), paused=True)
    with pytest.raises(RuntimeError, match="open already"):
        runner.start(lambda: counting(10))


def test_closing_while_running_ends_the_thread(qtbot):
    runner, log = Runner(), []
    with qtbot.waitSignal(runner.stepped):
        runner.start(lambda: counting(10_000, 0.005, log))
    assert runner.close()
    assert log
