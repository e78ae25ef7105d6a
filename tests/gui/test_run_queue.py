"""The queue of runs, without a window: `begin` writes down what it was given."""

from __future__ import annotations

import pytest

from ksyn_gui.facts import Trouble
from ksyn_gui.state.run_queue import RunQueue, Turn

BAD = Trouble("No centre.", "Add ACS lines.")


@pytest.fixture
def begun() -> list[str]:
    return []


@pytest.fixture
def queue(begun, qapp) -> RunQueue:
    return RunQueue(begun.append, lambda: True)


def three(queue: RunQueue) -> RunQueue:
    queue.add([("A", "a"), ("B", "b"), ("C", "c")])
    return queue


def turns(queue: RunQueue) -> dict[str, Turn]:
    return {entry.title: entry.turn for entry in queue.entries}


def test_one_run_begins_and_the_others_wait(queue, begun):
    three(queue)
    assert begun == ["a"]
    assert turns(queue) == {"A": Turn.RUNNING, "B": Turn.WAITING, "C": Turn.WAITING}


def test_each_end_begins_the_next_in_order(queue, begun):
    three(queue).end("a")
    assert begun == ["a", "b"]
    queue.end("b")
    queue.end("c")
    assert begun == ["a", "b", "c"]
    assert queue.entries == []


def test_a_failure_is_kept_with_its_reason_and_holds_nothing_up(queue, begun):
    three(queue).end("a", BAD)
    assert begun == ["a", "b"]
    assert turns(queue)["A"] is Turn.FAILED
    assert queue.entries[0].trouble is BAD


def test_what_waits_waits_for_a_run_that_is_not_its_own(begun, qapp):
    free = [False]
    queue = three(RunQueue(begun.append, lambda: free[0]))
    assert begun == []
    free[0] = True
    queue.end("another")
    assert begun == ["a"]
    assert queue.progress.done == 0


def test_dropping_what_waits_lets_the_run_under_way_go_on(queue, begun):
    three(queue).drop_waiting()
    assert turns(queue) == {"A": Turn.RUNNING}
    queue.end("a")
    assert begun == ["a"]
    assert not queue.progress.busy


def test_a_waiting_or_failed_run_can_be_taken_out_and_a_running_one_cannot(queue, begun):
    running, waiting, _ = three(queue).entries
    queue.remove(waiting.number)
    queue.remove(running.number)
    assert turns(queue) == {"A": Turn.RUNNING, "C": Turn.WAITING}
    queue.end("a", BAD)
    queue.remove(running.number)
    assert turns(queue) == {"C": Turn.RUNNING}


def test_progress_counts_what_ended_of_all_and_begins_anew_when_idle(queue):
    three(queue).end("a", BAD)
    assert (queue.progress.done, queue.progress.total, queue.progress.title) == (1, 3, "B")
    queue.end("b")
    queue.end("c")
    assert not queue.progress.busy
    queue.add([("D", "d")])
    assert (queue.progress.done, queue.progress.total) == (0, 1)


def test_the_queue_knows_its_own_run(queue):
    three(queue)
    assert queue.owns("a")
    assert not queue.owns("b")


def test_every_change_is_told(queue, qtbot):
    with qtbot.waitSignals([queue.changed, queue.progressed]):
        three(queue)
