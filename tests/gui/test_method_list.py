"""The list of methods: titles in full, and when to use the one that is chosen or pointed at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QToolTip

from ksyn_gui.facts import MethodFacts
from ksyn_gui.method_list import MethodList

WORDS = "Several coils and moderate acceleration: fast."


def place_of(methods: MethodList, name: str) -> QPoint:
    methods.scrollToItem(methods.item_of(name))
    return methods.visualItemRect(methods.item_of(name)).center()


@pytest.mark.parametrize("name", ["grappa", "h-dslr"], ids=["usable", "without weights"])
def test_what_is_said_of_the_method_pointed_at_is_a_tooltip(
    qtbot, h_dslr_lacks_weights, empty_window, name
):
    panel, plan = empty_window.method_panel, empty_window.session.plan
    qtbot.waitUntil(lambda: panel.methods.height() == panel.methods.sizeHint().height())
    place = place_of(panel.methods, name)
    for shift in (0, 1):
        qtbot.mouseMove(panel.methods.viewport(), place + QPoint(shift, 0))
    qtbot.waitUntil(QToolTip.isVisible)
    facts = plan.facts_of(name)
    assert QToolTip.text() == (facts.unavailable or facts.when)
    QToolTip.hideText()
    assert (panel.title.text(), panel.when.text()) == ("CG-SENSE", plan.facts_of("cg-sense").when)


def test_over_the_options_stand_the_method_they_are_of_and_when_to_use_it(qtbot, empty_window):
    panel, plan = empty_window.method_panel, empty_window.session.plan
    place = place_of(panel.methods, "grappa")
    qtbot.mouseClick(panel.methods.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (panel.title.text(), panel.when.text()) == ("GRAPPA", plan.facts_of("grappa").when)
    assert panel.title.mapTo(panel, QPoint()).y() > panel.compare.mapTo(panel, QPoint()).y()
    assert panel.when.mapTo(panel, QPoint()).y() > panel.title.mapTo(panel, QPoint()).y()


def test_one_line_or_two_under_the_list_move_nothing(qtbot, empty_window):
    panel, dock = empty_window.method_panel, empty_window.docks["method"]
    empty_window.resizeDocks([dock], [460], Qt.Orientation.Horizontal)
    heights = set()
    for facts in empty_window.session.engine.methods:
        empty_window.session.plan.set_method(facts.name)
        qtbot.wait(10)
        heights.add(panel.when.height())
    assert len(heights) == 1


@pytest.mark.parametrize(("width", "written"), [(300, False), (700, True)])
def test_what_there_is_no_room_for_is_not_written_in_part(qtbot, qapp, width, written):
    methods = MethodList()
    qtbot.addWidget(methods)
    methods.offer([MethodFacts("sense", "CG-SENSE", "classical", WORDS, "", [])])
    methods.resize(width, 120)
    methods.show()
    row = methods.visualItemRect(methods.item_of("sense"))
    behind = QRect(140, row.top() + 2, width - 160, row.height() - 4)
    picture = methods.viewport().grab(behind).toImage()
    inks = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert (len(inks) > 1) == written
