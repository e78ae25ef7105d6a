"""Nothing is cut off, everything has a name and an icon, in both themes and at both sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QScrollBar,
    QSlider,
    QToolButton,
    QWidget,
)

import ksyn_gui
from ksyn_gui.actions import ACTIONS
from ksyn_gui.choice_boxes import ChoiceBox
from ksyn_gui.menus import TOOLS
from ksyn_gui.message_bar import MessageBar
from ksyn_gui.parts import ProgressBar, push_button
from ksyn_gui.shortened import text_room
from ksyn_gui.theme import DARK, LIGHT, Colours, Theme, icon
from ksyn_gui.views import canvas_keys, kspace_keys
from ksyn_gui.views.curve_plot import CurvePlot
from ksyn_gui.views.view_header import ViewHeader
from ksyn_gui.views.word_or_icon import WordOrIcon

SIZES = [(1024, 700), (1280, 720), (1440, 900), (1920, 1080)]
FULL_WIDTH = 1440
"""Width of the window from which on every choice is to be read in full [pixels]."""


def cut_off(root: QWidget) -> list[str]:
    """Return every visible text or field that is wider than the place it has."""
    found, kinds = [], (QLabel, QAbstractButton, QAbstractSpinBox, QComboBox)
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, kinds):
            continue
        seen = widget.visibleRegion().boundingRect()
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        needed = widget.minimumSizeHint().width() if isinstance(widget, kinds[:2]) else 40
        too_narrow = not wraps and widget.width() < needed
        too_narrow = too_narrow or (isinstance(widget, QComboBox) and _is_shortened(widget))
        if (seen.width() < widget.width() and not seen.isEmpty()) or too_narrow:
            found.append(f"{type(widget).__name__} {_text(widget)!r}")
    return found


def _is_shortened(box: QComboBox) -> bool:
    """Return whether a choice ends in dots; over a picture it may, in a small window."""
    if box.window().width() < FULL_WIDTH and isinstance(box.parentWidget(), ViewHeader):
        return False
    return box.fontMetrics().horizontalAdvance(box.currentText()) > text_room(box)


def settled_cut_off(qtbot, root: QWidget) -> list[str]:
    """Return what is still cut off when docks have had time to grow."""
    for _ in range(20):
        if not cut_off(root):
            return []
        qtbot.wait(50)
    return cut_off(root)


def _text(widget: QWidget) -> str:
    return widget.currentText() if isinstance(widget, QComboBox) else widget.text()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_text_is_cut_off(qtbot, window, theme, size):
    window.theme.prefer(theme)
    window.resize(*size)
    found = {}
    for tab in ("method", "mask"):
        window.docks[tab].raise_()
        for facts in window.session.engine.methods if tab == "method" else [None]:
            if facts is not None:
                window.session.plan.set_method(facts.name)
            qtbot.wait(30)
            found[tab, getattr(facts, "name", "")] = settled_cut_off(qtbot, window)
    assert {where: what for where, what in found.items() if what} == {}


def test_the_whole_point_spread_is_in_sight_after_the_window_was_larger(qtbot, window):
    window.docks["mask"].raise_()
    numbers, area = window.mask_panel.numbers, window.mask_panel.findChild(QScrollArea)
    numbers.show_mask(window.session.sampling.mask, acs_lines=10)
    for size in ((1920, 1080), (1440, 900)):
        window.resize(*size)
        qtbot.wait(100)
    assert numbers.remark.isVisible()
    assert area.verticalScrollBar().maximum() == 0
    spread = window.mask_panel.spread
    assert not any(spread.canvas.geometry().intersects(p.geometry()) for p in spread.profiles)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_picture_of_the_point_spread_is_large_enough_to_see_side_lobes(qtbot, window, size):
    window.docks["mask"].raise_()
    window.resize(*size)
    qtbot.wait(100)
    spread = window.mask_panel.spread
    field = spread.canvas.surface.viewport()
    assert min(field.width(), field.height()) >= 128  # half of the demo's matrix
    assert all(profile.height() >= 64 and profile.width() >= 128 for profile in spread.profiles)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_whole_readout_of_a_sample_is_in_sight(qtbot, window, size):
    window.resize(*size)
    qtbot.wait(100)
    canvas = window.pictures.kspace.canvas
    field = canvas.surface.viewport()
    pixel = canvas.surface.pixel_of(canvas.place_of(2, 3)).toPoint()
    qtbot.mouseMove(field, pixel)
    qtbot.waitUntil(lambda: "measured" in canvas.readout)
    label = next(x for x in canvas.findChildren(QLabel) if x.text() == canvas.readout)
    assert label.height() >= label.heightForWidth(label.width())
    needed = max(map(label.fontMetrics().horizontalAdvance, label.text().split("\n")))
    assert label.wordWrap() or label.width() > needed
    assert label.geometry().right() < field.width()
    assert label.geometry().bottom() < field.height()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_four_pictures_have_equal_room(qtbot, window, size):
    window.resize(*size)
    views = window.pictures.views
    qtbot.waitUntil(lambda: max(v.width() for v in views) - min(v.width() for v in views) <= 1)
    qtbot.waitUntil(lambda: max(v.height() for v in views) - min(v.height() for v in views) <= 1)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_titles_over_the_pictures_can_be_read(qtbot, finished, size):
    finished.resize(*size)
    qtbot.wait(100)
    titles = [view.findChild(ViewHeader).findChild(QLabel) for view in finished.pictures.views]
    assert [title.text() for title in titles] == ["k-space", "CG-SENSE", "Reference", "Error"]
    needed = {title: title.fontMetrics().horizontalAdvance(title.text()) for title in titles}
    assert [title.text() for title, width in needed.items() if title.width() < width] == []


def test_a_button_shows_its_icon_where_its_word_has_no_room(qtbot, window):
    button = window.pictures.kspace.findChild(WordOrIcon)
    word, icon_ = [], []
    for size, drawn in (((1920, 1080), word), ((1024, 700), icon_)):
        window.resize(*size)
        qtbot.wait(100)
        drawn.append(button.shows_word)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        drawn.append(window.pictures.kspace.canvas.surface.overlay.isVisible())
    assert (word, icon_) == ([True, False], [False, True])


@pytest.mark.parametrize("before", ["dark", "light"])
def test_curves_and_messages_take_the_colours_of_another_theme(qtbot, qapp, before):
    theme = Theme(qapp, before)
    plot, messages = CurvePlot("psnr"), MessageBar()
    for widget in (plot, messages):
        qtbot.addWidget(widget)
        widget.show()
    theme.prefer("light" if before == "dark" else "dark")
    colours = LIGHT if before == "dark" else DARK
    for label in plot.findChildren(QLabel):
        ink = label.palette().windowText().color().name()
        assert ink in (colours.text, colours.quiet)
    drawn = messages.sign.pixmap().toImage()
    places = ((x, y) for x in range(drawn.width()) for y in range(drawn.height()))
    inks = {
        drawn.pixelColor(*place).name()
        for place in places
        if drawn.pixelColor(*place).alpha() > 250
    }
    assert inks == {colours.text}


def test_a_text_that_is_cut_off_is_found(qtbot):
    box = QWidget()
    qtbot.addWidget(box)
    button = push_button("A long text on a button", "play", "")
    button.setParent(box)
    box.resize(400, 60)
    box.show()
    assert cut_off(box) == []
    button.resize(60, 30)
    assert cut_off(box) == ["QPushButton 'A long text on a button'"]


def test_a_choice_that_is_too_long_for_its_field_is_found(qtbot):
    outer = QWidget()
    qtbot.addWidget(outer)
    box = ChoiceBox(("A title that takes some room",))
    box.setParent(outer)
    box.resize(400, 30)
    outer.resize(500, 60)
    outer.show()
    assert cut_off(outer) == []
    box.resize(90, 30)
    assert cut_off(outer) == ["ChoiceBox 'A title that takes some room'"]


def test_every_control_has_a_name_for_screen_readers(window):
    kinds = (QToolButton, QAbstractSpinBox, QComboBox, QSlider, QLineEdit)
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if isinstance(widget, kinds)
        and not isinstance(widget, QScrollBar)
        and not isinstance(widget.parent(), (QAbstractSpinBox, QComboBox, QLineEdit))
        and not widget.objectName().startswith("qt_")
        and not (widget.accessibleName() or (isinstance(widget, QToolButton) and widget.text()))
    ]
    assert nameless == []


def test_tooltips_name_the_shortcut():
    without = [info.name for info in ACTIONS if info.keys and info.key_text not in info.tooltip]
    assert without == []


def test_no_shortcut_is_given_twice():
    keys = [key for info in ACTIONS for key in info.keys]
    keys += [f"Alt+{menu[0]}" for menu in {info.menu for info in ACTIONS}]  # opens the menu
    assert sorted(set(keys)) == sorted(keys)


def letters(menu: QMenu) -> list[str]:
    """Return the letters that choose something in an open menu, sub-menus' own aside."""
    return [text[text.index("&") + 1].upper() for a in menu.actions() if "&" in (text := a.text())]


