"""Interpolation kernels: how a sample of k-space follows from those around it, in all coils.

Both methods ask the fully sampled centre. Its windows, one a row of A, give one matrix AᴴA; what
the kernels of any neighbourhood are stands in a part of it.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Complex, Float, Int
from torch import Tensor

from ksyn.calibration import calibration_region
from ksyn.completion import Prior
from ksyn.data import Problem
from ksyn.errors import ShapeError
from ksyn.evidence import evidence_of, prior_of
from ksyn.lowrank import gram_of, mean_eigenvalue
from ksyn.neighbourhoods import Group
from ksyn.prediction import prediction_error_filters, ridge

_LEAST_SIDE, _MOST_SIDE = 5, 9
_TAPS = 100
"""Samples that a kernel looks at, all coils together, as far as that takes more than 5 × 5."""

Halves = tuple[Complex[Tensor, "tap tap"], Complex[Tensor, "tap tap"]]
"""AᴴA of the windows in each half of the centre; their sum is that of all."""


def fill(
    kspace: Complex[Tensor, "frame coil ky kx"],
    measured: Complex[Tensor, "frame coil ky kx"],
    halves: Halves,
    group: Group,
    share: float = 1.0,
) -> Complex[Tensor, "frame coil ky kx"]:
    """Return the k-space with the missing samples of a group interpolated from measured ones.

    Args:
        kspace: What was filled before.
        measured: Samples to interpolate from.
        halves: AᴴA of the group's window in each half of the centre, regularised.
        group: Which samples, and what is measured around them.
        share: How much of what is interpolated to fill in.
    """
    taps, real = group.sources()
    gram, n_coils = halves[0] + halves[1], kspace.shape[1]
    weights = grappa_weights(gram, taps, real, n_coils)
    counted = share * trust(gram, taps, weights) * carries_over(halves, taps, real, n_coils)
    weights = (weights * counted[:, None, None]).to(kspace.dtype)
    sources = group.around(measured, taps).flatten(2)
    filled = kspace.movedim(1, -1).clone(memory_format=torch.contiguous_format)
    filled.flatten(0, 2)[group.members.flatten()] = (sources @ weights).flatten(0, 1)
    return filled.movedim(-1, 1).contiguous()


def grappa_weights(
    gram: Complex[Tensor, "tap tap"],
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
    n_coils: int,
) -> Complex[Tensor, "pattern weight coil"]:
    """Return the least-squares weights of the sources of each pattern for the window's middle.

    Args:
        gram: AᴴA of the window, regularised; coil by coil, tap by tap.
        taps: Sources of each pattern, as numbers of taps.
        real: Which of them are there; the others only fill rows up, and get weight 0.
        n_coils: Receive channels.

    Returns:
        Weights ``source coil`` of each coil's sample in the middle.

    Source: Griswold et al., Magn. Reson. Med. 47(6), 1202-1210 (2002), eq. 3.
    """
    normal, right = _normal_equations(gram, taps, real, n_coils)
    return torch.cholesky_solve(right, torch.linalg.cholesky(normal))


def trust(
    gram: Complex[Tensor, "tap tap"],
    taps: Int[Tensor, "pattern source"],
    weights: Complex[Tensor, "pattern weight coil"],
) -> Float[Tensor, " pattern"]:
    """Return by how much to shrink what each pattern predicts: 1 if the centre bears it out.

    Where a pattern explains little of the centre, it explains less still of samples further out;
    what it adds there is noise. Twice the odds that it explains a sample are the tangent of an
    angle, whose sine is returned. (Its square leaves up to 0.3 dB behind where coils are few.)
    """
    n_coils = weights.shape[-1]
    pairs = _pairs(gram, n_coils)
    middle = pairs.shape[0] // 2
    predicted = (weights.conj() * pairs[taps, middle].flatten(1, 2)).real.sum(dim=(1, 2))
    explained = (predicted / pairs[middle, middle].diagonal().real.sum()).clamp(0, 1)
    return 2 * explained / torch.hypot(2 * explained, 1 - explained)


def carries_over(
    halves: Halves,
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
    n_coils: int,
) -> Bool[Tensor, " pattern"]:
    """Return which patterns, learnt on one half of the centre, explain any of the other.

    What explains only the samples it was learnt on was fitted to their noise, or to the few
    strongest; filling with it is worse than leaving a gap.
    """
    explained = torch.zeros(len(taps), dtype=torch.float64, device=taps.device)
    for learnt, asked in (halves, halves[::-1]):
        weights = grappa_weights(learnt, taps, real, n_coils)
        normal, right = _normal_equations(asked, taps, real, n_coils)
        less = weights.conj() * (2 * right - normal @ weights)
        explained = explained + less.real.sum(dim=(1, 2))
    return explained > 0


def _normal_equations(
    gram: Complex[Tensor, "row row"],
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
    n_coils: int,
) -> tuple[Complex[Tensor, "pattern weight weight"], Complex[Tensor, "pattern weight coil"]]:
    """Return what says least squares of each pattern; sources that are not there get 0."""
    n_taps = len(gram) // n_coils
    pairs = _pairs(gram, n_coils)
    there = real.repeat_interleave(n_coils, dim=1)
    normal = pairs[taps[:, :, None], taps[:, None, :]].transpose(2, 3).flatten(3, 4).flatten(1, 2)
    right = pairs[taps, n_taps // 2].flatten(1, 2)
    alone = torch.eye(normal.shape[-1], dtype=gram.dtype, device=gram.device)
    normal = torch.where(there[:, :, None] & there[:, None, :], normal, alone)
    return normal, torch.where(there[..., None], right, 0)


def _pairs(gram: Complex[Tensor, "row row"], n_coils: int) -> Complex[Tensor, "tap tap coil coil"]:
    """Return AᴴA as the small matrix ``coil coil`` of each pair of taps."""
    n_taps = len(gram) // n_coils
    return gram.reshape(n_coils, n_taps, n_coils, n_taps).permute(1, 3, 0, 2)


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
    problem: Problem, kernel: int, regularisation: float
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
    return gram, prior_of(problem, left, mean_eigenvalue(gram))
