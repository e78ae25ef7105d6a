"""The window's engine shows on the CPU what a GPU computes; the window itself knows no devices."""

from __future__ import annotations

import numpy as np
import pytest
from both_devices import REAL

from ksyn_gui.engine import catalogue, masks, outcomes, scans
from ksyn_gui.engine.runs import GuiRun, forecast_of, recipe_of
from ksyn_gui.recorder import Recorder

MIXED = {"whiten": True, "compress_to": 3}


@pytest.fixture
def run_on(small_scan):
    """Return a function that makes a run of the small scan on a device."""
    measured = scans.measure(scans.open_scan(small_scan, None), 0)
    mask = masks.make_mask("uniform", {"acceleration": 3}, 0, measured.matrix)

    def run_on(device, method="cg-sense", preparation=None, samples=1):
        settings = {"iterations": 3} if method == "l1-wavelet" else {}
        recipe = recipe_of(measured, mask, method, settings, preparation or {}, 0, samples, device)
        return GuiRun(measured.opened, recipe, "Test", learned=False)

    return run_on


def assert_shown_alike(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, atol=0.01 * np.abs(expected).max())


def recorded(run: GuiRun, room: int = 2**22) -> Recorder:
    recorder = Recorder(run, room)
    recorder.look_at(0, 1)
    for _ in recorder.watch(run.steps()):
        pass
    recorder.fill_in()
    return recorder


@pytest.mark.parametrize("preparation", [{}, MIXED], ids=["coils", "mixed coils"])
def test_every_coil_of_the_newest_step_is_shown_alike(preparation, run_on, gpu):
    here, there = (recorded(run_on(d, preparation=preparation)) for d in ("cpu", "cuda"))
    for coil in (scans.COMBINED, 0, 3):
        here.look_at(0, coil)
        there.look_at(0, coil)
        expected, found = here.newest(), there.newest()
        assert_shown_alike(found.image, expected.image)
        assert_shown_alike(found.kspace, expected.kspace)
    assert found.scalars == pytest.approx(expected.scalars, rel=0.05, abs=1e-3)


@pytest.mark.parametrize("room", [2**22, 2**16], ids=["as they are", "as pictures"])
def test_earlier_steps_are_called_back(room, run_on, gpu):
    recorder = recorded(run_on("cuda"), room)
    assert len(recorder.kept) > 1
    for index in recorder.kept:
        step = recorder.recall(index)
        assert step.index == index
        assert np.isfinite(step.image).all()
        assert step.scalars["psnr"] > 10


def test_the_deviation_of_samples_is_shown(run_on, gpu):
    here, there = (recorded(run_on(d, "l1-wavelet", samples=2)).newest() for d in ("cpu", "cuda"))
    assert np.isfinite(there.deviation).all()
    if not REAL:
        assert_shown_alike(there.deviation, here.deviation)


def test_a_run_is_finished_alike(run_on, gpu):
    stored = []
    for device in ("cpu", "cuda"):
        run = run_on(device, preparation=MIXED)
        recorded(run)
        stored.append(outcomes.finish(run))
    here, there = stored
    assert_shown_alike(there.image, here.image)
    assert there.summary["Time"].endswith("on GPU")


def test_what_a_method_says_beforehand_is_alike(run_on, gpu):
    here, there = (forecast_of(run_on(device, "l1-wavelet")) for device in ("cpu", "cuda"))
    assert there.automatic == pytest.approx(here.automatic, rel=0.05)
    assert there.hints == here.hints


def test_the_gpu_is_on_offer(gpu):
    assert [name for name, _ in catalogue.load().devices] == ["auto", "cpu", "cuda"]