def test_no_letter_stands_for_two_things_of_a_menu(window):
    menus = [menu for menu in window.findChildren(QMenu) if menu.actions()]
    twice = {m.title(): found for m in menus if len(set(found := letters(m))) < len(found)}
    assert len(menus) >= 7
    assert twice == {}


def test_a_key_does_the_same_in_a_picture_and_in_the_menus(window):
    """The menus take a key first: a picture would never see it."""
    pictures, shared = window.pictures, set()
    for info in ACTIONS:
        for key in info.keys:
            stroke = QKeySequence(key)[0]
            event = QKeyEvent(QEvent.Type.KeyPress, stroke.key(), stroke.keyboardModifiers())
            if canvas_keys.press(pictures.image.canvas, event) or kspace_keys.press(
                pictures.kspace, event
            ):
                shared.add(info.name)
    assert shared == {*TOOLS, "reset_view", "coil_next", "coil_previous"}


def test_every_icon_exists(qapp):
    source = "\n".join(path.read_text() for path in Path(ksyn_gui.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'(?:icon|tool_button|_switch)\(\s*"([a-z-]+)"', source))
    named |= {info.icon for info in ACTIONS if info.icon}
    blank = [name for name in sorted(named) if _is_blank(icon(name))]
    assert blank == []
    assert len(named) > 20


def _is_blank(drawn: QIcon) -> bool:
    image = drawn.pixmap(QSize(20, 20)).toImage()
    return not any(QColor(image.pixelColor(x, y)).alpha() for x in range(20) for y in range(20))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ink", ["text", "quiet", "warning", "danger", "accent"])
def test_texts_can_be_read(colours: Colours, ink: str):
    assert contrast(getattr(colours, ink), colours.surface) >= 4.5


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
def test_the_main_button_can_be_read(colours: Colours):
    assert contrast(colours.on_accent, colours.accent) >= 4.5


def test_white_on_white_has_no_contrast():
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


def test_a_bar_does_not_move_for_what_is_over_at_once(qtbot):
    bar = ProgressBar()
    qtbot.addWidget(bar)
    bar.wait()
    assert bar.maximum() == 1
    qtbot.waitUntil(lambda: bar.maximum() == 0)  # it moves
    bar.wait()
    bar.show_part(3, 15)
    assert not bar._patience.isActive()
