"""The fully sampled centre of k-space, from which coil maps and kernels are estimated."""

from __future__ import annotations

from jaxtyping import Bool, Complex
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
    rectangles = [_widest(measured, ky - up, ky + down) for up, down in _spans(measured[:, kx], ky)]
    return max(rectangles, key=_area)


def calibration_data(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil ky kx"]:
    """Return the fully sampled centre, averaged over frames."""
    ky, kx = calibration_region(mask)
    return kspace.samples[..., ky, kx].mean(dim=0)


def _spans(column: Bool[Tensor, " ky"], centre: int) -> list[tuple[int, int]]:
    """Return how far the column is measured around its centre, nearest and widest first."""
    up = int(column[: centre + 1].flip(0).long().cumprod(0).sum()) - 1
    down = int(column[centre:].long().cumprod(0).sum()) - 1
    reach = max(up, down)
    return [(min(n, up), min(n, down)) for n in range(reach + 1)]


def _widest(measured: Bool[Tensor, "ky kx"], top: int, bottom: int) -> tuple[slice, slice]:
    row = measured[top : bottom + 1].all(dim=0)
    centre = row.numel() // 2
    left, right = _spans(row, centre)[-1]
    return slice(top, bottom + 1), slice(centre - left, centre + right + 1)


def _area(region: tuple[slice, slice]) -> int:
    ky, kx = region
    return int((ky.stop - ky.start) * (kx.stop - kx.start))
