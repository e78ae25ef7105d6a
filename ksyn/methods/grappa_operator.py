"""The GRAPPA operator: a step along k-space is one small matrix over the coils."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor

from ksyn.calibration import calibration_region
from ksyn.completion import completed_step
from ksyn.data import Mask, Problem, Step
from ksyn.errors import ShapeError
from ksyn.lowrank import check_room
from ksyn.methods.protocol import Method
from ksyn.options import option
from ksyn.prediction import ridge
from ksyn.spectrum import sample_power

_LEAST_ERROR = 1e-6


class GrappaOperator(Method):
    """Fill each missing line from the nearest measured ones, by powers of one step's operator.

    Next to a sample of all coils stands another: s(k + Δ) ≈ G s(k), with a matrix G of coils by
    coils that the calibration centre teaches; s(k + mΔ) ≈ Gᵐ s(k). A step of the stream takes all
    lines one further, from both sides; where both reach a line they count by how well their powers
    predict the centre. A power that predicts the centre worse than 0 does is not used, so lines
    far from any measured one stay 0. It takes coils that differ along the undersampled axis, and
    whole lines along the other.

    Source: Griswold et al., Magn. Reson. Med. 54(6), 1553-1556 (2005), eqs. 1-6.
    """

    name: ClassVar[str] = "grappa-operator"
    title: ClassVar[str] = "GRAPPA operator"
    when: ClassVar[str] = "As GRAPPA on regular lines, with the least to learn; more noise."
    unfolds_by_coils_alone: ClassVar[bool] = True

    regularisation: float = option(
        0.01, low=1e-8, high=10.0, help="Weight of the squared operator; more for a noisy centre."
    )
    reach: int = option(8, low=1, high=64, unit="lines", help="Steps from a measured line at most.")

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield k-space after each further step of the operator."""
        mask = _undersampled_last(problem.mask.samples, problem.mask)
        _check_whole_lines(mask)
        kspace = _undersampled_last(problem.kspace.samples, problem.mask)
        centre, weights = _centre(problem)
        walks = [_walk(kspace, mask, centre, weights, way, self) for way in (1, -1)]
        predicted, trusted = torch.zeros_like(kspace), torch.zeros(mask.shape, device=mask.device)
        for index in range(self.reach):
            for estimate, trust in (next(walk) for walk in walks):
                predicted, trusted = predicted + trust * estimate, trusted + trust
            # What the centre hardly bears out is made smaller; its odds count as energies squared.
            filled = torch.where(mask, kspace, predicted * trusted**3 / (1 + trusted**4))
            completed = _undersampled_last(filled, problem.mask).contiguous()
            yield completed_step(problem, completed, index, self.reach)


def step_operator(
    centre: Complex[Tensor, "coil line other"],
    weights: Float[Tensor, "line other"],
    regularisation: float,
) -> Complex[Tensor, "coil coil"]:
    """Return G of s(line + 1) ≈ G s(line), by least squares.

    Args:
        centre: Fully sampled centre.
        weights: How much each sample counts where it is to be predicted.
        regularisation: Weight of the squared operator, relative to the mean diagonal of S Sᴴ.
    """
    shared = weights[1:].sqrt()
    sources, targets = ((part * shared).flatten(1) for part in (centre[:, :-1], centre[:, 1:]))
    gram = ridge(sources.conj() @ sources.mT, regularisation)
    operator: Tensor = torch.linalg.solve(gram, sources.conj() @ targets.mT).mT
    return operator


def _walk(
    kspace: Complex[Tensor, "frame coil other line"],
    mask: Bool[Tensor, "#frame 1 other line"],
    centre: Complex[Tensor, "coil acs other"],
    weights: Float[Tensor, "acs other"],
    way: int,
    options: GrappaOperator,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield what so many steps from the nearest measured line predict, and how it is trusted."""
    if way < 0:
        centre, weights = centre.flip(1), weights.flip(0)
    operator = step_operator(centre, weights, options.regularisation)
    ahead, estimate, reached = centre, kspace, mask
    useful = True
    for steps in itertools.count(1):
        estimate = torch.einsum("dc,fcol->fdol", operator.to(kspace.dtype), _moved(estimate, way))
        reached = _moved(reached, way) & ~mask
        ahead = torch.einsum("dc,clo->dlo", operator, ahead[:, :-1])
        useful = useful and ahead.shape[1] > 1
        error = _error(ahead, centre[:, steps:], weights[steps:]) if useful else 1.0
        useful = useful and error < 1
        yield estimate, reached * ((1 - error) / error if useful else 0.0)


def _error(predicted: Tensor, true: Tensor, weights: Tensor) -> float:
    """Return the weighted energy of what is predicted wrongly, relative to that of the truth."""
    wrong = (weights * (predicted - true).abs().square()).sum()
    return max(float(wrong / (weights * true.abs().square()).sum()), _LEAST_ERROR)


def _moved(lines: Tensor, way: int) -> Tensor:
    """Return each line where the next one was; nothing wraps around."""
    moved = torch.roll(lines, way, -1)
    index = torch.arange(lines.shape[-1], device=lines.device)
    return moved * (index != (0 if way > 0 else len(index) - 1))


def _centre(problem: Problem) -> tuple[Tensor, Tensor]:
    """Return the centre as ``coil line other`` in double precision, and what samples count."""
    region = calibration_region(problem.mask)
    centre = problem.kspace.samples[..., region[0], region[1]].mean(dim=0)
    weights = sample_power(problem)[region].rsqrt()
    check_room(centre, (2, 2))
    if _along_columns(problem.mask):
        centre, weights = centre.mT, weights.mT
    return centre.to(torch.complex128), weights.double()


def _along_columns(mask: Mask) -> bool:
    """Return whether lines along kx are missing, rather than along ky."""
    samples = mask.samples
    return bool((samples == samples[..., :1, :]).all())


def _undersampled_last(array: Tensor, mask: Mask) -> Tensor:
    """Return an array with the axis along which lines are missing last; its own inverse."""
    return array if _along_columns(mask) else array.mT


def _check_whole_lines(mask: Bool[Tensor, "#frame 1 other line"]) -> None:
    if not bool((mask == mask[..., :1, :]).all()):
        raise ShapeError(
            "The mask leaves out samples along both axes; the GRAPPA operator fills whole lines.",
            hint="Choose GRAPPA, SPIRiT or LORAKS, which take any mask, or a mask of whole lines.",
        )
