"""Missing samples from the measured ones around them, as far as the centre bears that out.

Weights learnt at the centre are asked how much of it they explain, how well those of one half of it
serve the other, and how the noise they add compares with the signal where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Complex, Float, Int
from torch import Tensor

from ksyn.data import Problem
from ksyn.evidence import halves_of, unexplained_elsewhere
from ksyn.neighbourhoods import Group, Window
from ksyn.pattern_weights import explained_share, fit, grappa_weights
from ksyn.prediction import ridge
from ksyn.spectrum import signal_to_noise

Halves = tuple[Complex[Tensor, "tap tap"], Complex[Tensor, "tap tap"]]
"""AᴴA of the windows in each half of the centre; their sum is that of all."""

_EXPLAINED = 3.0
_NOISE = 0.5
"""How much what is explained, and noise, count in the odds. These, and the powers of all odds,
served scans of one to twelve coils best, with and without much noise."""
_MISSED = 0.15
"""Share of one half of the centre that the other does not predict, where caution begins."""
_LITTLE = 0.01
"""Caution that changes nothing to speak of, and would take more time than all else."""


@dataclass(frozen=True, eq=False)
class Centre:
    """What the centre says of windows of one size, and what there is to say of all samples."""

    halves: Halves
    learnt: Halves
    """The same, regularised."""
    snr: Float[Tensor, "ky kx"]
    """Power of the signal over that of the noise, as is usual where a sample stands."""
    caution: float
    """From 0, where each half of the centre predicts the other, to 1, where neither does."""

    @classmethod
    def of(cls, problem: Problem, window: Window, regularisation: float) -> Centre:
        """Ask the centre of a problem.

        Raises:
            ShapeError: It is smaller than the window.
        """
        first, second = halves_of(problem, window)
        learnt = ridge(first, regularisation), ridge(second, regularisation)
        missed = unexplained_elsewhere(problem)
        caution = missed**6 / (missed**6 + _MISSED**6)
        return cls((first, second), learnt, signal_to_noise(problem), caution)

    @cached_property
    def whole(self) -> Complex[Tensor, "tap tap"]:
        """AᴴA of all windows, regularised."""
        return self.learnt[0] + self.learnt[1]


def fill(
    kspace: Complex[Tensor, "frame coil ky kx"],
    measured: Complex[Tensor, "frame coil ky kx"],
    centre: Centre,
    group: Group,
) -> Complex[Tensor, "frame coil ky kx"]:
    """Return the k-space with the missing samples of a group interpolated from measured ones.

    Args:
        kspace: What was filled before.
        measured: Samples to interpolate from.
        centre: Of windows of the group's size.
        group: Which samples, and what is measured around them.
    """
    taps, real = group.sources()
    n_coils = kspace.shape[1]
    weights = grappa_weights(centre.whole, taps, real, n_coils)
    explained = explains(explained_share(centre.whole, taps, weights))
    share = explained.sqrt()
    if centre.caution > _LITTLE:
        careful = explained * carries_over(centre, taps, real, n_coils)
        share = share * careful**centre.caution
    share = share[:, None].to(centre.snr.dtype) * above_noise(weights, _at(centre.snr, group))
    predicted = group.around(measured, taps).flatten(2) @ weights.to(kspace.dtype)
    filled = kspace.movedim(1, -1).clone(memory_format=torch.contiguous_format)
    filled.flatten(0, 2)[group.members.flatten()] = (share[..., None] * predicted).flatten(0, 1)
    return filled.movedim(-1, 1).contiguous()


def explains(explained: Float[Tensor, " pattern"]) -> Float[Tensor, " pattern"]:
    """Return by how much to shrink what each pattern predicts: 1 if it explains all of the centre.

    Where a pattern explains little of the centre, it explains less still of samples further out.
    """
    return _outweighs(_EXPLAINED * explained, 1 - explained)


def carries_over(
    centre: Centre,
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
    n_coils: int,
) -> Float[Tensor, " pattern"]:
    """Return by how much to shrink what each pattern predicts: 1 if one half tells the other.

    A pattern learnt on one half of the centre is asked for the other. What it has to be scaled by
    to fit there is less than 1 if it was fitted to noise, or to the few strongest samples; further
    out it is less again.
    """
    alike = energy = torch.zeros(len(taps), dtype=torch.float64, device=taps.device)
    for learnt, asked in zip(centre.learnt, centre.halves[::-1], strict=True):
        found = fit(grappa_weights(learnt, taps, real, n_coils), asked, taps, real)
        alike, energy = alike + found[0], energy + found[1]
    scale = (alike / energy).nan_to_num().clamp(0, 1)
    return _outweighs(scale, 1 - scale, power=3)


def above_noise(
    weights: Complex[Tensor, "pattern weight coil"], snr: Float[Tensor, "pattern member"]
) -> Float[Tensor, "pattern member"]:
    """Return by how much to shrink each prediction: 0 if it is but the noise of its sources."""
    amplified = weights.abs().square().sum(dim=(1, 2)) / weights.shape[-1]
    return _outweighs(snr, _NOISE * amplified[:, None].to(snr.dtype))


def _outweighs(
    a: Float[Tensor, "*n"], b: Float[Tensor, "*#n"], power: float = 2
) -> Float[Tensor, "*n"]:
    """Return a share: 1 where a ≫ b ≥ 0, a half where they are equal, 0 where a ≪ b."""
    return 1 / (1 + (b / a) ** power)


def _at(values: Float[Tensor, "ky kx"], group: Group) -> Float[Tensor, "pattern member"]:
    """Return the value where each member of a group stands, in any frame."""
    return values.flatten()[group.members % values.numel()]
