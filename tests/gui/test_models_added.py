"""Models that come while the window is open can be used at once, and nothing else is touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ksyn.assets import models_folder, own_models_folder
from ksyn.weights import write_card
from ksyn_gui.choice_boxes import ModelBox
from ksyn_gui.engine import catalogue
from ksyn_gui.facts import RunState
from ksyn_gui.main_window import MainWindow

ENABLED = Qt.ItemFlag.ItemIsEnabled


def add_model(name: str, network: str = "unet") -> Path:
    """Put a model into the user's folder, as ``ksyn models add`` does."""
    folder = shutil.copytree(models_folder() / "unet-head", own_models_folder() / name)
    write_card(folder / "card.yaml", id=name, title=f"Model {name}", network=network)
    return folder


@pytest.fixture
def meanwhile(qtbot, empty_window: MainWindow, wait) -> Callable[[Callable[[], object]], None]:
    """Return a function that does something while another window is in front."""
    terminal = QWidget()
    qtbot.addWidget(terminal)
    terminal.show()

    def act(work: Callable[[], object]) -> None:
        terminal.activateWindow()
        wait(terminal.isActiveWindow)
        work()
        empty_window.activateWindow()
        wait(empty_window.isActiveWindow)

    return act


def enabled(window: MainWindow, method: str) -> bool:
    return bool(window.method_panel.methods.item_of(method).flags() & ENABLED)


def model_box(window: MainWindow) -> ModelBox:
    return window.method_panel._form.field("model").editor


def names(box: ModelBox) -> list[str]:
    return [box.itemData(row) for row in range(box.count())]


def test_a_method_that_lacked_weights_can_be_chosen(
    h_dslr_lacks_weights, empty_window, meanwhile, wait
):
    assert not enabled(empty_window, "h-dslr")
    meanwhile(lambda: add_model("mine", network="h-dslr"))
    wait(lambda: enabled(empty_window, "h-dslr"))
    row = empty_window.method_panel.methods.item_of("h-dslr")
    assert row.toolTip() == empty_window.session.plan.facts_of("h-dslr").when
    empty_window.session.plan.set_method("h-dslr")
    assert model_box(empty_window).currentText() == "Model mine"


def test_a_method_whose_weights_are_gone_cannot_be_chosen_and_says_why(
    h_dslr_lacks_weights, empty_window, meanwhile, wait
):
    meanwhile(lambda: add_model("mine", network="h-dslr"))
    wait(lambda: enabled(empty_window, "h-dslr"))
    meanwhile(lambda: shutil.rmtree(own_models_folder() / "mine"))
    wait(lambda: not enabled(empty_window, "h-dslr"))
    assert "h-dslr-head" in empty_window.method_panel.methods.item_of("h-dslr").toolTip()


def test_a_new_model_is_listed_and_what_was_set_stays(qtbot, empty_window, meanwhile):
    panel, plan = empty_window.method_panel, empty_window.session.plan
    qtbot.waitUntil(lambda: panel.methods.height() == panel.methods.sizeHint().height())
    panel.methods.item_of("cg-sense").setCheckState(Qt.CheckState.Checked)
    plan.set_method("ak-diffusion")
    plan.set_option("steps", 7)
    plan.set_seed(5)
    plan.set_method("unet")
    plan.set_option("precision", "bfloat16")
    form, place = panel._form, panel.methods.verticalScrollBar().value()
    with qtbot.waitSignal(empty_window.session.models_changed, timeout=30_000):
        meanwhile(lambda: add_model("mine"))
    assert "mine" in names(model_box(empty_window))
    assert model_box(empty_window).name == "unet-head"
    assert panel._form is form
    assert panel.methods.verticalScrollBar().value() == place
    assert panel.methods.ticks == ["cg-sense"]
    assert (plan.method, plan.seed) == ("unet", 5)
    assert plan.options == form.values() == {"precision": "bfloat16"}
    assert plan.options_of("ak-diffusion") == {"steps": 7}


def test_a_chosen_model_that_is_gone_stays_chosen_and_is_called_missing(
    qtbot, empty_window, meanwhile
):
    session = empty_window.session
    with qtbot.waitSignal(session.models_changed, timeout=30_000):
        meanwhile(lambda: add_model("mine"))
    session.plan.set_method("unet")
    session.plan.set_option("model", "mine")
    with qtbot.waitSignal(session.models_changed, timeout=30_000):
        meanwhile(lambda: shutil.rmtree(own_models_folder() / "mine"))
    assert session.plan.options == {"model": "mine"}
    assert model_box(empty_window).currentText() == "mine (not installed)"


def test_a_run_goes_on_while_models_come(qtbot, window, meanwhile, wait):
    session = window.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    session.reconstruction.start()
    wait(lambda: session.reconstruction.state is RunState.RUNNING)
    with qtbot.waitSignal(session.models_changed, timeout=30_000):
        meanwhile(lambda: add_model("mine"))
    newest = max(session.screen.kept)
    wait(lambda: max(session.screen.kept) > newest)
    assert session.reconstruction.state is RunState.RUNNING
    session.stop()


def test_where_no_model_has_come_nothing_changes(qtbot, empty_window, meanwhile, wait, monkeypatch):
    session, looked = empty_window.session, []
    look = catalogue.look_again
    monkeypatch.setattr(catalogue, "look_again", lambda engine: (looked.append(1), look(engine))[1])
    with qtbot.assertNotEmitted(session.models_changed, wait=50):
        meanwhile(lambda: None)
        wait(lambda: looked and not session.work.models.busy)
