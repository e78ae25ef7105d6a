"""Work beside the window: what is superseded is neither begun nor delivered."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ksyn_gui.background import Background


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    background = Background("test")
    yield background
    assert background.close()


def test_the_result_arrives_in_the_windows_thread(background, qtbot):
    got = []
    background.submit(lambda: 42, lambda r: got.append((r, threading.current_thread())), print)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(42, threading.main_thread())]


def test_only_the_first_and_the_newest_of_a_burst_are_computed(background, qtbot):
    begun, got, gate = [], [], threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        gate.wait(5)
        return number

    background.submit(lambda: work(0), got.append, print)
    qtbot.waitUntil(lambda: begun == [0])
    for number in range(1, 20):
        background.submit(lambda number=number: work(number), got.append, print)
    gate.set()
    qtbot.waitUntil(lambda: not background.busy)
    assert begun == [0, 19]
    assert got == [19]


def test_an_error_is_handed_over(background, qtbot):
    errors = []
    background.submit(lambda: 1 / 0, print, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_a_queue_does_everything_in_order(qtbot):
    queue, got = Background("queue", newest_wins=False), []
    for number in range(5):
        queue.submit(lambda number=number: number, got.append, print)
    qtbot.waitUntil(lambda: len(got) == 5)
    assert got == [0, 1, 2, 3, 4]
    assert queue.close()
