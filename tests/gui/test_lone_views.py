"""While the slice link is off, each view stays at the slice that it was scrolled to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ksyn.phantoms import head_kspace
from ksyn_gui.main_window import MainWindow

PATIENCE = 30_000


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Return a BART file with 4 slices of 2 coils, each with its own brightness."""
    samples = head_kspace((32, 24), 2, noise=0.002).samples[0].numpy()
    slices = np.stack([(1 + index) * samples for index in range(4)])  # slice coil ky kx
    (tmp_path / "stack.hdr").write_text("# Dimensions\n24 32 1 2" + " 1" * 9 + " 4 1 1\n")
    slices.astype(np.complex64).tofile(tmp_path / "stack.cfl")
    return tmp_path / "stack.cfl"


@pytest.fixture
def unlinked(qtbot, empty_window: MainWindow, stack: Path) -> MainWindow:
    """Return the window with slice 3 of 4 open, and the slice link off."""
    with qtbot.waitSignal(empty_window.session.preview.zero_filled_changed, timeout=PATIENCE):
        empty_window.open(stack)
    empty_window.actions_["link_slice"].trigger()
    return empty_window


def test_the_reconstruction_scrolls_alone(qtbot, unlinked):
    pictures, study = unlinked.pictures, unlinked.session.study
    kspace, reference = pictures.kspace.shown, pictures.companion.view.image
    with qtbot.waitSignal(unlinked.session.preview.zero_filled_changed, timeout=PATIENCE):
        pictures.image.canvas.scrolled.emit(1)
    assert study.slice == 3
    np.testing.assert_array_equal(pictures.kspace.shown, kspace)
    np.testing.assert_array_equal(pictures.companion.view.image, reference)
    np.testing.assert_array_equal(np.abs(pictures.error._reference), study.reference)
    assert "Slice 3" in pictures.kspace.canvas.caption


def test_kspace_scrolls_alone_and_several_turns_add_up(qtbot, unlinked, wait):
    for _ in range(2):
        unlinked.pictures.kspace.canvas.scrolled.emit(-1)
    wait(lambda: "Slice 1" in unlinked.pictures.kspace.canvas.caption)
    assert unlinked.session.study.slice == 2


def test_linked_again_all_views_show_the_slice_at_work(qtbot, unlinked):
    before = unlinked.pictures.companion.view.image
    with qtbot.waitSignal(unlinked.session.preview.zero_filled_changed, timeout=PATIENCE):
        unlinked.pictures.image.canvas.scrolled.emit(1)
    unlinked.actions_["link_slice"].trigger()
    image = unlinked.pictures.companion.view.image
    np.testing.assert_allclose(image, unlinked.session.study.reference, rtol=1e-5)
    assert not np.allclose(image, before)
    assert "Slice" not in unlinked.pictures.kspace.canvas.caption
