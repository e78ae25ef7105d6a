"""The mask panel with the real session and the real k-space view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from ksyn.data import KSpace
from ksyn_gui.engine import scans
from ksyn_gui.engine.masks import AS_ACQUIRED, FROM_FILE, PAINTED
from ksyn_gui.facts import MaskChoice
from ksyn_gui.mask_facts import facts_of
from ksyn_gui.panels.mask_panel import MaskPanel
from ksyn_gui.session import Session
from ksyn_gui.views.kspace_view import Brush, KSpaceView


@dataclass
class Desk:
    """A session with the demo open, the panel and the view, tied together as in the window."""

    session: Session
    panel: MaskPanel
    view: KSpaceView
    qtbot: QtBot

    @property
    def samples(self) -> np.ndarray:
        return self.session.sampling.mask.samples[0]

    def unmeasured_column(self) -> int:
        return int(np.flatnonzero(~self.samples.any(axis=0))[3])

    def pixel(self, ky: int, kx: int) -> QPoint:
        surface = self.view.canvas.surface
        return surface.pixel_of(self.view.canvas.place_of(ky, kx)).toPoint()

    def click(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def enter(self, option: str, number: str) -> None:
        _enter(self.qtbot, self.panel, option, number)

    def rest_on(self, widget: QWidget, pixel: QPoint) -> None:
        widget.window().activateWindow()
        self.qtbot.waitUntil(widget.window().isActiveWindow)
        for shift in (0, 1, 2):
            self.qtbot.mouseMove(widget, pixel + QPoint(shift, 0))
            self.qtbot.wait(30)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        field = self.view.canvas.surface.viewport()
        self.qtbot.mousePress(field, Qt.MouseButton.LeftButton, pos=self.pixel(*start))
        self.qtbot.mouseMove(field, self.pixel(*end))
        self.qtbot.mouseRelease(field, Qt.MouseButton.LeftButton, pos=self.pixel(*end))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    session = Session()
    panel, view = MaskPanel(session), KSpaceView()
    for widget in (panel, view):
        qtbot.addWidget(widget)
    _tie(session, panel, view)
    with qtbot.waitSignal(session.engine_changed, timeout=20000):
        session.load_engine()
    with qtbot.waitSignal(session.preview.point_spread_changed, timeout=20000):
        session.study.open("demo")
    panel.setGeometry(610, 0, 325, 700)  # beside the view: the mouse goes to what is on top
    view.resize(600, 600)
    for widget in (panel, view):
        widget.show()
    qtbot.waitUntil(lambda: view.shown is not None)
    yield Desk(session, panel, view, qtbot)
    assert session.close()
    session.deleteLater()


def _tie(session: Session, panel: MaskPanel, view: KSpaceView) -> None:
    session.study.kspace_changed.connect(view.set_kspace)
    session.sampling.mask_changed.connect(
        lambda m: view.set_mask(None if m is None else m.frame(0))
    )
    view.stroke_started.connect(panel.begin_stroke)
    view.stroked.connect(panel.stroke)
    view.stroke_finished.connect(panel.end_stroke)
    view.painting_changed.connect(panel.show_painting)
    view.brush_changed.connect(panel.show_brush)
    panel.painting_switched.connect(view.set_painting)
    panel.brush_chosen.connect(view.set_brush)


def test_a_scan_that_is_open_before_the_engine_is_loaded_has_its_form(qtbot: QtBot) -> None:
    session = Session()
    panel = MaskPanel(session)
    qtbot.addWidget(panel)
    with qtbot.waitSignal(session.preview.point_spread_changed, timeout=20000):
        session.study.open("demo")
    with qtbot.waitSignal(session.engine_changed, timeout=20000):
        session.load_engine()
    assert panel.patterns.seed.isEnabled()
    with qtbot.waitSignal(session.sampling.mask_changed, timeout=20000):
        _enter(qtbot, panel, "acs_lines", "40")
    assert facts_of(session.sampling.mask).centre[1] >= 40
    assert session.close()


def test_a_mouse_stroke_measures_every_line_it_crosses_and_is_one_step(desk: Desk) -> None:
    before, column = desk.samples.copy(), desk.unmeasured_column()
    desk.panel.by_hand.paint.click()
    desk.drag((40, column), (60, column + 30))
    assert desk.samples[:, column : column + 31].all()
    assert desk.session.sampling.mask.kind == PAINTED
    assert desk.panel.history.stack.count() == 1
    desk.panel.by_hand.undo.click()
    np.testing.assert_array_equal(desk.samples, before)
    assert desk.session.sampling.mask.kind != PAINTED
    desk.panel.by_hand.redo.click()
    assert desk.samples[:, column : column + 31].all()


def test_a_new_zero_filled_image_and_point_spread_follow_a_stroke(desk: Desk) -> None:
    desk.panel.by_hand.paint.click()
    shown_before = desk.panel.numbers.acceleration.text()
    seen = []
    desk.session.preview.zero_filled_changed.connect(seen.append)
    with desk.qtbot.waitSignal(desk.session.preview.point_spread_changed):
        desk.drag((40, desk.unmeasured_column()), (40, desk.unmeasured_column() + 20))
    assert seen
    assert desk.panel.numbers.acceleration.text() != shown_before
    assert (
        f"{desk.session.sampling.mask.acceleration:.2f}" in desk.panel.numbers.acceleration.text()
    )


def test_the_keyboard_paints_the_same_line_as_the_mouse(desk: Desk) -> None:
    column, surface = desk.unmeasured_column(), desk.view.canvas.surface
    surface.setFocus()
    desk.qtbot.keyClick(surface, Qt.Key.Key_B)
    assert desk.panel.by_hand.paint.isChecked()
    middle = desk.samples.shape[1] // 2
    desk.view.canvas.pointer.point_at(desk.view.canvas.place_of(100, middle))
    way = Qt.Key.Key_Right if column > middle else Qt.Key.Key_Left
    for _ in range(abs(column - middle)):
        desk.qtbot.keyClick(surface, way)
    desk.qtbot.keyClick(surface, Qt.Key.Key_Space)
    assert desk.samples[:, column].all()
    desk.qtbot.keyClick(surface, Qt.Key.Key_X)
    desk.qtbot.keyClick(surface, Qt.Key.Key_Space)
    assert not desk.samples[:, column].any()
    assert desk.panel.history.stack.count() == 2


def test_a_wide_point_brush_paints_a_disc_and_no_line(desk: Desk) -> None:
    column = desk.unmeasured_column()
    desk.panel.by_hand.points.click()
    desk.panel.by_hand.width_.setValue(5)
    desk.panel.by_hand.paint.click()
    assert (desk.view.brush, desk.view.brush_size) == (Brush.POINT, 5)
    desk.drag((50, column), (50, column))
    painted = desk.samples[48:53, column - 2 : column + 3]
    assert painted[2].all()
    assert painted[:, 2].all()
    assert not desk.samples[60:, column].any()


def test_brackets_in_the_view_change_the_width_in_the_panel(desk: Desk) -> None:
    surface = desk.view.canvas.surface
    surface.setFocus()
    desk.panel.by_hand.paint.click()
    desk.qtbot.keyClick(surface, Qt.Key.Key_BracketRight)
    desk.qtbot.keyClick(surface, Qt.Key.Key_BracketRight)
    assert desk.panel.by_hand.width_.value() == 3
    desk.qtbot.keyClick(surface, Qt.Key.Key_BracketLeft)
    assert desk.panel.by_hand.width_.value() == 2


def test_nothing_in_the_panel_moves_when_the_first_line_is_painted(desk: Desk) -> None:
    parts = (desk.panel.by_hand.erase, desk.panel.numbers, desk.panel.spread)
    desk.click(desk.panel.by_hand.paint)
    before = [part.mapTo(desk.panel, QPoint(0, 0)) for part in parts]
    with desk.qtbot.waitSignal(desk.session.preview.point_spread_changed):
        desk.drag((40, desk.unmeasured_column()), (40, desk.unmeasured_column()))
    desk.qtbot.wait(50)
    assert [part.mapTo(desk.panel, QPoint(0, 0)) for part in parts] == before
    assert not desk.panel.patterns.form.isEnabled()
    assert desk.panel.by_hand.geometry().bottom() < desk.panel.patterns.geometry().top()


def test_the_form_of_a_pattern_can_be_used_again_when_the_stroke_is_undone(desk: Desk) -> None:
    with desk.qtbot.waitSignal(desk.session.sampling.mask_changed):
        desk.enter("acs_lines", "32")
    desk.click(desk.panel.by_hand.paint)
    desk.drag((40, desk.unmeasured_column()), (40, desk.unmeasured_column()))
    desk.click(desk.panel.by_hand.undo)
    assert desk.panel.patterns.form.isEnabled()
    assert desk.panel.patterns.form.values() == {"acs_lines": 32}


def test_a_painted_mask_is_called_so_where_the_pattern_stood(desk: Desk) -> None:
    desk.click(desk.panel.by_hand.paint)
    desk.drag((40, desk.unmeasured_column()), (40, desk.unmeasured_column()))
    choice = desk.panel.patterns.choice
    assert choice.placeholderText() == "Painted by hand"
    words = choice.grab(QRect(30, 0, 60, choice.height())).toImage()
    rows = ({words.pixel(x, y) for x in range(60)} for y in range(words.height()))
    assert max(map(len, rows)) > 3


def test_exactly_one_of_paint_and_erase_is_lit_while_the_brush_is_in_hand(desk: Desk) -> None:
    hand, surface = desk.panel.by_hand, desk.view.canvas.surface
    keys = {"B": Qt.Key.Key_B, "X": Qt.Key.Key_X}
    surface.setFocus()
    for deed, lit in (
        (hand.paint, "paint"),
        (hand.erase, "erase"),
        (hand.erase, ""),
        (hand.erase, "erase"),
        (hand.paint, "paint"),
        (hand.paint, ""),
        ("B", "paint"),
        ("X", "erase"),
        ("B", ""),
    ):
        if isinstance(deed, str):
            desk.qtbot.keyClick(surface, keys[deed])
        else:
            desk.click(deed)
        now = [name for name in ("paint", "erase") if getattr(hand, name).isChecked()]
        assert now == ([lit] if lit else [])
        assert desk.view.painting == bool(lit)
        assert desk.view.erasing == (lit == "erase") or not lit


def test_a_click_on_erase_takes_lines_away(desk: Desk) -> None:
    column = int(np.flatnonzero(desk.samples.all(axis=0))[3])
    desk.click(desk.panel.by_hand.erase)
    desk.drag((40, column), (40, column))
    assert not desk.samples[:, column].any()


@pytest.mark.parametrize("painting", [True, False], ids=["painting", "looking"])
def test_no_tooltip_opens_over_the_samples(painting: bool, desk: Desk) -> None:
    desk.view.set_painting(painting)
    desk.drag((40, 30), (60, 40))
    desk.rest_on(desk.view.canvas.surface.viewport(), desk.pixel(60, 50))
    desk.qtbot.wait(1200)
    assert not QToolTip.isVisible()


def test_the_keys_of_k_space_are_told_over_its_title(desk: Desk) -> None:
    title = desk.view.header.findChild(QLabel)
    desk.rest_on(title, title.rect().center())
    desk.qtbot.waitUntil(QToolTip.isVisible)
    assert "Space paints" in QToolTip.text()
    QToolTip.hideText()


def test_a_value_that_is_refused_gives_way_to_the_one_in_force(desk: Desk) -> None:
    with desk.qtbot.waitSignal(desk.session.sampling.mask_changed):
        desk.enter("acs_lines", "32")
    with desk.qtbot.waitSignal(desk.session.news.error_raised) as said:
        desk.enter("acs_lines", "999")
    assert "999" in said.args[0].message
    assert desk.panel.patterns.form.field("acs_lines").editor.value() == 32
    assert desk.session.sampling.mask.options == {"acs_lines": 32}


def test_choosing_a_pattern_draws_it_and_can_be_undone(desk: Desk) -> None:
    before = desk.samples.copy()
    _choose(desk, "poisson")
    assert desk.session.sampling.mask.kind == "poisson"
    desk.panel.undo()
    np.testing.assert_array_equal(desk.samples, before)
    assert desk.panel.patterns.choice.currentData() == desk.session.sampling.mask.kind


def test_another_seed_draws_another_pattern_and_the_same_seed_the_same(desk: Desk) -> None:
    _choose(desk, "random")
    first = desk.samples.copy()
    for seed, same in ((5, False), (0, True)):
        with desk.qtbot.waitSignal(desk.session.sampling.mask_changed):
            desk.panel.patterns.seed.setValue(seed)
        assert np.array_equal(desk.samples, first) is same


def test_the_acceleration_of_the_form_reaches_the_mask(desk: Desk) -> None:
    _choose(desk, "random")
    with desk.qtbot.waitSignal(desk.session.sampling.mask_changed):
        desk.panel.patterns.form.field("acceleration").editor.setValue(8.0)
    assert desk.session.sampling.mask.acceleration == pytest.approx(8.0, rel=0.05)


def test_a_saved_mask_is_loaded_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.npy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    saved = desk.samples.copy()
    with desk.qtbot.waitSignal(desk.session.news.saved):
        desk.panel.by_hand.save.click()
    _choose(desk, "full")
    with desk.qtbot.waitSignal(desk.session.sampling.mask_changed):
        desk.panel.by_hand.load.click()
    np.testing.assert_array_equal(desk.samples, saved)
    assert desk.session.sampling.mask.kind == FROM_FILE
    assert "mine.npy" in desk.panel.patterns.choice.placeholderText()


def test_as_acquired_measures_all_of_a_fully_sampled_scan(desk: Desk) -> None:
    desk.panel.patterns.choice.activated.emit(desk.panel.patterns.choice.findData(AS_ACQUIRED))
    assert desk.samples.all()
    assert facts_of(desk.session.sampling.mask).centre == desk.session.sampling.mask.matrix


def test_the_padding_of_a_fully_sampled_scan_does_not_count_as_measured(
    desk: Desk, tmp_path: Path
) -> None:
    kspace = np.random.default_rng(0).normal(size=(2, 32, 32)).astype(np.complex64)
    kspace[..., :5], kspace[..., -4:] = 0, 0
    np.save(tmp_path / "padded.npy", kspace)
    with desk.qtbot.waitSignal(desk.session.sampling.mask_changed, timeout=20000):
        desk.session.study.open(tmp_path / "padded.npy")
    desk.qtbot.waitUntil(lambda: desk.session.study.reference is not None)
    _choose(desk, "full")
    assert facts_of(desk.session.sampling.mask).centre == (32, 23)


def test_a_centre_wider_than_asked_is_explained(desk: Desk) -> None:
    samples = np.zeros(desk.session.study.measured.matrix, bool)
    middle = samples.shape[1] // 2
    samples[:, middle - 12 : middle + 13] = True
    mask = MaskChoice(samples[None], "uniform", {"acs_lines": 24})
    desk.session.sampling.restore(mask)
    assert desk.panel.numbers.centre.text().startswith(f"{samples.shape[0]} × 25")
    assert desk.panel.numbers.remark.text() == "24 ACS lines asked for; 1 more beside them."
    desk.session.sampling.restore(replace(mask, options={"acs_lines": 25}))
    assert desk.panel.numbers.remark.isHidden()


def test_another_scan_forgets_what_could_be_undone(desk: Desk) -> None:
    _choose(desk, "full")
    assert desk.panel.history.stack.canUndo()
    signals = [
        desk.session.study.scan_changed,
        desk.session.study.kspace_changed,
        desk.session.sampling.mask_changed,
    ]
    with desk.qtbot.waitSignals(signals, timeout=20000):
        desk.session.study.open("demo")
    assert not desk.panel.history.stack.canUndo()
    assert desk.panel.numbers.acceleration.text() == "–"


def test_every_control_has_a_name_for_screen_readers(desk: Desk) -> None:
    panel = desk.panel
    controls = (
        panel.patterns.choice,
        panel.patterns.seed,
        panel.patterns.dice,
        panel.by_hand.width_,
        panel.by_hand.undo,
    )
    assert all(control.accessibleName() for control in controls)
    assert all(
        button.text()
        for button in (
            panel.by_hand.paint,
            panel.by_hand.erase,
            panel.by_hand.lines,
            panel.by_hand.points,
        )
    )


def _enter(qtbot: QtBot, panel: MaskPanel, option: str, number: str) -> None:
    box = panel.patterns.form.field(option).editor
    box.selectAll()
    qtbot.keyClicks(box, number)
    qtbot.keyClick(box, Qt.Key.Key_Return)


def _measured(kspace: np.ndarray) -> scans.Measured:
    samples = KSpace(torch.from_numpy(kspace)[None])
    acquired = np.ones((1, *kspace.shape[1:]), bool)
    return scans.Measured(None, 0, samples, acquired, True, None)


def _choose(desk: Desk, name: str) -> None:
    place = desk.panel.patterns.choice.findData(name)
    with desk.qtbot.waitSignal(desk.session.sampling.mask_changed, timeout=20000):
        desk.panel.patterns.choice.setCurrentIndex(place)
        desk.panel.patterns.choice.activated.emit(place)
