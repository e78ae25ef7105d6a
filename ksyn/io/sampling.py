"""What was measured: the mask of a k-space as acquired, told from its zeros."""

from __future__ import annotations

from jaxtyping import Bool, Complex
from torch import Tensor

from ksyn.data import Mask

_CHANCE = 0.02
"""Share of measured samples that may be 0 by chance (integers, clean simulations)."""
_REACH = 0.9
"""A full grid may reach this much less far to one side than to the other."""
_COVER = 0.5
"""Share of the grid that a fully sampled, zero-padded scan must cover."""


def measured_mask(samples: Complex[Tensor, "frame coil ky kx"]) -> Mask:
    """Return where any coil has a sample other than 0, one frame when all frames agree."""
    nonzero = (samples != 0).any(dim=1, keepdim=True)
    return shared_mask(_without_chance_zeros(nonzero))


def shared_mask(measured: Bool[Tensor, "frame 1 ky kx"]) -> Mask:
    """Return the mask with a single frame when all frames are the same."""
    same = bool((measured == measured[:1]).all())
    return Mask(measured[:1].clone() if same else measured)


def is_fully_sampled(mask: Mask) -> bool:
    """Return whether every frame measures a whole rectangle around the zero frequency.

    A scan that the vendor padded with zeros up to its matrix counts as fully sampled when the
    rectangle is about symmetric and covers at least half of each axis; partial Fourier does not.
    """
    measured = mask.samples.all(dim=0)[0]
    rows, columns = measured.any(dim=1), measured.any(dim=0)
    box = measured[rows][:, columns]
    return bool(box.numel() and box.all()) and _fills(rows) and _fills(columns)


def _without_chance_zeros(nonzero: Bool[Tensor, "frame 1 ky kx"]) -> Bool[Tensor, "frame 1 ky kx"]:
    """Return the rows and columns that have samples, where nearly all of theirs are not 0."""
    whole = nonzero.any(dim=-1, keepdim=True) & nonzero.any(dim=-2, keepdim=True)
    by_chance = whole.sum() - nonzero.sum()
    return whole if float(by_chance) <= _CHANCE * float(whole.sum()) else nonzero


def _fills(line: Bool[Tensor, " n"]) -> bool:
    positions = line.nonzero().flatten().tolist()
    n, first, last = line.numel(), positions[0], positions[-1]
    below, above = n // 2 - first, last - n // 2 + (1 - n % 2)
    whole = last - first + 1 == len(positions) and len(positions) >= _COVER * n
    return whole and min(below, above) >= _REACH * max(below, above)
