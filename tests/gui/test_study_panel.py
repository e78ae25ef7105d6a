"""The study panel with the real session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from ksyn_gui.engine.scans import COMBINED
from ksyn_gui.panels.study_panel import StudyPanel
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings

ACTION = Qt.DropAction.CopyAction


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    with qtbot.waitSignal(session.engine_changed, timeout=20000):
        session.load_engine()
    yield session
    assert session.close()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> StudyPanel:
    panel = StudyPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    return panel


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Return a file with 3 frames of 2 coils."""
    parts = np.random.default_rng(0).normal(size=(3, 2, 16, 12, 2)).astype(np.float32)
    np.save(tmp_path / "series.npy", parts.view(np.complex64)[..., 0])
    return tmp_path / "series.npy"


def test_the_demo_opens_at_one_click_and_says_what_it_is(
    qtbot: QtBot, session: Session, panel: StudyPanel
) -> None:
    with qtbot.waitSignal(session.study.kspace_changed, timeout=20000):
        panel.demo_button.click()
    ky, kx = session.study.scan.matrix
    assert f"{ky} × {kx}" in panel.about.text()
    assert ("Coils", str(session.study.scan.n_coils)) in panel.header.rows
    assert not panel.demo_button.isVisible()
    assert "assumed" not in panel.about.text()


def test_a_size_that_the_file_does_not_tell_is_called_assumed(
    qtbot: QtBot, session: Session, panel: StudyPanel, small_scan: Path
) -> None:
    with qtbot.waitSignal(session.study.kspace_changed, timeout=20000):
        session.study.open(small_scan)
    assert "1 × 1 mm, assumed" in panel.about.text()


def test_only_what_there_is_several_of_can_be_chosen(
    qtbot: QtBot, session: Session, panel: StudyPanel, series: Path
) -> None:
    _open(qtbot, session, series)
    shown = [place.slider.isVisible() for place in (panel.slice, panel.frame, panel.coil)]
    assert shown == [False, True, True]


def test_slider_and_number_move_the_session_and_follow_it(
    qtbot: QtBot, session: Session, panel: StudyPanel, series: Path
) -> None:
    _open(qtbot, session, series)
    qtbot.keyClick(panel.frame.slider, Qt.Key.Key_Right)
    assert session.study.frame == 1
    assert panel.frame.number.value() == 2
    panel.coil.number.setValue(2)
    assert session.study.coil == 1
    assert panel.coil.slider.value() == 1
    panel.coil.number.setValue(0)
    assert session.study.coil == COMBINED
    assert panel.coil.number.text() == "All"
    session.study.set_frame(2)
    assert (panel.frame.slider.value(), panel.frame.number.value()) == (2, 3)


def test_a_dropped_file_is_opened(
    qtbot: QtBot, session: Session, panel: StudyPanel, series: Path
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(series))])
    assert _drag_over(panel, mime)
    assert "Let go" in panel.about.text()
    with qtbot.waitSignal(session.study.kspace_changed, timeout=20000):
        _drop(panel, mime)
    assert session.study.scan.path == series


def test_text_and_several_files_are_not_welcome(panel: StudyPanel, series: Path) -> None:
    text, several = QMimeData(), QMimeData()
    text.setText(str(series))
    several.setUrls([QUrl.fromLocalFile(str(series))] * 2)
    assert not _drag_over(panel, text)
    assert not _drag_over(panel, several)


def test_the_dialog_opens_the_chosen_file_and_remembers_the_folder(
    qtbot: QtBot,
    session: Session,
    panel: StudyPanel,
    series: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(series), ""))
    with qtbot.waitSignal(session.study.kspace_changed, timeout=20000):
        panel.open_button.click()
    assert session.study.scan.path == series
    assert Settings().folder == series.parent


def test_recent_scans_are_offered_and_can_be_forgotten(
    qtbot: QtBot, session: Session, panel: StudyPanel, series: Path
) -> None:
    menu = QMenu(panel)
    panel.fill_recent(menu)
    assert not any(action.isEnabled() for action in menu.actions())
    Settings().remember(series)
    panel.fill_recent(menu)
    with qtbot.waitSignal(session.study.kspace_changed, timeout=20000):
        menu.actions()[0].trigger()
    assert session.study.scan.path == series
    menu.actions()[-1].trigger()
    assert Settings().recent == []


def test_the_header_can_be_searched_and_copied(
    qtbot: QtBot, session: Session, panel: StudyPanel, series: Path
) -> None:
    _open(qtbot, session, series)
    assert panel.header.table.model().rowCount() == len(session.study.scan.header()) > 3
    qtbot.keyClicks(panel.header.search, "matrix")
    assert panel.header.table.model().rowCount() == 1
    panel.header.table.selectRow(0)
    panel.header.copy_rows()
    assert QApplication.clipboard().text() == "Matrix\t16 × 12 (ky × kx)"


def test_a_long_name_leaves_the_values_most_of_the_header(panel: StudyPanel) -> None:
    panel.header.set_rows([("Readout oversampling and whatever else", "2, removed")])
    panel.resize(240, 480)
    assert panel.header.table.columnWidth(0) < panel.header.table.columnWidth(1)


def test_every_control_has_a_name_for_screen_readers(panel: StudyPanel) -> None:
    places = (panel.slice, panel.frame, panel.coil)
    controls = [panel.header.search, panel.header.table, panel.recent_button]
    controls += [widget for place in places for widget in place.widgets[1:]]
    assert all(control.accessibleName() for control in controls)


def _open(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.study.kspace_changed, timeout=20000):
        session.study.open(path)


def _drag_over(panel: StudyPanel, mime: QMimeData) -> bool:
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(5, 5), ACTION, mime, button, keys)
    event.ignore()
    panel.dragEnterEvent(event)
    return event.isAccepted()


def _drop(panel: StudyPanel, mime: QMimeData) -> None:
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel.dropEvent(QDropEvent(QPointF(5, 5), ACTION, mime, button, keys, QEvent.Type.Drop))
