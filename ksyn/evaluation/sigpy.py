"""sigpy: ESPIRiT maps and reconstructions with them, where it is installed.

Source: Ong and Lustig, Proc. ISMRM 27, 4819 (2019); https://sigpy.readthedocs.io.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from jaxtyping import Complex

from ksyn.data import Problem
from ksyn.evaluation.benchmark import Value
from ksyn.evaluation.clock import timed
from ksyn.evaluation.peer import Image, Reconstruct, Settings, shown

Array = Complex[np.ndarray, "coil y x"]
_ACS, _CROP = 24, 0.95
"""Its own choices."""
_ITERATIONS, _CG_ITERATIONS = 100, 30


def sigpy_missing() -> str:
    """Return why sigpy cannot be run here; empty when it can."""
    return "" if find_spec("sigpy") else "the package `sigpy` is not installed (extra `bench`)"


def sigpy_wavelet(problem: Problem) -> Reconstruct:
    """Return its L1-wavelet reconstruction of weight ``regularisation``."""
    return _with_maps(problem, "L1WaveletRecon", _ITERATIONS)


def sigpy_total_variation(problem: Problem) -> Reconstruct:
    """Return its total variation reconstruction of weight ``regularisation``."""
    return _with_maps(problem, "TotalVariationRecon", _ITERATIONS)


def sigpy_sense(problem: Problem) -> Reconstruct:
    """Return its SENSE reconstruction with the squared image of weight ``regularisation``."""
    return _with_maps(problem, "SenseRecon", _CG_ITERATIONS)


def _with_maps(problem: Problem, name: str, iterations: int) -> Reconstruct:
    """Return a reconstruction with sigpy's own maps, each made once."""
    kspace = problem.kspace.samples[0].cpu().numpy()
    maps_of = cache(lambda crop: timed(lambda: sigpy_maps(kspace, crop)))

    def reconstruct(settings: Settings) -> Image:
        from sigpy.mri import app  # late: it takes seconds, and need not be there

        maps, first = maps_of(settings.get("crop"))
        recon: Callable[..., Any] = getattr(app, name)
        weight, options = settings["regularisation"], {"max_iter": iterations, "show_pbar": False}
        image, then = timed(lambda: recon(kspace, maps, weight, **options).run())
        theirs = (torch.from_numpy(array.astype(np.complex64)) for array in (image, maps))
        return shown(problem, *theirs), first + then

    return reconstruct


def sigpy_maps(kspace: Array, crop: Value = None) -> Array:
    """Return its ESPIRiT maps, 0 where the eigenvalue is smaller than `crop`."""
    from sigpy.mri import app

    if len(kspace) == 1:
        return np.ones_like(kspace)
    options = {"calib_width": _ACS, "crop": crop or _CROP, "show_pbar": False}
    maps: Array = app.EspiritCalib(kspace, **options).run()
    return maps
