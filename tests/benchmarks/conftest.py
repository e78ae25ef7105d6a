"""What the benchmarks run on: the demo's size, on all cores, in the same state each time."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import torch

from ksyn.data import Mask, Problem
from ksyn.phantoms import coil_maps, head_kspace

MATRIX, N_COILS, NOISE = (256, 256), 8, 0.005


def pytest_report_header() -> str:
    """Say what the numbers depend on."""
    return f"torch {torch.__version__}, {os.cpu_count()} cores, {N_COILS} coils, matrix {MATRIX}"


@pytest.fixture(autouse=True)
def all_cores() -> Iterator[None]:
    """Use every core, as the application does; the other tests use one."""
    before = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def demo_problem() -> Problem:
    """Return a head with every fourth column and 24 at the centre measured, scaled to 1."""
    kspace = head_kspace(MATRIX, N_COILS, noise=NOISE)
    samples = torch.zeros(1, 1, *MATRIX, dtype=torch.bool)
    samples[..., ::4] = True
    samples[..., 116:140] = True
    mask = Mask(samples)
    return Problem(mask.apply(kspace), mask, coil_maps(N_COILS, MATRIX), NOISE)
