"""The fully sampled centre of k-space, from which coil maps and kernels are estimated."""

from __future__ import annotations

from contextlib import suppress

import torch
from jaxtyping import Bool, Complex, Int
from torch import Tensor

from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError


def calibration_region(mask: Mask) -> tuple[slice, slice]:
    """Return the largest fully sampled rectangle around the zero frequency, as (ky, kx) slices.

    A sample counts as measured only if every frame measures it.

    Raises:
        ShapeError: The zero frequency itself is not measured.
    """
    measured = mask.samples.all(dim=0)[0]
    ky, kx = (n // 2 for n in measured.shape)
    if not bool(measured[ky, kx]):
        raise ShapeError(
            "The mask has no calibration centre: the zero frequency is not measured.",
            hint="Add autocalibration (ACS) lines to the mask.",
        )
    up, down = _reach(measured[: ky + 1].flip(0), kx), _reach(measured[ky:], kx)
    sides = torch.minimum(up[:, None], down[None])  # rows above, rows below, left and right
    heights = torch.arange(len(up))[:, None] + torch.arange(len(down)) + 1
    areas = heights * (sides.sum(dim=-1).cpu() + 1)
    above, below = divmod(int(areas.argmax()), len(down))
    left, right = sides[above, below].tolist()
    return slice(ky - above, ky + below + 1), slice(kx - left, kx + right + 1)


def calibration_data(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil ky kx"]:
    """Return the fully sampled centre, averaged over frames."""
    ky, kx = calibration_region(mask)
    return kspace.samples[..., ky, kx].mean(dim=0)


def centred_region(mask: Mask) -> tuple[slice, slice]:
    """Return what of the calibration region has the zero frequency at ``n // 2``, as all k-space.

    With partial Fourier the region reaches further to one side; that part is left out.

    Raises:
        ShapeError: The zero frequency itself is not measured.
    """
    middles = (n // 2 for n in mask.matrix)
    ky, kx = (_centred(*pair) for pair in zip(calibration_region(mask), middles, strict=True))
    return ky, kx


def centred_data(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil ky kx"]:
    """Return the fully sampled centre about the zero frequency, averaged over frames."""
    ky, kx = centred_region(mask)
    return kspace.samples[..., ky, kx].mean(dim=0)


def outer_acceleration(mask: Mask) -> float:
    """Return the acceleration outside the calibration region: so many points fold onto one.

    It is infinite where nothing is measured out there, and 1 where nothing is missing.
    """
    outside = torch.ones_like(mask.samples)
    with suppress(ShapeError):  # without a centre, all of it is outside
        outside[(..., *calibration_region(mask))] = False
    points, measured = int(outside.sum()), int((outside & mask.samples).sum())
    return points / measured if measured else float("inf") if points else 1.0


def _centred(region: slice, middle: int) -> slice:
    below, above = middle - region.start, region.stop - 1 - middle
    reach = min(below, above)
    return slice(middle - reach - (below > above), middle + reach + 1)


def _reach(rows: Bool[Tensor, "row kx"], centre: int) -> Int[Tensor, "row 2"]:
    """Return how far left and right of the centre all rows up to each one are measured."""
    left = rows[:, : centre + 1].flip(1).long().cumprod(dim=1).sum(dim=1) - 1
    right = rows[:, centre:].long().cumprod(dim=1).sum(dim=1) - 1
    reach: Tensor = torch.stack([left, right], dim=1).cummin(dim=0).values
    return reach
