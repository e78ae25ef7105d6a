"""A small scan on disk, and a way to call the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ksyn.cli import main
from ksyn.phantoms import head_kspace


@dataclass(frozen=True)
class Outcome:
    """What a call left."""

    status: int
    out: str
    err: str


@pytest.fixture
def ksyn(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return a function that calls the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["ksyn", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        return Outcome(int(caught.value.code or 0), out, err)

    return call


@pytest.fixture(scope="session")
def samples() -> np.ndarray:
    """Return a small fully sampled k-space, ``coil ky kx``."""
    return head_kspace((48, 44), 4, noise=0.001).samples[0].numpy()


@pytest.fixture
def scan(tmp_path: Path, samples: np.ndarray) -> Path:
    """Return a file with it."""
    path = tmp_path / "scan.npy"
    np.save(path, samples)
    return path
