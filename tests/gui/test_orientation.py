"""Pictures of the body, turned and mirrored together: what is read off them stays true."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from ksyn_gui.views.canvas import ArrayCanvas, Tool
from ksyn_gui.views.links import Links
from ksyn_gui.views.orientation import UPRIGHT, Orientation

VALUES = np.random.default_rng(3).random((40, 64), np.float32)
ALL = [Orientation(quarters, mirrored) for quarters, mirrored in product(range(4), (False, True))]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(qtbot: QtBot) -> ArrayCanvas:
    return _canvas(qtbot)


@pytest.mark.parametrize("orientation", ALL)
def test_flips_and_turns_are_those_of_the_screen(orientation: Orientation) -> None:
    place = QPointF(3, 1)
    seen = orientation.transform.map(place)
    assert orientation.flipped().transform.map(place) == QPointF(-seen.x(), seen.y())
    upside_down = orientation.flipped(upside_down=True).transform.map(place)
    assert upside_down == QPointF(seen.x(), -seen.y())
    assert orientation.turned(1).transform.map(place) == QPointF(-seen.y(), seen.x())
    assert orientation.turned(1).turned(-1) == orientation


@pytest.mark.parametrize("orientation", ALL)
def test_the_readout_of_a_turned_picture_is_that_of_the_data(
    qtbot: QtBot, canvas: ArrayCanvas, orientation: Orientation
) -> None:
    canvas.turn(orientation)
    pixel = canvas.surface.pixel_of(canvas.place_of(7, 50)).toPoint()
    qtbot.mouseMove(canvas.surface.viewport(), pixel)
    assert f"{VALUES[7, 50]:.4g}" in canvas.readout


@pytest.mark.parametrize("orientation", ALL)
def test_a_turned_picture_is_painted_where_its_places_are(
    canvas: ArrayCanvas, orientation: Orientation
) -> None:
    dot = np.zeros((40, 64), np.float32)
    dot[4:8, 52:56] = 1
    canvas.set_values(dot)
    canvas.turn(orientation)
    shown = canvas.surface.viewport().grab().toImage()
    there = canvas.surface.pixel_of(canvas.place_of(6, 54)).toPoint()
    assert shown.pixelColor(there).lightness() > 200
    assert shown.rect().contains(canvas.surface.pixel_of(canvas.place_of(39, 63)).toPoint())
    assert shown.rect().contains(canvas.surface.pixel_of(canvas.place_of(0, 0)).toPoint())


def test_the_crosshair_of_a_turned_picture_reaches_every_edge(
    qtbot: QtBot, canvas: ArrayCanvas
) -> None:
    canvas.turn(Orientation(1))
    canvas.set_values(np.zeros((40, 64), np.float32))
    qtbot.keyClick(canvas.surface, "h")
    shown = canvas.surface.viewport().grab().toImage()
    middle = canvas.surface.pixel_of(QPointF(0, 0)).toPoint()
    upper = [shown.pixelColor(middle.x() + x, 60).lightness() for x in (-1, 0, 1)]
    assert max(upper) > 100
    aside = [shown.pixelColor(4, middle.y() + y).lightness() for y in (-1, 0, 1)]
    assert max(aside) > 100


@pytest.mark.parametrize("orientation", ALL)
def test_a_turned_picture_follows_the_hand(
    qtbot: QtBot, canvas: ArrayCanvas, orientation: Orientation
) -> None:
    canvas.turn(orientation)
    before = canvas.surface.pixel_of(QPointF(0, 0))
    canvas.pan(20, 10)
    moved = canvas.surface.pixel_of(QPointF(0, 0)) - before
    assert (moved.x(), moved.y()) == pytest.approx((20, 10))
    qtbot.keyClick(canvas.surface, "h")
    before = canvas.surface.pixel_of(canvas.pointer.place)
    qtbot.keyClick(canvas.surface, Qt.Key.Key_Right)
    moved = canvas.surface.pixel_of(canvas.pointer.place) - before
    assert moved.x() > 1
    assert moved.y() == pytest.approx(0, abs=1e-6)


def test_all_pictures_of_the_body_turn_and_kspace_does_not(qtbot: QtBot) -> None:
    links = Links()
    image, error, kspace = (_canvas(qtbot) for _ in range(3))
    links.add(image)
    links.add(error)
    links.add(kspace, plane="k-space")
    links.turn(Orientation(1, mirrored=True))
    assert image.orientation == error.orientation == Orientation(1, mirrored=True)
    assert kspace.orientation == UPRIGHT
    late = _canvas(qtbot)
    links.add(late)
    assert late.orientation == image.orientation
    assert "Mirrored, turned 90° right" in late.caption
    qtbot.keyClick(error.surface, "r")
    assert image.orientation == late.orientation == links.orientation == UPRIGHT


def test_space_holds_every_picture_until_it_is_let_go(qtbot: QtBot) -> None:
    links = Links()
    first, other = _canvas(qtbot), _canvas(qtbot)
    links.add(first)
    links.add(other, plane="k-space")
    levels = other.levels
    qtbot.keyPress(first.surface, Qt.Key.Key_Space)
    _drag(qtbot, other)
    assert not other.surface.is_fitted
    assert other.levels == levels
    qtbot.keyRelease(first.surface, Qt.Key.Key_Space)
    _drag(qtbot, other)
    assert other.levels != levels
    assert other.tool is Tool.LEVELS


def _canvas(qtbot: QtBot) -> ArrayCanvas:
    canvas = ArrayCanvas("picture")
    qtbot.addWidget(canvas)
    canvas.resize(300, 340)
    canvas.show()
    canvas.set_values(VALUES)
    return canvas


def _drag(qtbot: QtBot, canvas: ArrayCanvas) -> None:
    field = canvas.surface.viewport()
    qtbot.mousePress(field, LEFT, pos=QPoint(80, 80))
    qtbot.mouseMove(field, QPoint(80, 80))
    qtbot.mouseMove(field, QPoint(110, 95))
    qtbot.mouseRelease(field, LEFT, pos=QPoint(110, 95))
