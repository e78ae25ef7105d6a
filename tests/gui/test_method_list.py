"""The list of methods: titles in full, and when to use the one that is pointed at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication

from ksyn_gui.facts import MethodFacts
from ksyn_gui.method_list import MethodList

WORDS = "Several coils and moderate acceleration: fast."


def place_of(methods: MethodList, name: str) -> QPoint:
    methods.scrollToItem(methods.item_of(name))
    return methods.visualItemRect(methods.item_of(name)).center()


@pytest.mark.parametrize("name", ["grappa", "h-dslr"], ids=["usable", "without weights"])
def test_under_the_list_stands_what_is_said_of_the_method_pointed_at(qtbot, empty_window, name):
    panel, plan = empty_window.method_panel, empty_window.session.plan
    assert panel.when.text() == plan.facts_of("cg-sense").when
    qtbot.mouseMove(panel.methods.viewport(), place_of(panel.methods, name))
    facts = plan.facts_of(name)
    qtbot.waitUntil(lambda: panel.when.text() == (facts.unavailable or facts.when))
    assert plan.method == "cg-sense"
    QApplication.sendEvent(panel.methods, QEvent(QEvent.Type.Leave))
    assert panel.when.text() == plan.facts_of("cg-sense").when


def test_one_line_or_two_under_the_list_move_nothing(qtbot, empty_window):
    panel, dock = empty_window.method_panel, empty_window.docks["method"]
    empty_window.resizeDocks([dock], [460], Qt.Orientation.Horizontal)
    heights = set()
    for facts in empty_window.session.engine.methods:
        panel._say_when(facts.name)
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
