"""K-Syn beside BART and sigpy on one thread: maps, CG-SENSE, L1-wavelet; quality and time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from peers_bart import Bart, bart_maps, bart_pics
from peers_scan import ACS_LINES, Array, Case, projection_error, psnr, scan
from pytest_benchmark.fixture import BenchmarkFixture
from rich.console import Console
from rich.table import Table

from ksyn.coils.espirit import espirit
from ksyn.methods import METHODS
from ksyn.pipeline import prepare

CASES = [Case(sigma, spacing) for sigma in (0.01, 0.002, 0.0) for spacing in (4, 6)]
WEIGHTS = (0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01)

sigpy_installed = pytest.mark.skipif(
    find_spec("sigpy") is None, reason="sigpy, which draws the phantom, is not installed"
)
bart_installed = pytest.mark.skipif(Bart.missing(), reason="BART is not installed: package `bart`")
every_case = pytest.mark.parametrize("case", CASES, ids=str)
pytestmark = [sigpy_installed, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(autouse=True)
def one_core(all_cores: None) -> None:
    """Use one core, as the peers do."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """Collect rows and print them when all is done."""
    rows = Table(
        "case", "what", "K-Syn", "BART", "sigpy", "allowed", title="One thread; processor time"
    )
    yield rows
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        Console(file=sys.stderr, width=110).print("", rows)


@bart_installed
@pytest.mark.parametrize("case", CASES[::2], ids=str)
def test_espirit_maps_explain_the_images(
    benchmark: BenchmarkFixture, case: Case, table: Table
) -> None:
    kspace, mask = scan(case).ours()
    started = time.process_time()
    # The peers' crop: ours by itself leaves out more air, where all there is to explain is noise.
    maps = benchmark.pedantic(espirit, (kspace, mask), {"crop": 0.8}, rounds=3).maps[0].numpy()
    seconds = [(time.process_time() - started) / 3]
    ours, truth = projection_error(maps, case), projection_error(scan(case).maps, case)
    bart, bart_seconds = bart_maps(case)
    sigpy, sigpy_seconds = sigpy_maps(case)
    allowed = max(0.01, truth + 0.004)
    peers = [f"{projection_error(maps, case):.4f}" for maps in (bart, sigpy)]
    table.add_row(str(case), "projection error", f"{ours:.4f}", *peers, f"≤ {allowed:.4f}")
    seconds += [bart_seconds, sigpy_seconds]
    table.add_row("", "seconds", *(f"{s:.2f}" for s in seconds), "")
    assert ours <= allowed


@bart_installed
@every_case
def test_cg_sense_is_as_good_as_barts(
    benchmark: BenchmarkFixture, case: Case, table: Table
) -> None:
    options = {"iterations": 30, "regularisation": 0.0}
    image, seconds = benchmark.pedantic(ours, (case, "cg-sense"), options, rounds=1)
    bart, bart_seconds = bart_pics(case, "-l2", "-r0", "-i30")
    here, there = psnr(image, case), psnr(bart, case)
    allowed = f"≥ {there - 0.3:.2f}"
    table.add_row(str(case), "CG-SENSE, dB", f"{here:.2f}", f"{there:.2f}", "", allowed)
    total = bart_maps(case)[1] + bart_seconds
    table.add_row("", "seconds, with maps", f"{seconds:.2f}", f"{total:.2f}", "", "")
    assert here >= there - 0.3


@bart_installed
@every_case
def test_l1_wavelet_is_as_good_and_quick_as_barts(
    benchmark: BenchmarkFixture, case: Case, table: Table
) -> None:
    here, seconds = benchmark.pedantic(best_of_ours, (case,), rounds=1)
    there, bart_seconds = best_of_bart(case)
    allowed = f"≥ {there - 0.5:.2f}"
    table.add_row(str(case), "L1-wavelet, dB", f"{here:.2f}", f"{there:.2f}", "", allowed)
    row = [f"{seconds:.2f}", f"{bart_seconds:.2f}", "", f"≤ {1.5 * bart_seconds:.2f}"]
    table.add_row("", "seconds, with maps", *row)
    assert here >= there - 0.5
    assert seconds <= 1.5 * bart_seconds


def ours(case: Case, method: str, **options: float) -> tuple[Array, float]:
    """Return our image where maps reach, and the processor time of maps and iterations [s].

    Beyond its maps BART's image is black; ours would show what was measured there, noise in air.
    """
    started = time.process_time()
    prepared = prepare(*scan(case).ours())
    stream = METHODS.get(method).of(options).stream
    steps = stream(prepared.problem, torch.Generator().manual_seed(0))
    for step in steps:
        last = step
    seconds, beyond = time.process_time() - started, prepared.problem.sens_maps.beyond
    return (last.image * prepared.unit)[0].masked_fill(beyond, 0).numpy(), seconds


def best_of_ours(case: Case) -> tuple[float, float]:
    """Return the quality at the best weight [dB], and the least time of any."""
    runs = [ours(case, "l1-wavelet", iterations=100, regularisation=w) for w in WEIGHTS]
    return max(psnr(image, case) for image, _ in runs), min(seconds for _, seconds in runs)


def best_of_bart(case: Case) -> tuple[float, float]:
    """Return the quality at the best weight [dB], and the least time of any."""
    runs = [bart_pics(case, "-l1", f"-r{w}", "-i100") for w in WEIGHTS]
    seconds = bart_maps(case)[1] + min(seconds for _, seconds in runs)
    return max(psnr(image, case) for image, _ in runs), seconds


def sigpy_maps(case: Case) -> tuple[Array, float]:
    """Return sigpy's maps with the crop that serves it best, and its seconds."""
    from sigpy.mri.app import EspiritCalib

    started = time.process_time()
    calibration = EspiritCalib(
        scan(case).measured, calib_width=ACS_LINES, thresh=0.02, crop=0.8, show_pbar=False
    )
    return np.asarray(calibration.run()), time.process_time() - started
