"""What was not saved, and a run under way, is asked about before it is lost, once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from hands import click, run_panel
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox

from ksyn_gui.facts import RunState
from ksyn_gui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
Button = QMessageBox.StandardButton


def quit_by_key(qtbot, window, scan) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Q, CONTROL)


def open_by_dropping(qtbot, window, scan) -> None:
    mime, action = QMimeData(), Qt.DropAction.CopyAction
    mime.setUrls([QUrl.fromLocalFile(str(scan))])
    none = Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(10, 10), action, mime, LEFT, none))


def left(window) -> bool:
    return window.isHidden()


def opened(window) -> bool:
    return not window.session.results.all


LOSSES = [(quit_by_key, left), (open_by_dropping, opened)]
losses = pytest.mark.parametrize(("lose", "lost"), LOSSES, ids=["quit", "open"])


@pytest.fixture
def two_results(window: MainWindow, wait: Callable) -> MainWindow:
    """Return the window with two results, the first saved by nobody either."""
    window.session.plan.set_method("zero-filled")
    for count in (1, 2):
        window.session.reconstruction.start()
        wait(lambda count=count: len(window.session.results.all) == count)
        wait(lambda: window.session.reconstruction.is_settled)
    return window


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """Answer every question for a file name with the next in a folder, and return the folder."""
    names = (f"result-{number}.npy" for number in range(1, 9))
    answer = lambda *_: (str(tmp_path / next(names)), "")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return tmp_path


def questions(window) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def answer(qtbot, window, button: Button) -> None:
    (box,) = questions(window)
    qtbot.mouseClick(box.button(button), LEFT)


@losses
def test_cancel_keeps_everything(lose, lost, qtbot, two_results, small_scan):
    lose(qtbot, two_results, small_scan)
    (box,) = questions(two_results)
    assert box.text() == "2 results were not saved."
    answer(qtbot, two_results, Button.Cancel)
    qtbot.wait(200)
    assert two_results.isVisible()
    assert not lost(two_results)
    assert len(two_results.session.results.all) == 2


@losses
def test_discard_goes_on(lose, lost, qtbot, two_results, small_scan, wait):
    lose(qtbot, two_results, small_scan)
    answer(qtbot, two_results, Button.Discard)
    wait(lambda: lost(two_results))
    assert questions(two_results) == []


@losses
def test_save_writes_each_and_goes_on(lose, lost, qtbot, two_results, small_scan, in_folder, wait):
    lose(qtbot, two_results, small_scan)
    answer(qtbot, two_results, Button.Save)
    wait(lambda: lost(two_results))
    assert sorted(path.name for path in in_folder.glob("*.npy")) == ["result-1.npy", "result-2.npy"]


@losses
def test_what_was_saved_is_not_asked_about(
    lose, lost, qtbot, two_results, small_scan, in_folder, wait
):
    for number in (1, 2):
        with qtbot.waitSignal(two_results.session.news.saved, timeout=30_000):
            two_results.session.results.save(number, in_folder / f"image-{number}.npy")
    lose(qtbot, two_results, small_scan)
    assert questions(two_results) == []
    wait(lambda: lost(two_results))


def test_what_could_not_be_saved_keeps_the_window_open(
    qtbot, two_results, tmp_path, monkeypatch, wait
):
    nowhere = str(tmp_path / "no such folder" / "image.npy")
    (tmp_path / "no such folder").write_text("a file")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (nowhere, ""))
    quit_by_key(qtbot, two_results, None)
    answer(qtbot, two_results, Button.Save)
    wait(two_results.messages.isVisible)
    qtbot.wait(200)
    assert two_results.isVisible()
    assert len(two_results.session.results.unsaved) == 2


def test_no_file_name_is_as_good_as_cancel(qtbot, two_results, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    quit_by_key(qtbot, two_results, None)
    answer(qtbot, two_results, Button.Save)
    qtbot.wait(200)
    assert two_results.isVisible()


def test_it_is_asked_once(qtbot, two_results):
    for _ in range(2):
        two_results.close()
    assert len(questions(two_results)) == 1


@pytest.fixture
def running(long_run: MainWindow, wait: Callable) -> MainWindow:
    """Return the window with a long run under way and no result."""
    long_run.session.reconstruction.start()
    wait(lambda: long_run.session.screen.shown is not None)
    return long_run


def test_a_run_under_way_is_asked_about_and_goes_on(qtbot, running, wait):
    quit_by_key(qtbot, running, None)
    (box,) = questions(running)
    assert box.text().startswith("A reconstruction is running")
    assert box.button(Button.Save) is None
    qtbot.keyClick(box, Qt.Key.Key_Return)
    index = running.session.screen.shown.index
    wait(lambda: running.session.screen.shown.index > index)
    assert running.isVisible()


def test_a_run_under_way_is_stopped_where_that_is_the_answer(qtbot, running, wait):
    quit_by_key(qtbot, running, None)
    answer(qtbot, running, Button.Discard)
    wait(lambda: left(running))
    assert not running.session.reconstruction._runner._thread.isRunning()


def test_a_run_and_results_are_one_question(qtbot, two_results, wait):
    session = two_results.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    session.reconstruction.start()
    quit_by_key(qtbot, two_results, None)
    (box,) = questions(two_results)
    assert "is running" in box.text()
    assert "2 results were not saved." in box.text()
    assert box.defaultButton() is box.button(Button.Cancel)
    answer(qtbot, two_results, Button.Discard)
    wait(lambda: left(two_results))


@pytest.fixture
def asked_while_running(qtbot, long_run: MainWindow, wait: Callable) -> MainWindow:
    """Return the window with a run that has ended while the window asked whether to stop it."""
    session = long_run.session
    session.plan.set_options({"iterations": 40})
    click(qtbot, run_panel(long_run).step)
    wait(lambda: session.reconstruction.state is RunState.PAUSED)
    quit_by_key(qtbot, long_run, None)
    session.reconstruction.resume()
    wait(lambda: session.results.all)
    return long_run


def test_a_run_that_ends_while_the_window_asks_is_asked_about_as_a_result(
    qtbot, asked_while_running, in_folder, wait
):
    answer(qtbot, asked_while_running, Button.Discard)
    assert asked_while_running.isVisible()
    (box,) = questions(asked_while_running)
    assert box.text() == "A result was not saved."
    answer(qtbot, asked_while_running, Button.Save)
    wait(lambda: left(asked_while_running))
    assert [path.name for path in in_folder.glob("*.npy")] == ["result-1.npy"]


def test_it_is_discarded_when_that_is_the_second_answer(qtbot, asked_while_running, wait):
    answer(qtbot, asked_while_running, Button.Discard)
    answer(qtbot, asked_while_running, Button.Discard)
    wait(lambda: left(asked_while_running))


def test_a_result_that_is_still_being_measured_is_asked_about(qtbot, long_run, wait):
    session, measured = long_run.session, Event()
    session.work.do(session.work.files, measured.wait, lambda _: None)
    session.plan.set_options({"iterations": 2})
    click(qtbot, run_panel(long_run).run)
    wait(lambda: session.reconstruction.busy and not session.reconstruction.state.active)
    quit_by_key(qtbot, long_run, None)
    (box,) = questions(long_run)
    assert "still being measured" in box.text()
    measured.set()
    wait(lambda: session.results.all)
    answer(qtbot, long_run, Button.Discard)
    assert [box.text() for box in questions(long_run)] == ["A result was not saved."]


def test_leaving_asks_nothing_of_a_run(running):
    running.leave()
    assert left(running)
    assert questions(running) == []


def test_a_run_under_way_is_told_of_first(qtbot, two_results, small_scan, wait):
    session = two_results.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    session.reconstruction.start()
    with qtbot.waitSignal(session.news.notice) as told:
        open_by_dropping(qtbot, two_results, small_scan)
    assert "Stop the run" in told.args[0]
    assert questions(two_results) == []
    session.stop()
