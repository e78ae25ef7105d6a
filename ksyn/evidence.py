"""What the fully sampled centre says of samples further out, and how far it can be trusted.

The middle of k-space is a million times as strong as its edge. Windows of the centre therefore
count by one over the amplitude that is usual at their distance: a rule learnt from the strongest
few would be a rule for these alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float, Int
from torch import Tensor

from ksyn.calibration import calibration_region
from ksyn.completion import Prior
from ksyn.data import Problem
from ksyn.lowrank import calibration_for, hankel_gram
from ksyn.prediction import energy_left, prediction_error_filters, ridge
from ksyn.spectrum import sample_power, signal_power

_KERNEL, _RIDGE = 5, 0.01
_MOST = 0.99
_ELSEWHERE, _MOST_DOUBT = 3.0, 16.0
PASSED_ON = 0.24
"""Of the noise that a rule passes on, what stays in the directions that samples do not fix, times
the coils: each coil more is one direction more that the rule fixes."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """AᴴA of a problem's centre, each window as strong as the others."""

    gram: Complex[Tensor, "tap tap"]
    """In double precision; coil by coil, tap by tap."""
    middles: Int[Tensor, " coil"]
    """Where the sample in the middle of a window stands, of each coil."""

    def left_by(self, filters: Complex[Tensor, "filter tap"]) -> float:
        """Return the energy of a window's filtered middle, relative to that of the sample."""
        energy = self.gram.diagonal().real[self.middles].sum()
        return float(energy_left(self.gram, filters) / energy)


def evidence_of(problem: Problem, kernel: tuple[int, int]) -> Evidence:
    """Return what the centre says about windows of that size.

    Raises:
        ShapeError: The fully sampled centre is smaller than the kernel.
    """
    calibration = calibration_for(problem.kspace, problem.mask, kernel)
    weights = _weights(problem)
    return Evidence(hankel_gram(calibration, kernel, weights), _middles(problem, kernel))


def _weights(problem: Problem) -> Float[Tensor, "acs_y acs_x"]:
    """Return how much the window around each sample of the centre counts."""
    return sample_power(problem)[calibration_region(problem.mask)].rsqrt()


def _middles(problem: Problem, kernel: tuple[int, int]) -> Int[Tensor, " coil"]:
    """Return where the sample in the middle of a window stands, of each coil."""
    coils = torch.arange(problem.kspace.n_coils, device=problem.device)
    return coils * kernel[0] * kernel[1] + kernel[0] // 2 * kernel[1] + kernel[1] // 2


def halves_of(
    problem: Problem, kernel: tuple[int, int]
) -> tuple[Complex[Tensor, "tap tap"], Complex[Tensor, "tap tap"]]:
    """Return AᴴA of the windows in each half of the centre, cut across its longer side.

    A centre of one window gives half of it twice.

    Raises:
        ShapeError: The fully sampled centre is smaller than the kernel.
    """
    calibration = calibration_for(problem.kspace, problem.mask, kernel)
    weights = _weights(problem)
    windows = [n - side + 1 for n, side in zip(weights.shape, kernel, strict=True)]
    axis = 0 if windows[0] >= windows[1] else 1
    half, overlap = windows[axis] // 2, kernel[axis] - 1
    if half == 0:
        whole = hankel_gram(calibration, kernel, weights) / 2
        return whole, whole
    pieces = ((0, half + overlap), (half, weights.shape[axis] - half))
    first, second = (
        hankel_gram(calibration.narrow(axis + 1, *piece), kernel, weights.narrow(axis, *piece))
        for piece in pieces
    )
    return first, second


def unexplained(problem: Problem) -> float:
    """Return the share of a sample that its surroundings do not predict, far from the middle.

    Windows count by one over their power here, so that it is the share at the centre's rim. One
    coil leaves almost all of it, eight leave a few per cent.
    """
    ky, kx = calibration_region(problem.mask)
    calibration = problem.kspace.samples[..., ky, kx].mean(dim=0)
    kernel = _kernel(problem)
    gram = hankel_gram(calibration, kernel, 1 / sample_power(problem)[ky, kx])
    own, regularised = _middles(problem, kernel), ridge(gram, _RIDGE)
    left = energy_left(regularised, prediction_error_filters(regularised, own))
    return min(float(left / gram.diagonal().real[own].sum()), _MOST)


def unexplained_elsewhere(problem: Problem) -> float:
    """Return the share of a sample of one half of the centre that the other half does not predict.

    What a rule explains of the samples it was learnt on tells little where they are few.
    """
    kernel = _kernel(problem)
    halves, own = halves_of(problem, kernel), _middles(problem, kernel)
    left = sum(
        energy_left(asked, prediction_error_filters(ridge(learnt, _RIDGE), own))
        for learnt, asked in (halves, halves[::-1])
    )
    energy = (halves[0] + halves[1]).diagonal().real[own].sum()
    return min(max(float(left / energy), 0.0), _MOST)


def doubt(problem: Problem) -> float:
    """Return how much less than its centre a rule explains of samples further out.

    Where the centre explains little of itself, it explains less still of them: the odds that it
    does not, squared. Odds across the centre's halves count three times, and however little one
    half tells of the other, something of it holds. All this is what served scans of one to eight
    coils best.
    """
    rim, elsewhere = unexplained(problem), unexplained_elsewhere(problem)
    odds = max(rim / (1 - rim), _ELSEWHERE * elsewhere / (1 - elsewhere))
    return odds**2 / (1 + odds**2 / _MOST_DOUBT)


def _kernel(problem: Problem) -> tuple[int, int]:
    """Return the window that is asked, no larger than the centre."""
    ky, kx = calibration_region(problem.mask)
    return min(_KERNEL, ky.stop - ky.start), min(_KERNEL, kx.stop - kx.start)


def prior_of(
    problem: Problem, left: float, curvature: float, passed_on: float = PASSED_ON
) -> Prior:
    """Return how strongly samples are held to what is usual at their distance.

    What the rule leaves of a sample is like noise to it, of that sample's strength near the middle
    and of the usual strength further out, where errors come from stronger neighbours. The noise of
    the samples that the rule is applied to comes on top: it is what counts where signal is faint.

    Args:
        problem: Its samples say what is usual.
        left: See `Evidence.left_by`.
        curvature: Mean eigenvalue of the rule's normal operator.
        passed_on: See `PASSED_ON`; less where something else removes noise.
    """
    free = ~problem.mask.samples.all(dim=0)[0]
    power = sample_power(problem)
    usual = power[free].median() if bool(free.any()) else power.median()
    missed = doubt(problem) * left * torch.maximum(power, usual)
    noise = passed_on / max(problem.kspace.n_coils, 2) * curvature * 2 * problem.noise_level**2
    weights = (missed + noise) / signal_power(problem)
    return Prior(weights.to(problem.kspace.samples.real.dtype), curvature)
