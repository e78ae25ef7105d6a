"""The dialog that asks what the axes of an array mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox
from pytestqt.qtbot import QtBot

from ksyn.io import LayoutNeeded, open_scan
from ksyn_gui.dialogs.axis_words import fault_of
from ksyn_gui.dialogs.layout_dialog import LayoutDialog, likely_axes

SHAPE = (2, 3, 4, 24, 21)
"""Frames, slices, coils, ky, kx: a 5D array says nothing by itself."""


@pytest.fixture
def array(tmp_path: Path) -> Path:
    parts = np.random.default_rng(0).normal(size=(*SHAPE, 2)).astype(np.float32)
    np.save(tmp_path / "five.npy", parts.view(np.complex64)[..., 0])
    return tmp_path / "five.npy"


@pytest.fixture
def dialog(qtbot: QtBot, array: Path) -> LayoutDialog:
    return _dialog(qtbot, array)


def test_the_longest_two_axes_are_guessed_to_be_the_picture() -> None:
    assert likely_axes((15, 640, 372), "kspace") == ["coil", "ky", "kx"]
    assert likely_axes((320, 256, 1, 8), "image") == ["y", "x", "skip", "coil"]
    assert likely_axes((64, 48, 2), "kspace") == ["ky", "kx", "complex"]


def test_a_meaning_that_is_given_away_is_swapped(dialog: LayoutDialog) -> None:
    _say(dialog, ["coil", "slice", "frame", "ky", "kx"])
    _choose(dialog, 0, "frame")
    assert dialog.layout_said.axes == ("frame", "slice", "coil", "ky", "kx")


def test_the_picture_shows_the_middle_slice_of_the_answer(
    qtbot: QtBot, dialog: LayoutDialog, array: Path
) -> None:
    _say(dialog, ["frame", "slice", "coil", "ky", "kx"])
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(ok.isEnabled)
    with open_scan(array, dialog.layout_said) as scan:
        assert (scan.n_frames, scan.n_slices, scan.n_coils) == (2, 3, 4)
        expected = scan.reference(1)[0].numpy()
    np.testing.assert_allclose(np.abs(dialog.view.image), expected, rtol=1e-5)
    assert "3 slices, 2 frames, 4 coils" in dialog.said.text()
    assert '--axes "frame slice coil ky kx"' in dialog.flags.text()


def test_an_answer_that_cannot_be_is_refused_with_the_reason(
    qtbot: QtBot, dialog: LayoutDialog
) -> None:
    _say(dialog, ["skip", "slice", "coil", "ky", "kx"])
    qtbot.waitUntil(lambda: "Reading" not in dialog.said.text())
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    assert dialog.view.canvas.is_empty
    assert dialog.said.text().startswith("Axis 1 is 2 long; “Nothing (length 1)” takes 1.")


def test_a_missing_axis_is_asked_for_in_the_words_of_the_window(
    qtbot: QtBot, dialog: LayoutDialog
) -> None:
    dialog.image.click()
    _say(dialog, ["frame", "slice", "coil", "skip", "x"])
    qtbot.waitUntil(lambda: "Reading" not in dialog.said.text())
    assert dialog.said.text() == "No axis is y (rows) yet."


@pytest.mark.parametrize(
    ("shape", "words", "domain"),
    [
        ((15, 64, 48), ("coil", "ky", "kx"), "kspace"),
        ((64, 48, 2), ("y", "x", "complex"), "image"),
        ((1, 64, 48), ("skip", "ky", "kx"), "kspace"),
    ],
)
def test_axes_that_can_be_have_no_fault(
    shape: tuple[int, ...], words: tuple[str, ...], domain: str
) -> None:
    assert fault_of(shape, words, domain) == ""


def test_an_image_has_y_and_x_where_k_space_has_ky_and_kx(dialog: LayoutDialog) -> None:
    _say(dialog, ["frame", "slice", "coil", "ky", "kx"])
    dialog.image.click()
    assert dialog.layout_said.axes == ("frame", "slice", "coil", "y", "x")
    assert dialog.layout_said.domain == "image"
    dialog.kspace.click()
    assert dialog.layout_said.axes[-2:] == ("ky", "kx")


def test_ask_returns_the_answer_or_nothing(
    qtbot: QtBot, array: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = _needed(array)
    monkeypatch.setattr(LayoutDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    assert LayoutDialog.ask(array, needed) is None
    monkeypatch.setattr(LayoutDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    answer = LayoutDialog.ask(array, needed)
    assert sorted(answer.axes) == ["coil", "frame", "kx", "ky", "slice"]
    qtbot.wait(1)


def test_every_axis_has_a_name_for_screen_readers(dialog: LayoutDialog) -> None:
    names = [box.accessibleName() for box in dialog.axes]
    assert names[3] == "Meaning of axis 4, 24 long"


def _needed(array: Path) -> LayoutNeeded:
    with pytest.raises(LayoutNeeded) as raised:
        open_scan(array)
    return raised.value


def _dialog(qtbot: QtBot, array: Path) -> LayoutDialog:
    dialog = LayoutDialog(array, _needed(array))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def _choose(dialog: LayoutDialog, axis: int, word: str) -> None:
    box = dialog.axes[axis]
    box.setCurrentIndex(box.findData(word))
    box.activated.emit(box.currentIndex())


def _say(dialog: LayoutDialog, words: list[str]) -> None:
    for axis, word in enumerate(words):
        _choose(dialog, axis, word)
