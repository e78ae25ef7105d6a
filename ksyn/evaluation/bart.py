"""BART as a subprocess, on one thread: ESPIRiT maps and reconstructions with them.

Source: Uecker et al., Proc. ISMRM 23, 2486 (2015); https://mrirecon.github.io/bart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import Problem
from ksyn.errors import MissingError
from ksyn.evaluation.benchmark import Value
from ksyn.evaluation.clock import timed
from ksyn.evaluation.peer import Image, Reconstruct, Settings, shown

Array = Complex[np.ndarray, "coil a b"]
_ITERATIONS = "100"
_CG_ITERATIONS = "30"


def bart_missing() -> str:
    """Return why BART cannot be run here; empty when it can."""
    return "" if shutil.which("bart") else "the command `bart` is not installed"


def bart_wavelet(problem: Problem) -> Reconstruct:
    """Return ``bart pics`` with an L1-wavelet prior of weight ``regularisation``."""
    return _with_maps(problem, lambda weight: ["-e", "-i", _ITERATIONS, "-R", f"W:3:0:{weight}"])


def bart_total_variation(problem: Problem) -> Reconstruct:
    """Return ``bart pics`` with total variation of weight ``regularisation``."""
    return _with_maps(problem, lambda weight: ["-i", _ITERATIONS, "-R", f"T:3:0:{weight}"])


def bart_sense(problem: Problem) -> Reconstruct:
    """Return ``bart pics`` with the squared image of weight ``regularisation``."""
    return _with_maps(problem, lambda weight: ["-l2", "-i", _CG_ITERATIONS, "-r", f"{weight}"])


def bart_maps(kspace: Array, crop: Value = None) -> Complex[Tensor, "coil y x"]:
    """Return the maps of ``bart ecalib``.

    Args:
        kspace: Samples; 0 where nothing was measured.
        crop: Maps are 0 where the eigenvalue is smaller; BART's own choice when None.
    """
    options = [] if crop is None else ["-c", str(crop)]
    if len(kspace) == 1:
        return torch.ones(kspace.shape, dtype=torch.complex64)
    with TemporaryDirectory() as folder:
        _write(Path(folder) / "kspace", kspace)
        _run(folder, "ecalib", "-m1", *options, "kspace", "maps")
        return torch.from_numpy(_read(Path(folder) / "maps"))


def bart_image(
    kspace: Array, maps: Complex[Tensor, "coil y x"], options: list[str]
) -> Complex[Tensor, "y x"]:
    """Return the image of ``bart pics``."""
    with TemporaryDirectory() as folder:
        _write(Path(folder) / "kspace", kspace)
        _write(Path(folder) / "maps", maps.numpy())
        _run(folder, "pics", "-S", *options, "kspace", "maps", "image")
        return torch.from_numpy(_read(Path(folder) / "image"))


def _with_maps(problem: Problem, options: Callable[[Value], list[str]]) -> Reconstruct:
    """Return a reconstruction with BART's own maps, each made once."""
    kspace = problem.kspace.samples[0].cpu().numpy()
    maps_of = cache(lambda crop: timed(lambda: bart_maps(kspace, crop)))

    def reconstruct(settings: Settings) -> Image:
        maps, first = maps_of(settings.get("crop"))
        words = options(settings["regularisation"])
        image, then = timed(lambda: bart_image(kspace, maps, words))
        return shown(problem, image, maps), first + then

    return reconstruct


def _run(folder: str, *words: str) -> None:
    command = shutil.which("bart")
    if command is None:
        raise MissingError("BART is not installed.", hint="On Debian: apt-get install bart.")
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([command, *words], cwd=folder, env=one_thread, check=True, capture_output=True)  # noqa: S603


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
