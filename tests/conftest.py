"""Safety nets and small problems for every test."""

from __future__ import annotations

import os
import sys

# Both are read when Qt and OpenMP are loaded, so they stand before every import.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from jaxtyping import install_import_hook

# Axes and kinds are checked at run time, in tests only. An option of pytest's command line would
# not reach the worker processes of pytest-xdist. Benchmarks time what users run, without checks.
if "--benchmark-only" not in sys.argv:
    install_import_hook("ksyn", "checking.checked")

from leaks import Watch
from pretend_gpu import pretend_gpu

from ksyn.data import KSpace, Mask, Problem
from ksyn.phantoms import coil_maps, head_kspace

torch.set_num_threads(1)
settings.register_profile("ksyn", deadline=None, max_examples=25, derandomize=True, database=None)
settings.load_profile("ksyn")

DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real scans beside the project; no test needs them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run."""
    for item in items:
        if item.get_closest_marker("data") and not DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason="no folder of real scans beside the project"))
        if "gpu" in getattr(item, "fixturenames", ()):
            item.add_marker("cuda")
        elif item.get_closest_marker("cuda") and not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


@pytest.fixture(autouse=True)
def isolated_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own, so that none touches the user's files or settings."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in ("APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home / name.lower()))
    _isolate_qt_settings(home / "config")
    return home


@pytest.fixture(autouse=True)
def no_leaks(isolated_home: Path) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a window behind."""
    with Watch() as watch:
        yield
    if watch.leaks:
        pytest.fail("The test left behind:\n" + "\n".join(watch.leaks), pytrace=False)


@pytest.fixture
def data_folder() -> Path:
    """Return the folder of real scans, or skip."""
    if not DATA.is_dir():
        pytest.skip("no folder of real scans beside the project")
    return DATA


@pytest.fixture
def rng() -> torch.Generator:
    """Return a generator with a fixed seed."""
    return torch.Generator().manual_seed(1)


@pytest.fixture
def gpu() -> Iterator[torch.device]:
    """Return the GPU, or a pretend one where there is none."""
    if torch.cuda.is_available():
        yield torch.device("cuda", 0)
        return
    with pretend_gpu() as device:
        yield device


@pytest.fixture
def small_problem() -> Problem:
    """Return a head of 48 × 40 with 4 coils: every third column and 10 at the centre measured."""
    return problem_of((48, 40))


@pytest.fixture(params=[(32, 32), (33, 31)], ids=["even", "odd"])
def tiny_problem(request: pytest.FixtureRequest) -> Problem:
    """Return a head of even, then of odd size."""
    return problem_of(request.param)


def problem_of(matrix: tuple[int, int], n_coils: int = 4, noise: float = 0.002) -> Problem:
    """Return an undersampled made-up head with the maps it was scanned with."""
    samples = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    samples[..., ::3] = True
    centre = matrix[1] // 2
    samples[..., centre - 5 : centre + 5] = True
    mask = Mask(samples)
    kspace = mask.apply(_scan(matrix, n_coils, noise))
    return Problem(kspace, mask, coil_maps(n_coils, matrix), noise)


@cache
def _scan(matrix: tuple[int, int], n_coils: int, noise: float) -> KSpace:
    """Drawing the head takes most of a second, so each process does it once."""
    return head_kspace(matrix, n_coils, noise=noise)


def _isolate_qt_settings(folder: Path) -> None:
    from PySide6.QtCore import QSettings

    for format_ in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(format_, QSettings.Scope.UserScope, str(folder))
