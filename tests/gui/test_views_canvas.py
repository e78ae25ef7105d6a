"""Canvases under real mouse and key events, alone and linked."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ksyn.labels import AI_RECONSTRUCTED
from ksyn_gui.views.canvas import ArrayCanvas, Tool
from ksyn_gui.views.levels import Levels, between, preset_levels, symmetric
from ksyn_gui.views.links import Link, Links
from ksyn_gui.views.luts import SIGNED
from ksyn_gui.views.surface import Port

RIGHT, LEFT, MIDDLE = (
    Qt.MouseButton.RightButton,
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
)
VALUES = np.random.default_rng(1).random((64, 48), np.float32)


@pytest.fixture
def canvas(qtbot: QtBot) -> ArrayCanvas:
    return _canvas(qtbot)


def test_a_right_drag_changes_window_and_level_whatever_the_tool(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    before = canvas.levels
    canvas.set_tool(Tool.PAN)
    with qtbot.waitSignal(canvas.levels_changed):
        _drag(qtbot, canvas, RIGHT, (60, 30))
    assert canvas.levels.window > before.window
    assert canvas.levels.level > before.level
    assert canvas.level_choice.preset is None


@pytest.mark.parametrize("button", [RIGHT, LEFT])
def test_a_drag_of_window_and_level_leaves_the_crosshair_where_it_is(
    qtbot: QtBot, canvas: ArrayCanvas, button: Qt.MouseButton
) -> None:
    qtbot.keyClick(canvas.surface, "h")
    qtbot.mouseMove(_field(canvas), QPoint(90, 100))
    place = canvas.pointer.place
    _drag(qtbot, canvas, button, (60, 30), start=(90, 100))
    assert canvas.pointer.place == place
    qtbot.mouseMove(_field(canvas), QPoint(120, 140))
    assert canvas.pointer.place != place


def test_a_hand_that_shakes_while_it_clicks_changes_nothing(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    before = canvas.levels
    _drag(qtbot, canvas, LEFT, (1, 1))
    assert canvas.levels == before


def test_a_double_click_asks_for_room_and_leaves_the_levels(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    before = canvas.levels
    with qtbot.waitSignal(canvas.maximise_requested):
        qtbot.mouseDClick(_field(canvas), LEFT)
    assert canvas.levels == before


def test_a_middle_drag_carries_the_picture_along(qtbot: QtBot, canvas: ArrayCanvas) -> None:
    place = canvas.surface.place_of(QPointF(100, 100))
    with qtbot.waitSignal(canvas.port_chosen):
        _drag(qtbot, canvas, MIDDLE, (40, -25), start=(100, 100))
    there = canvas.surface.place_of(QPointF(140, 75))
    assert (there.x(), there.y()) == pytest.approx((place.x(), place.y()))


def test_the_wheel_zooms_with_control_about_the_pointer_and_scrolls_without(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    pixel = QPointF(90, 120)
    place, scale = canvas.surface.place_of(pixel), canvas.surface.scale_factor()
    _wheel(canvas, pixel, 120, Qt.KeyboardModifier.ControlModifier)
    assert canvas.surface.scale_factor() > scale
    after = canvas.surface.place_of(pixel)
    assert (after.x(), after.y()) == pytest.approx((place.x(), place.y()))
    with qtbot.waitSignal(canvas.scrolled) as scrolled:
        _wheel(canvas, pixel, -120)
    assert scrolled.args == [1]


def test_small_turns_of_a_touch_pad_add_up_to_one_slice(canvas: ArrayCanvas) -> None:
    steps: list[int] = []
    canvas.scrolled.connect(steps.append)
    for _ in range(8):
        _wheel(canvas, QPointF(50, 50), -30)
    assert steps == [1, 1]


@pytest.mark.parametrize("key", [0, 2, 5, 6, 7, 8])
def test_number_keys_set_presets(qtbot: QtBot, canvas: ArrayCanvas, key: int) -> None:
    qtbot.keyClick(canvas.surface, str(key))
    assert canvas.levels == preset_levels(key, VALUES)


def test_the_ninth_key_remembers_my_own_levels(qtbot: QtBot, canvas: ArrayCanvas) -> None:
    canvas.level_choice.choose(Levels(0.25, 0.5))
    qtbot.keyClick(canvas.surface, Qt.Key.Key_9, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(canvas.surface, "5")
    qtbot.keyClick(canvas.surface, "9")
    assert canvas.levels == Levels(0.25, 0.5)


def test_levels_by_keyboard_go_where_the_mouse_goes(qtbot: QtBot, canvas: ArrayCanvas) -> None:
    before = canvas.levels
    qtbot.keyClick(canvas.surface, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert canvas.levels.window > before.window
    assert canvas.levels.level == pytest.approx(before.level)


def test_arrows_scroll_until_there_is_a_crosshair_to_move(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    steps: list[int] = []
    canvas.scrolled.connect(steps.append)
    qtbot.keyClick(canvas.surface, Qt.Key.Key_Down)
    qtbot.keyClick(canvas.surface, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert steps == [1, -10]
    qtbot.keyClick(canvas.surface, "h")
    before = canvas.sample_at(canvas.pointer.place)
    qtbot.keyClick(canvas.surface, Qt.Key.Key_Down)
    qtbot.keyClick(canvas.surface, Qt.Key.Key_Right)
    assert canvas.sample_at(canvas.pointer.place) == (before[0] + 1, before[1] + 1)
    assert steps == [1, -10]


def test_invert_turns_black_into_white(qtbot: QtBot, canvas: ArrayCanvas) -> None:
    before = canvas.surface.image.pixels.copy()
    qtbot.keyClick(canvas.surface, "i")
    np.testing.assert_array_equal(canvas.surface.image.pixels ^ before, np.full((64, 48), 0xFFFFFF))


def test_letters_choose_the_tool_of_the_left_button(qtbot: QtBot, canvas: ArrayCanvas) -> None:
    for letter, tool in (("p", Tool.PAN), ("z", Tool.ZOOM), ("s", Tool.SCROLL), ("w", Tool.LEVELS)):
        qtbot.keyClick(canvas.surface, letter)
        assert canvas.tool is tool


def test_an_empty_picture_has_no_bars(canvas: ArrayCanvas) -> None:
    canvas.set_pixel_size(1.0, 1.0, "mm")
    canvas.set_values(VALUES)
    assert _corner(canvas) > 200  # the scale bar
    canvas.clear()
    assert _corner(canvas) < 50


def _corner(canvas: ArrayCanvas) -> int:
    """Return how bright the brightest pixel at the bottom right is."""
    picture = canvas.surface.viewport().grab().toImage()
    width, height = picture.width(), picture.height()
    spots = ((width - x, height - y) for x in range(10, 40) for y in range(5, 14))
    return max(picture.pixelColor(x, y).lightness() for x, y in spots)


def test_recolouring_leaves_the_values_alone(canvas: ArrayCanvas) -> None:
    values = canvas.values
    canvas.level_choice.choose(Levels(0.0, 0.1))
    assert canvas.values is values


def test_a_pixel_is_as_large_as_the_voxel_in_both_directions(canvas: ArrayCanvas) -> None:
    canvas.set_pixel_size(2.0, 0.5)
    first = canvas.surface.pixel_of(canvas.place_of(0, 0))
    second = canvas.surface.pixel_of(canvas.place_of(1, 4))
    assert second.x() - first.x() == pytest.approx(second.y() - first.y())


@pytest.mark.parametrize("shape", [(5, 4), (4, 5), (7, 7)])
def test_the_origin_is_the_middle_sample(canvas: ArrayCanvas, shape: tuple[int, int]) -> None:
    canvas.set_values(np.zeros(shape))
    assert canvas.sample_at(QPointF(0, 0)) == (shape[0] // 2, shape[1] // 2)
    assert canvas.sample_at(canvas.place_of(1, 3)) == (1, 3)


def test_the_readout_says_where_the_pointer_is_and_what_is_there(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    pixel = canvas.surface.pixel_of(canvas.place_of(10, 20)).toPoint()
    with qtbot.waitSignal(canvas.readout_changed):
        qtbot.mouseMove(_field(canvas), pixel)
    assert f"{VALUES[10, 20]:.4g}" in canvas.readout
    assert "mm" in canvas.readout


def test_new_values_keep_levels_that_were_set_by_hand(canvas: ArrayCanvas) -> None:
    canvas.level_choice.choose(Levels(0.2, 0.3))
    canvas.set_values(VALUES * 10)
    assert canvas.levels == Levels(0.2, 0.3)
    canvas.apply_preset(0)
    canvas.set_values(VALUES * 100)
    assert canvas.levels == preset_levels(0, VALUES * 100)


def test_another_matrix_is_shown_whole_and_the_same_one_stays_zoomed(canvas: ArrayCanvas) -> None:
    canvas.zoom(4.0)
    canvas.set_values(VALUES + 1)
    assert not canvas.surface.is_fitted
    canvas.set_values(np.zeros((20, 20)))
    assert canvas.surface.is_fitted


def test_the_strip_can_be_replaced_but_never_put_away(qtbot: QtBot) -> None:
    canvas = _canvas(qtbot, strip=AI_RECONSTRUCTED)
    canvas.set_strip("")
    qtbot.keyClick(canvas.surface, "o")
    canvas.clear()
    assert canvas.strip == AI_RECONSTRUCTED
    assert canvas._strip.isVisible()
    assert not canvas._caption.isVisible()


def test_the_strip_covers_nothing_of_the_picture(qtbot: QtBot) -> None:
    canvas = _canvas(qtbot, strip=AI_RECONSTRUCTED)
    bottom = canvas.surface.pixel_of(canvas.surface.extent.bottomLeft())
    assert bottom.y() <= canvas._strip.y() + 0.5


def test_a_caption_that_is_wider_than_the_picture_is_broken_into_lines(
    canvas: ArrayCanvas,
) -> None:
    canvas.set_caption("blue: measured (32.0 %), dark: not measured, orange: generated")
    label = canvas._caption
    assert label.geometry().right() < _field(canvas).width()
    assert label.height() >= label.heightForWidth(label.width())


def test_words_have_a_narrow_picture_to_themselves(canvas: ArrayCanvas) -> None:
    canvas.set_values(np.zeros((64, 48)))
    wide = canvas.surface.viewport().grab().toImage()
    canvas.resize(220, 320)
    narrow = canvas.surface.viewport().grab().toImage()
    brightest = [_right_edge(picture) for picture in (wide, narrow)]
    assert brightest[0] > 200
    assert brightest[1] < 200


def test_a_screen_reader_hears_what_is_shown(qtbot: QtBot) -> None:
    canvas = _canvas(qtbot, strip=AI_RECONSTRUCTED)
    canvas.set_caption("Reconstruction 3/8")
    qtbot.waitUntil(lambda: "3/8" in canvas.surface.accessibleDescription())
    assert canvas.surface.accessibleName() == "picture"
    assert AI_RECONSTRUCTED in canvas.surface.accessibleDescription()


# --- links ------------------------------------------------------------------------------------


def test_zoom_is_shared_within_a_plane_only(qtbot: QtBot) -> None:
    links, (first, second, kspace) = Links(), [_canvas(qtbot) for _ in range(3)]
    for canvas, plane in ((first, "image"), (second, "image"), (kspace, "k-space")):
        links.add(canvas, plane=plane)
    qtbot.keyClick(first.surface, "+")
    assert second.surface.port == first.surface.port
    assert kspace.surface.is_fitted
    qtbot.keyClick(second.surface, "=")
    assert first.surface.is_fitted


def test_levels_are_shared_within_a_quantity_only(qtbot: QtBot) -> None:
    links, (image, reference, error) = Links(), [_canvas(qtbot) for _ in range(3)]
    links.add(image, quantity="image", leads=False)
    links.add(reference, quantity="image")
    links.add(error)
    image.level_choice.choose(Levels(0.0, 7.0))
    assert reference.levels == Levels(0.0, 7.0)
    assert error.levels != Levels(0.0, 7.0)


def test_a_canvas_that_comes_late_shows_what_the_others_show(qtbot: QtBot) -> None:
    links, (first, late) = Links(), [_canvas(qtbot) for _ in range(2)]
    links.add(first, quantity="image")
    first.level_choice.choose(Levels(0.0, 7.0))
    first.zoom(2.0)
    links.add(late, quantity="image")
    assert late.levels == Levels(0.0, 7.0)
    assert late.surface.port == first.surface.port


def test_one_canvas_leads_and_the_noise_of_another_changes_no_levels(qtbot: QtBot) -> None:
    links, (image, reference) = Links(), [_canvas(qtbot) for _ in range(2)]
    links.add(image, quantity="image", leads=False)
    links.add(reference, quantity="image")
    reference.set_values(VALUES * 3)
    image.set_values(VALUES * 1000)
    assert image.levels == reference.levels == preset_levels(0, VALUES * 3)
    links.switch(Link.LEVELS, False)
    image.set_values(VALUES * 1000)
    assert image.levels == preset_levels(0, VALUES * 1000)
    assert reference.levels == preset_levels(0, VALUES * 3)
    links.switch(Link.LEVELS, True)
    assert image.levels == reference.levels


def test_the_pointer_shows_the_value_of_the_same_place_everywhere(qtbot: QtBot) -> None:
    links, (first, second) = Links(), [_canvas(qtbot) for _ in range(2)]
    second.set_values(VALUES * 2)
    for canvas in (first, second):
        links.add(canvas)
    first.pointer.point_at(first.place_of(10, 20))
    assert f"{2 * VALUES[10, 20]:.4g}" in second.readout
    links.switch(Link.CROSSHAIR, False)
    first.pointer.point_at(first.place_of(11, 20))
    assert f"{2 * VALUES[10, 20]:.4g}" in second.readout


def test_slices_scroll_together_or_alone(qtbot: QtBot) -> None:
    links, canvas = Links(), _canvas(qtbot)
    links.add(canvas)
    with qtbot.waitSignal(links.scrolled) as together:
        canvas.scrolled.emit(2)
    links.switch(Link.SCROLL, False)
    with qtbot.waitSignal(links.scrolled_alone) as alone, qtbot.assertNotEmitted(links.scrolled):
        canvas.scrolled.emit(3)
    assert together.args == [2]
    assert alone.args == [canvas, 3]


def test_switching_zoom_on_brings_the_views_together(qtbot: QtBot) -> None:
    links, (first, second) = Links(), [_canvas(qtbot) for _ in range(2)]
    for canvas in (first, second):
        links.add(canvas)
    links.switch(Link.ZOOM, False)
    first.set_port(Port(3.0, 4.0, 10.0))
    second.zoom(2.0)
    assert second.surface.port != first.surface.port
    links.switch(Link.ZOOM, True)
    assert second.surface.port == first.surface.port


def _canvas(qtbot: QtBot, strip: str = "") -> ArrayCanvas:
    canvas = ArrayCanvas("picture", strip=strip)
    qtbot.addWidget(canvas)
    canvas.resize(300, 320)
    canvas.show()
    canvas.set_values(VALUES)
    return canvas


def _right_edge(picture: QImage) -> int:
    """Return how bright the brightest pixel is where the upper half of the colour bar is."""
    width, height = picture.width(), picture.height()
    spots = ((width - x, y) for x in range(8, 24) for y in range(height // 4, height // 2))
    return max(picture.pixelColor(*spot).lightness() for spot in spots)


def _field(canvas: ArrayCanvas):
    return canvas.surface.viewport()


def _drag(qtbot, canvas, button, by, start=(80, 80)) -> None:
    first, last = QPoint(*start), QPoint(start[0] + by[0], start[1] + by[1])
    qtbot.mousePress(_field(canvas), button, pos=first)
    qtbot.mouseMove(_field(canvas), first)
    qtbot.mouseMove(_field(canvas), last)
    qtbot.mouseRelease(_field(canvas), button, pos=last)


def _wheel(canvas, pixel: QPointF, turn: int, keys=Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        pixel,
        _field(canvas).mapToGlobal(pixel),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(_field(canvas), event)


@pytest.mark.parametrize("key", range(10))
def test_zero_stays_in_the_middle_of_two_colours_whatever_key_is_pressed(
    qtbot: QtBot, canvas: ArrayCanvas, key: int
) -> None:
    canvas.set_look(SIGNED, symmetric, "")
    canvas.set_values(VALUES - np.float32(0.2))
    qtbot.keyClick(canvas, Qt.Key.Key_0 + key)
    _drag(qtbot, canvas, RIGHT, (20, 30))
    assert canvas.levels.low == pytest.approx(-canvas.levels.high)


def test_levels_are_shared_by_what_is_drawn_in_the_same_colours_only(qtbot: QtBot) -> None:
    links, (image, reference) = Links(), [_canvas(qtbot) for _ in range(2)]
    links.add(image, quantity="image", leads=False)
    links.add(reference, quantity="image")
    reference.level_choice.choose(Levels(0.0, 7.0))
    image.set_look(SIGNED, symmetric, "")
    image.level_choice.choose(Levels(-3.0, 3.0))
    assert reference.levels == Levels(0.0, 7.0)
    image.set_look("grey", between(0.1, 99.9), "")
    assert image.levels == Levels(0.0, 7.0)
