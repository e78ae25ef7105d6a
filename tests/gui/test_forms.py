"""A form shows what an option declares, and gives back values that the option takes."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QWidget

from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.options import Options, option, options_of
from ksyn.recipe import Preparation
from ksyn_gui.facts import ModelFacts
from ksyn_gui.form_rows import label_of
from ksyn_gui.forms import Field, OptionsForm
from ksyn_gui.note import Note
from ksyn_gui.number_boxes import DecimalBox, WholeBox

CLASSES = [*METHODS, *MASKS, Preparation]


class Everything(Options):
    """One option of every kind."""

    count: int = option(3, low=1, high=9, unit="lines", help="How many.")
    weight: float = option(1e-3, low=0, high=10, help="How much.")
    whiten: bool = option(False, help="Whether.")
    kind: Literal["a", "b"] = option("a", help="Which.")
    limit: int | None = option(None, low=2, high=8, help="At most.")
    rare: float = option(0.5, help="Seldom.", advanced=True)


def enter(qtbot, field: Field, number: str) -> None:
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, number)
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)


@pytest.fixture
def form(qtbot) -> OptionsForm:
    form = OptionsForm(options_of(Everything))
    qtbot.addWidget(form)
    form.show()
    return form


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_an_untouched_form_differs_from_no_default(cls, qtbot):
    form = OptionsForm(options_of(cls))
    qtbot.addWidget(form)
    assert form.values() == {}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_value_at_its_limit_is_taken_by_the_options(cls, qtbot):
    form = OptionsForm(options_of(cls))
    qtbot.addWidget(form)
    ends = {i.name: i.high for i in options_of(cls) if i.high is not None}
    form.set_values(ends)
    assert {k: v for k, v in cls.of(form.values()).model_dump().items() if k in ends} == ends


def test_typing_a_number_changes_the_value(qtbot, form):
    box = form.field("count").editor
    with qtbot.waitSignal(form.changed) as blocker:
        box.selectAll()
        qtbot.keyClicks(box, "7")
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert blocker.args == [{"count": 7}]


@pytest.mark.parametrize(
    ("name", "label"), [("map_sets", "Map sets"), ("acs_lines", "ACS lines"), ("snr", "SNR")]
)
def test_a_label_is_a_name_as_it_is_written_in_text(name, label):
    assert label_of(name) == label


def test_limits_and_unit_stand_in_the_box(form):
    box = form.field("count").editor
    assert (box.minimum(), box.maximum(), box.suffix()) == (1, 9, " lines")


def test_help_and_limits_stand_in_the_tooltip(form):
    tip = form.field("count").editor.toolTip()
    assert all(words in tip for words in ("How many.", "lines", "1", "9"))


def test_automatic_is_none(qtbot, form):
    field = form.field("limit")
    assert field.value is None
    assert field.editor.isHidden()
    qtbot.mouseClick(field.automatic, Qt.MouseButton.LeftButton)
    assert field.value == 2
    assert field.editor.isVisible()


def test_automatic_says_its_value_and_is_where_a_value_of_ones_own_begins(qtbot, form):
    field = form.field("limit")
    form.show_automatic({"limit": 7})
    assert field.automatic.text() == "automatic (7)"
    assert field.value is None
    qtbot.mouseClick(field.automatic, Qt.MouseButton.LeftButton)
    assert field.value == 7
    form.show_automatic({})
    assert field.automatic.text() == "automatic"


def test_rare_options_are_folded_away(form):
    assert not form.field("rare").isVisible()
    assert form.field("weight").isVisible()


def test_reset_goes_back_to_the_defaults(qtbot, form):
    form.set_values({"kind": "b", "whiten": True, "limit": 5})
    with qtbot.waitSignal(form.changed):
        form.reset()
    assert form.values() == {}


def test_showing_values_tells_nobody(qtbot, form):
    with qtbot.assertNotEmitted(form.changed):
        form.set_values({"count": 5, "kind": "b", "limit": 4})
    assert form.values() == {"count": 5, "kind": "b", "limit": 4}


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("1e-3", QValidator.State.Acceptable),
        ("1e-", QValidator.State.Intermediate),
        ("77", QValidator.State.Intermediate),
        ("x", QValidator.State.Invalid),
    ],
)
def test_numbers_may_be_written_with_an_exponent(qtbot, text, state):
    box = DecimalBox()
    qtbot.addWidget(box)
    box.setRange(0, 10)
    assert box.validate(text, 0)[0] == state


@pytest.mark.parametrize("value", [1e-6, 0.002, 0.5, 12.0])
def test_a_number_is_shown_with_as_many_digits_as_it_needs(qtbot, value):
    box = DecimalBox()
    qtbot.addWidget(box)
    box.setRange(0, 100)
    box.setValue(value)
    assert box.valueFromText(box.text()) == pytest.approx(value)
    assert len(box.text()) <= 6


# --- what is out of range ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "typed", "taken"), [("count", "300", 9), ("weight", "300", 10)])
def test_a_number_out_of_range_is_replaced_by_the_nearest_and_the_range_is_said(
    name, typed, taken, qtbot, form
):
    field = form.field(name)
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, typed)
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert field.value == taken
    assert f" to {taken}: {taken} is taken." in field.remark.text()
    assert field.remark.isVisible()
    field.editor.setValue(taken - 1)
    assert not field.remark.isVisible()


def test_a_note_on_the_range_goes_with_the_value_and_moves_nothing(qtbot, form):
    field, places = form.field("count"), []
    for deed in (lambda: None, lambda: enter(qtbot, field, "300"), form.reset):
        deed()
        qtbot.wait(10)
        places.append((form.sizeHint(), form.field("weight").pos()))
        assert field.remark.isVisible() == (field.value == 9)
    assert field.value == 3
    assert len(set(map(str, places))) == 1


def test_a_note_stays_when_the_value_it_tells_of_is_shown_again(qtbot, form):
    field = form.field("count")
    enter(qtbot, field, "300")
    form.set_values({"count": 9})
    assert field.remark.isVisible()


def test_a_note_goes_with_its_field(qtbot):
    outer = QWidget()
    qtbot.addWidget(outer)
    form = OptionsForm(options_of(Everything), outer)
    outer.show()
    enter(qtbot, form.field("count"), "300")
    form.hide()
    form.deleteLater()
    qtbot.waitUntil(lambda: not outer.findChildren(Note))


def test_a_text_for_all_of_them_stays_a_value(qtbot):
    box = WholeBox()
    qtbot.addWidget(box)
    box.setRange(0, 4)
    box.setSpecialValueText("All")
    assert box.validate("All", 0)[0] == QValidator.State.Acceptable
    assert box.validate("x", 0)[0] == QValidator.State.Invalid


# --- models ------------------------------------------------------------------------------------


class Named(Options):
    """An option that names a model."""

    model: str = option("a", model_of="prior", help="Trained network.")


@pytest.fixture
def named(qtbot) -> OptionsForm:
    models = [ModelFacts("a", "Heads, small", "", ""), ModelFacts("b", "Heads, large", "", "")]
    form = OptionsForm(options_of(Named), models={"prior": models})
    qtbot.addWidget(form)
    return form


def test_models_are_listed_by_title_and_chosen_by_name(qtbot, named):
    box = named.field("model").editor
    assert [box.itemText(row) for row in range(box.count())] == ["Heads, small", "Heads, large"]
    assert named.values() == {}
    with qtbot.waitSignal(named.changed) as blocker:
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert blocker.args == [{"model": "b"}]


def test_a_model_that_is_not_installed_is_shown_as_such(named):
    named.set_values({"model": "knees"})
    assert named.field("model").editor.currentText() == "knees (not installed)"
    assert named.values() == {"model": "knees"}


@pytest.mark.parametrize("cls", list(METHODS), ids=METHODS.names())
def test_every_option_called_model_says_what_it_names(cls):
    silent = [i.name for i in options_of(cls) if i.name == "model" and not i.model_of]
    assert silent == []
