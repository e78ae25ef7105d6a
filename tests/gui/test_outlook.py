"""What is said of a run before it begins."""

from __future__ import annotations

import pytest

FEW_FOR_MANY = {"acceleration": 8.0, "acs_lines": 12}
"""Eight points on one, and four coils to tell them apart."""


@pytest.fixture
def hopeless(window):
    """Return the window with a mask that four coils cannot unfold."""
    window.session.sampling.draw("uniform", FEW_FOR_MANY, 0)
    return window


def test_a_mask_that_the_coils_cannot_unfold_is_told_of_before_the_run(hopeless, wait):
    panel = hopeless.method_panel
    wait(lambda: hopeless.session.outlook.forecast.hints)
    assert panel.hints.isVisibleTo(panel)
    assert "CG-SENSE can do little" in panel.hints.text()


def test_where_all_is_well_there_is_nothing_to_say(window, wait):
    window.session.plan.set_method("total-variation")
    wait(lambda: window.session.outlook.forecast.automatic)
    assert window.method_panel.hints.isHidden()


def test_another_method_takes_the_hint_away(hopeless, wait):
    wait(lambda: hopeless.session.outlook.forecast.hints)
    hopeless.session.plan.set_method("l1-wavelet")
    assert hopeless.method_panel.hints.isHidden()
