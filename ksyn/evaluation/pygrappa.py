"""pygrappa: GRAPPA for any mask, where it is installed; https://github.com/mckib2/pygrappa."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.calibration import calibration_region
from ksyn.completion import completed_step
from ksyn.data import Problem
from ksyn.evaluation.benchmark import Value
from ksyn.evaluation.clock import timed
from ksyn.evaluation.peer import Image, Reconstruct, Settings
from ksyn.pipeline import with_beyond

_READOUT = 5


def pygrappa_missing() -> str:
    """Return why pygrappa cannot be run here; empty when it can."""
    there = find_spec("pygrappa")
    return "" if there else "the package `pygrappa` is not installed (extra `bench`)"


def pygrappa_grappa(problem: Problem) -> Reconstruct:
    """Return its GRAPPA with kernels of ``kernel`` samples along kx; our maps combine the coils."""

    def reconstruct(settings: Settings) -> Image:
        kernel, weight = settings["kernel"], settings["regularisation"]
        kspace, seconds = timed(lambda: _completed(problem, kernel, weight))
        image = with_beyond(completed_step(problem, kspace, 0, 1), problem)
        return image.abs().cpu(), seconds

    return reconstruct


def _completed(
    problem: Problem, kernel: Value, weight: Value
) -> Complex[Tensor, "frame coil ky kx"]:
    from pygrappa import mdgrappa  # late: it need not be there

    ky, kx = calibration_region(problem.mask)
    samples = problem.kspace.samples[0].cpu().numpy().astype(np.complex128)
    centre = np.ascontiguousarray(samples[:, ky, kx])
    sides = (_READOUT, kernel)
    filled = mdgrappa(samples, centre, kernel_size=sides, coil_axis=0, lamda=weight)
    return torch.from_numpy(np.ascontiguousarray(filled)).to(problem.kspace.samples)[None]
