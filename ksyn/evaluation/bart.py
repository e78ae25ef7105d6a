"""BART as a subprocess, on one thread: ESPIRiT maps and L1-wavelet reconstruction.

Source: Uecker et al., Proc. ISMRM 23, 2486 (2015); https://mrirecon.github.io/bart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.errors import MissingError

Array = Complex[np.ndarray, "coil a b"]
_ITERATIONS = 100


def bart_missing() -> str:
    """Return why BART cannot be run here; empty when it can."""
    return "" if shutil.which("bart") else "the command `bart` is not installed"


def bart_maps(kspace: Array, crop: object = None) -> tuple[Complex[Tensor, "coil y x"], float]:
    """Return the maps of ``bart ecalib``, and its seconds.

    Args:
        kspace: Samples; 0 where nothing was measured.
        crop: Maps are 0 where the eigenvalue is smaller; BART's own choice when None.
    """
    options = [] if crop is None else ["-c", str(crop)]
    if len(kspace) == 1:
        return torch.ones(kspace.shape, dtype=torch.complex64), 0.0
    with TemporaryDirectory() as folder:
        _write(Path(folder) / "kspace", kspace)
        seconds = _run(folder, "ecalib", "-m1", *options, "kspace", "maps")
        return torch.from_numpy(_read(Path(folder) / "maps")), seconds


def bart_image(
    kspace: Array, maps: Complex[Tensor, "coil y x"], regularisation: object
) -> tuple[Complex[Tensor, "y x"], float]:
    """Return the image of ``bart pics`` with an L1-wavelet prior, and its seconds."""
    prior = f"W:3:0:{regularisation}"
    with TemporaryDirectory() as folder:
        _write(Path(folder) / "kspace", kspace)
        _write(Path(folder) / "maps", maps.numpy())
        words = ("pics", "-S", "-e", "-i", str(_ITERATIONS), "-R", prior, "kspace", "maps", "image")
        seconds = _run(folder, *words)
        return torch.from_numpy(_read(Path(folder) / "image")), seconds


def _run(folder: str, *words: str) -> float:
    """Run one command and return how long it took [s]."""
    command = shutil.which("bart")
    if command is None:
        raise MissingError("BART is not installed.", hint="On Debian: apt-get install bart.")
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    subprocess.run([command, *words], cwd=folder, env=one_thread, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - started


def _write(path: Path, coils: Array) -> None:
    """Write ``coil a b`` in BART's order of axes, a b 1 coil."""
    array = coils.transpose(1, 2, 0)[:, :, None]
    sizes = " ".join(map(str, array.shape))
    path.with_suffix(".hdr").write_text(f"# Dimensions\n{sizes}\n")
    array.astype(np.complex64).ravel("F").tofile(path.with_suffix(".cfl"))


def _read(path: Path) -> Complex[np.ndarray, ...]:
    """Read an image ``y x`` or maps ``coil y x``."""
    sizes = [int(word) for word in path.with_suffix(".hdr").read_text().split("\n")[1].split()]
    array = np.fromfile(path.with_suffix(".cfl"), np.complex64).reshape(sizes, order="F")
    array = array.reshape(*sizes[:2], -1, order="F")
    return np.ascontiguousarray(array[..., 0] if sizes[3] == 1 else array.transpose(2, 0, 1))
