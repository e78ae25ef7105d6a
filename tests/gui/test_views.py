"""The views: what they draw and say."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from ksyn.labels import AI_RECONSTRUCTED, NOT_FOR_DIAGNOSIS, RECONSTRUCTED
from ksyn_gui.views.complex_modes import Mode, combined
from ksyn_gui.views.curve_plot import CurvePlot
from ksyn_gui.views.curve_view import CurveView
from ksyn_gui.views.error_view import ErrorKind, ErrorView
from ksyn_gui.views.image_view import ImageView
from ksyn_gui.views.kspace_view import COMBINED, Brush, KSpaceView
from ksyn_gui.views.newest import Newest
from ksyn_gui.views.point_spread_view import FLOOR, PointSpreadView, decibels

RNG = np.random.default_rng(2)
KSPACE = RNG.normal(size=(3, 32, 25, 2)).astype(np.float32).view(np.complex64)[..., 0]
IMAGE = RNG.normal(size=(21, 32, 2)).astype(np.float32).view(np.complex64)[..., 0]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def kspace(qtbot: QtBot) -> KSpaceView:
    view = _shown(qtbot, KSpaceView())
    view.set_kspace(KSPACE)
    qtbot.waitUntil(lambda: view.shown is not None)
    return view


# --- k-space ----------------------------------------------------------------------------------


def test_all_coils_are_combined_until_one_is_chosen(qtbot: QtBot, kspace: KSpaceView) -> None:
    np.testing.assert_allclose(kspace.shown, combined(KSPACE))
    with qtbot.waitSignal(kspace.coil_chosen) as chosen:
        qtbot.keyClick(kspace.canvas.surface, "k")
    assert chosen.args == [0]
    np.testing.assert_array_equal(kspace.shown, KSPACE[0])
    qtbot.keyClick(kspace.canvas.surface, "j")
    assert kspace.coil == COMBINED


def test_there_is_no_coil_beyond_the_last(qtbot: QtBot, kspace: KSpaceView) -> None:
    for _ in range(9):
        qtbot.keyClick(kspace.canvas.surface, "k")
    assert kspace.coil == 2


def test_m_goes_through_all_modes_and_back_to_the_first(qtbot: QtBot, kspace: KSpaceView) -> None:
    seen = []
    kspace.mode_changed.connect(seen.append)
    for _ in Mode:
        qtbot.keyClick(kspace.canvas.surface, "m")
    assert seen == [*list(Mode)[1:], Mode.LOG]
    qtbot.keyClick(kspace.canvas.surface, "m", Qt.KeyboardModifier.ShiftModifier)
    assert kspace.mode is Mode.COLOUR


def test_the_cursor_says_kx_ky_and_the_complex_value(kspace: KSpaceView) -> None:
    kspace.set_coil(1)
    kspace.set_mask(np.zeros((32, 25), bool))
    kspace.canvas.pointer.point_at(kspace.canvas.place_of(10, 20))
    value = KSPACE[1, 10, 20]
    for part in ("kx +8", "ky −6", f"{value.real:.3g}", f"{abs(value):.3g}", "not measured"):
        assert part.replace("-", "−") in kspace.canvas.readout


def test_samples_lie_one_over_the_field_of_view_apart(kspace: KSpaceView) -> None:
    kspace.set_voxel_size(2e-3, 1e-3)
    place = kspace.canvas.place_of(16 + 1, 12 + 1)
    assert place.y() == pytest.approx(1 / (32 * 2e-3))
    assert place.x() == pytest.approx(1 / (25 * 1e-3))


def test_the_mask_tints_what_is_measured_and_what_is_not(qtbot: QtBot, kspace: KSpaceView) -> None:
    mask = np.zeros((32, 25), bool)
    mask[:, 12] = True
    kspace.set_mask(mask)
    qtbot.waitUntil(lambda: kspace.canvas.surface.overlay.isVisible())
    pixels = kspace.canvas.surface.overlay.pixels
    assert len({int(pixel) for pixel in pixels[:, 12]}) == 1
    assert pixels[0, 12] != pixels[0, 0]
    assert "4.0 %" in kspace.canvas.caption
    kspace.set_overlay_shown(False)
    assert not kspace.canvas.surface.overlay.isVisible()


def test_predicted_samples_are_called_generated_and_carry_the_strip(kspace: KSpaceView) -> None:
    kspace.set_mask(np.zeros((32, 25), bool))
    assert kspace.canvas.strip == NOT_FOR_DIAGNOSIS
    kspace.set_predicted(KSPACE[0] * 2)
    kspace.canvas.pointer.point_at(kspace.canvas.place_of(10, 20))
    assert "generated" in kspace.canvas.readout
    assert kspace.canvas.strip == RECONSTRUCTED
    kspace.set_predicted(KSPACE[0], learned=True)
    assert kspace.canvas.strip == AI_RECONSTRUCTED
    kspace.set_predicted(None)
    assert kspace.canvas.strip == NOT_FOR_DIAGNOSIS


def test_a_drag_of_the_brush_is_one_connected_stroke(qtbot: QtBot, kspace: KSpaceView) -> None:
    parts: list[tuple] = []
    kspace.stroked.connect(lambda *part: parts.append(part))
    kspace.set_painting(True)
    kspace.set_brush(erasing=True)
    with qtbot.waitSignals([kspace.stroke_started, kspace.stroke_finished]):
        _drag(qtbot, kspace, [(5, 4), (9, 10), (20, 15)])
    assert parts == [
        ((5, 4), (5, 4), True),
        ((5, 4), (9, 10), True),
        ((9, 10), (20, 15), True),
    ]


def test_without_the_brush_nothing_is_stroked(qtbot: QtBot, kspace: KSpaceView) -> None:
    with qtbot.assertNotEmitted(kspace.stroke_started):
        _drag(qtbot, kspace, [(5, 4), (9, 10)])


def test_the_footprint_shows_what_the_brush_would_cover(kspace: KSpaceView) -> None:
    kspace.set_brush(Brush.POINT, size=3)
    assert kspace.covered((5, 6)) == (slice(4, 7), slice(5, 8))
    assert kspace.covered((0, 24)) == (slice(0, 2), slice(23, 25))
    kspace.set_brush(Brush.COLUMN, size=2)
    assert kspace.covered((5, 6)) == (slice(0, 32), slice(6, 8))


def test_the_brush_claims_its_keys_only_while_it_is_held(qtbot: QtBot, kspace: KSpaceView) -> None:
    surface = kspace.canvas.surface
    qtbot.keyClick(surface, Qt.Key.Key_BracketRight)
    assert kspace.brush_size == 1
    qtbot.keyClick(surface, "b")
    qtbot.keyClick(surface, Qt.Key.Key_BracketRight)
    qtbot.keyClick(surface, "t")
    assert (kspace.brush_size, kspace.brush) == (2, Brush.POINT)


def test_a_menu_with_the_same_key_waits_until_the_brush_is_put_away(qtbot: QtBot) -> None:
    window, view, triggered = QMainWindow(), KSpaceView(), []
    action = window.addAction("Next frame")
    action.setShortcut("]")
    action.triggered.connect(lambda: triggered.append(True))
    window.setCentralWidget(view)
    _shown(qtbot, window)
    view.set_kspace(KSPACE[:1])
    with qtbot.waitActive(window):
        window.activateWindow()
    view.canvas.surface.setFocus()
    view.set_painting(True)
    qtbot.keyClick(view.canvas.surface, Qt.Key.Key_BracketRight)
    assert (view.brush_size, len(triggered)) == (2, 0)
    view.set_painting(False)
    qtbot.keyClick(view.canvas.surface, Qt.Key.Key_BracketRight)
    assert (view.brush_size, len(triggered)) == (2, 1)


def test_nothing_is_drawn_when_the_scan_is_closed(kspace: KSpaceView) -> None:
    kspace.set_kspace(None)
    assert kspace.canvas.is_empty
    assert kspace.shown is None


# --- images -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(Mode))
def test_an_image_is_shown_in_every_mode(qtbot: QtBot, mode: Mode) -> None:
    view = _shown(qtbot, ImageView("Reconstruction", reconstructed=True))
    view.set_image(IMAGE)
    view.set_mode(mode)
    assert view.canvas.surface.image.pixels.shape == IMAGE.shape
    assert len(np.unique(view.canvas.surface.image.pixels)) > 50


def test_a_reconstructed_view_says_so_even_when_it_is_empty(qtbot: QtBot) -> None:
    view = _shown(qtbot, ImageView("Reconstruction", reconstructed=True))
    assert view.canvas._strip.isVisible()
    view.set_image(None)
    assert view.canvas.strip == RECONSTRUCTED
    assert _shown(qtbot, ErrorView()).canvas.strip == RECONSTRUCTED


def test_the_error_is_the_difference_of_magnitudes(qtbot: QtBot) -> None:
    view = _error(qtbot)
    np.testing.assert_allclose(view.error(), np.abs(IMAGE) - 1, rtol=1e-6)
    view.set_kind(ErrorKind.ABSOLUTE)
    np.testing.assert_allclose(view.error(), np.abs(np.abs(IMAGE) - 1), rtol=1e-6)


def test_a_larger_scale_reaches_full_colour_at_a_smaller_error(qtbot: QtBot) -> None:
    view = _error(qtbot)
    view.set_scale(5)
    five = view.canvas.levels
    view.set_scale(10)
    assert five.low == -five.high
    assert view.canvas.levels.high == pytest.approx(five.high / 2)
    assert "×10" in view.canvas.caption


def test_the_deviation_of_samples_stands_in_for_the_error_at_its_scale(qtbot: QtBot) -> None:
    view = _error(qtbot)
    view.set_kind(ErrorKind.ABSOLUTE)
    levels = view.canvas.levels
    view.set_kind(ErrorKind.DEVIATION)
    assert view.error() is None
    assert "Samples to 2" in view.canvas.caption
    deviation = np.full((8, 8), 0.1, np.float32)
    view.set_deviation(deviation)
    view.set_image(np.ones((8, 8), np.complex64))
    np.testing.assert_array_equal(view.error(), deviation)
    assert view.canvas.levels == levels


def test_without_a_reference_there_is_no_error_to_show(qtbot: QtBot) -> None:
    view = _shown(qtbot, ErrorView())
    view.set_image(IMAGE)
    assert view.error() is None
    assert "no reference" in view.canvas.caption


# --- point spread, curves ---------------------------------------------------------------------


def test_decibels_are_zero_at_the_peak_and_stop_at_the_floor() -> None:
    values = decibels(np.array([[2.0, 0.2, 0.0]], np.float32))
    np.testing.assert_allclose(values, [[0.0, -20.0, FLOOR]], atol=1e-4)
    assert (decibels(np.zeros((2, 2), np.float32)) == FLOOR).all()


def test_the_point_spread_names_its_highest_side_lobe(qtbot: QtBot) -> None:
    view = _shown(qtbot, PointSpreadView())
    spread = np.zeros((8, 10), np.float32)
    spread[4, 5], spread[4, 2] = 1.0, 0.1
    view.set_point_spread(spread, 0.1)
    assert "side lobe −20.0 dB" in view.canvas.caption
    assert view.profiles[0].values[2] == pytest.approx(-20)
    assert view.profiles[1].values.tolist() == pytest.approx([FLOOR] * 4 + [0] + [FLOOR] * 3)


def test_a_line_of_one_pixel_is_seen_in_a_field_of_half_its_pixels(qtbot: QtBot) -> None:
    view = _shown(qtbot, PointSpreadView())
    view.resize(180, 260)
    qtbot.wait(10)
    spread = np.zeros((301, 300), np.float32)
    spread[150] = 0.5
    spread[150, 150] = 1.0
    view.set_point_spread(spread, 0.5)
    lit = (view.canvas.values[:, 0] > FLOOR).sum()
    assert lit >= 301 / (view.canvas.surface.extent.height() * view.canvas.surface.scale_factor())
    view.canvas.zoom(10.0)
    assert (view.canvas.values[:, 0] > FLOOR).sum() == 1


def test_a_click_on_a_curve_goes_to_the_nearest_step(qtbot: QtBot) -> None:
    view = _curves(qtbot)
    plot = view.plots[1]
    pixel = plot.mapTo(view, QPoint(round(plot._point(6, 0.5).x()), 60))
    with qtbot.waitSignal(view.step_chosen) as chosen:
        qtbot.mouseClick(view, LEFT, pos=pixel)
    assert chosen.args == [6]


def test_arrow_keys_step_through_the_curve(qtbot: QtBot) -> None:
    view, chosen = _curves(qtbot), []
    view.step_chosen.connect(chosen.append)
    view.set_current(4)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(view, key)
    assert chosen == [6, 4, 0, 8]


def test_the_best_step_is_the_highest_psnr_and_the_lowest_nmse(qtbot: QtBot) -> None:
    psnr, nmse, residual = _curves(qtbot).plots
    assert psnr.best == (6, 33.0)
    assert nmse.best == (2, 0.1)
    assert residual.best is None


def test_values_that_cannot_be_drawn_are_left_out(qtbot: QtBot) -> None:
    view = _shown(qtbot, CurveView())
    steps = np.arange(4.0)
    view.set_curves({"nmse": (steps, np.array([0.0, np.nan, 0.5, 0.1])), "ssim": ([], [])})
    view.draw_now()
    assert view.plots[0].curve[0].tolist() == [2.0, 3.0]
    assert [plot.name for plot in view.plots] == ["nmse"]


def test_plots_are_kept_from_run_to_run_and_stand_in_the_order_of_the_curves(qtbot: QtBot) -> None:
    view, curve = _shown(qtbot, CurveView()), (np.arange(3.0), np.arange(3.0))
    view.set_curves({"psnr": curve})
    view.draw_now()
    (kept,) = view.plots
    qtbot.waitUntil(kept.isVisible)
    view.set_curves({})
    view.draw_now()
    assert view.plots == []
    assert kept.isHidden()
    view.set_curves({"data_residual": curve, "psnr": curve})
    view.draw_now()
    assert view.plots[1] is kept
    qtbot.waitUntil(lambda: view.plots[1].x() + view.plots[1].y() > 0 and kept.isVisible())
    assert (view.plots[0].x(), view.plots[0].y()) < (kept.x(), kept.y())


def test_a_curve_without_a_value_has_no_numbers_of_the_last_one(qtbot: QtBot) -> None:
    view, steps = _shown(qtbot, CurveView()), np.arange(3.0)
    for values in (np.array([0.3, 0.2, 0.1]), np.zeros(3)):  # zeros have no logarithm
        view.set_curves({"data_residual": (steps, values)})
        view.draw_now()
    (plot,) = view.plots
    assert len(plot.curve[0]) == 0
    assert not plot._plot._values
    assert not plot._plot._steps


def test_a_step_stands_at_the_same_place_in_all_curves(qtbot: QtBot) -> None:
    view, steps = _shown(qtbot, CurveView()), np.arange(9.0)
    view.resize(900, 160)
    later = steps[4:]  # metrics may begin later, and end earlier
    view.set_curves({"data_residual": (steps, 1 / (steps + 1)), "psnr": (later, 30 + later)})
    view.draw_now()
    residual, psnr = view.plots
    qtbot.waitUntil(lambda: abs(residual.width() - psnr.width()) <= 1)
    for step in (4, 8):
        assert residual._point(step, 0.2).x() == pytest.approx(psnr._point(step, 34).x(), abs=2)
    assert [text for _, text in psnr._plot._steps] == ["1", "9"]


def test_the_grid_follows_the_numbers(qtbot: QtBot) -> None:
    steps, values = np.arange(3.0), np.array([30.0, 33.0, 36.0])
    pictures = []
    for earlier in (values, np.array([30.0, 30.5, 31.0])):
        plot = _shown(qtbot, CurvePlot("psnr"))
        plot.resize(300, 120)
        for drawn in (earlier, values):
            plot.set_curve(steps, drawn, None)
            qtbot.wait(50)
        pictures.append(plot.grab().toImage())
    assert pictures[0] == pictures[1]


def test_a_curve_that_is_zero_throughout_says_so(qtbot: QtBot) -> None:
    view, steps = _shown(qtbot, CurveView()), np.arange(3.0)
    view.set_curves({"data_residual": (steps, np.zeros(3))})
    view.draw_now()
    (plot,) = view.plots
    assert plot._plot.words == "0 at every step"
    assert "0 at every step" in plot.words
    view.set_curves({"data_residual": (steps, np.ones(3))})
    view.draw_now()
    assert plot._plot.words == ""


def test_a_curve_begins_anew_with_each_sample(qtbot: QtBot) -> None:
    view, steps = _shown(qtbot, CurveView()), np.arange(6.0)
    view.set_curves({"psnr": (steps, 30 + steps % 3)}, sample_starts=(3,))
    view.draw_now()
    path = view.plots[0]._plot.curve.getPath()
    moves = [path.elementAt(n).isMoveTo() for n in range(path.elementCount())]
    assert [n for n, move in enumerate(moves) if move] == [0, 3]


def test_the_title_of_a_narrow_curve_gives_way_to_its_value(qtbot: QtBot) -> None:
    plot = _shown(qtbot, CurvePlot("data_residual"))
    plot.set_curve(np.arange(3.0), np.array([0.3, 0.2, 0.1]), None)
    plot.resize(plot.minimumSize())
    title, number = plot._title, plot._number
    qtbot.waitUntil(lambda: title.geometry().right() < number.geometry().left())
    assert number.width() >= number.sizeHint().width()
    plot.resize(300, 100)
    qtbot.waitUntil(lambda: title.width() >= title.sizeHint().width())


def test_one_step_and_a_flat_curve_are_painted(qtbot: QtBot) -> None:
    view = _shown(qtbot, CurveView())
    for steps in ([0.0], [0.0, 1.0, 2.0]):
        view.set_curves({"data_residual": (np.array(steps), np.zeros(len(steps)) + 0.2)})
        view.draw_now()
        view.set_current(0)
        assert not view.grab().isNull()


# --- work beside the GUI thread ---------------------------------------------------------------


def test_only_the_newest_of_those_that_wait_is_run(qtbot: QtBot) -> None:
    newest, begun, gate = Newest(), [], threading.Event()
    newest.submit(lambda: gate.wait(5))
    for number in range(5):
        newest.submit(lambda number=number: begun.append(number))
    gate.set()
    qtbot.waitUntil(lambda: begun == [4])
    qtbot.wait(50)
    assert begun == [4]


def test_what_was_forgotten_is_not_delivered(qtbot: QtBot) -> None:
    newest, gate, delivered = Newest(), threading.Event(), []
    newest.finished.connect(delivered.append)
    newest.submit(lambda: gate.wait(5))
    newest.forget()
    newest.submit(lambda: "new")
    gate.set()
    qtbot.waitUntil(lambda: bool(delivered))
    qtbot.wait(30)
    assert delivered == ["new"]


def test_an_error_in_the_work_is_raised_in_the_gui_thread(qtbot: QtBot) -> None:
    newest = Newest()
    with qtbot.captureExceptions() as raised:
        newest.submit(lambda: 1 / 0)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError


def test_coils_are_combined_beside_the_gui_thread(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    monkeypatch.setattr(
        "ksyn_gui.views.kspace_view.combined",
        lambda samples: threads.append(threading.get_ident()) or samples[0],
    )
    view = _shown(qtbot, KSpaceView())
    view.set_kspace(KSPACE)
    qtbot.waitUntil(lambda: view.shown is not None)
    assert threads
    assert threading.get_ident() not in threads


def _shown(qtbot: QtBot, view):
    qtbot.addWidget(view)
    view.resize(420, 380)
    view.show()
    return view


def _error(qtbot: QtBot) -> ErrorView:
    view = _shown(qtbot, ErrorView())
    view.set_reference(np.ones(IMAGE.shape, np.float32))
    view.set_image(IMAGE)
    return view


def _curves(qtbot: QtBot) -> CurveView:
    view, steps = _shown(qtbot, CurveView()), np.array([0.0, 2.0, 4.0, 6.0, 8.0])
    view.resize(900, 160)
    view.set_curves(
        {
            "psnr": (steps, np.array([30.0, 31, 32, 33, 32])),
            "nmse": (steps, np.array([0.4, 0.1, 0.2, 0.2, 0.2])),
            "data_residual": (steps, np.array([0.4, 0.3, 0.2, 0.1, 0.1])),
        }
    )
    view.draw_now()
    qtbot.wait(10)
    return view


def _drag(qtbot: QtBot, view: KSpaceView, samples: list[tuple[int, int]]) -> None:
    canvas = view.canvas
    field = canvas.surface.viewport()
    pixels = [canvas.surface.pixel_of(canvas.place_of(*s)).toPoint() for s in samples]
    qtbot.mousePress(field, LEFT, pos=pixels[0])
    for pixel in pixels[1:]:
        qtbot.mouseMove(field, pixel)
    qtbot.mouseRelease(field, LEFT, pos=pixels[-1])
