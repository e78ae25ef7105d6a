"""SPIRiT's kernels: how a sample of k-space follows from all around it, in all coils."""

from __future__ import annotations

from jaxtyping import Complex
from torch import Tensor

from ksyn.calibration import calibration_region
from ksyn.completion import Prior
from ksyn.data import Problem
from ksyn.errors import ShapeError
from ksyn.evidence import PASSED_ON, evidence_of, prior_of
from ksyn.lowrank import gram_of, mean_eigenvalue
from ksyn.prediction import prediction_error_filters, ridge

_LEAST_SIDE, _MOST_SIDE = 5, 9
_TAPS = 100
"""Samples that a kernel looks at, all coils together, as far as that takes more than 5 × 5."""


def kernel_for(problem: Problem) -> int:
    """Return the side of square kernels that suits the coils and the calibration centre [samples].

    The fewer coils there are, the further a kernel has to look; it may take half of the centre.
    """
    try:
        room = min(axis.stop - axis.start for axis in calibration_region(problem.mask))
    except ShapeError:  # There is no centre, and no kernel will do.
        return _LEAST_SIDE
    sides = range(_LEAST_SIDE, min(_MOST_SIDE, room // 2) + 1, 2)
    fitting = [side for side in sides if problem.kspace.n_coils * side**2 <= _TAPS]
    return max(fitting, default=_LEAST_SIDE if room >= _LEAST_SIDE else 3)


def spirit_rule(
    problem: Problem, kernel: int, regularisation: float, passed_on: float = PASSED_ON
) -> tuple[Complex[Tensor, "coil coil y x"], Prior]:
    """Return (G − I)ᴴ (G − I) in the image domain, and the prior of what it leaves open.

    Raises:
        ShapeError: The fully sampled centre is smaller than the kernel.
    """
    evidence = evidence_of(problem, (kernel, kernel))
    filters = prediction_error_filters(ridge(evidence.gram, regularisation), evidence.middles)
    left = evidence.left_by(filters)
    n_coils = problem.kspace.n_coils
    shaped = filters.reshape(n_coils, n_coils, kernel, kernel).to(problem.kspace.samples.dtype)
    gram = gram_of(shaped, problem.kspace.matrix)
    return gram, prior_of(problem, left, mean_eigenvalue(gram), passed_on)
