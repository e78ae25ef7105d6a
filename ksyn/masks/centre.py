"""The fully sampled centre of a mask, and how many samples are left for the rest."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool
from torch import Tensor

from ksyn.errors import OptionError, ShapeError


def centre_block(n: int, width: int) -> slice:
    """Return the `width` middle samples of an axis with n; they hold the zero frequency n // 2.

    Raises:
        ShapeError: There are fewer than `width` samples.
    """
    if width > n:
        raise ShapeError(
            f"{width} autocalibration (ACS) lines do not fit in a matrix of {n}.",
            hint=f"Take at most {n} lines.",
        )
    start = (n - width + 1) // 2
    return slice(start, start + width)


def centre_rectangle(matrix: tuple[int, int], height: int, width: int) -> Bool[Tensor, "ky kx"]:
    """Return a grid where only a centred rectangle is True."""
    inside = torch.zeros(matrix, dtype=torch.bool)
    inside[centre_block(matrix[0], height), centre_block(matrix[1], width)] = True
    return inside


def samples_left(total: int, acceleration: float, centre: int, what: str) -> int:
    """Return how many of ``total / acceleration`` samples are left beside the centre.

    Args:
        total: Samples of the grid.
        acceleration: Grid samples per measured sample.
        centre: Samples of the fully sampled centre.
        what: What is counted, for the message: "columns" or "points".

    Raises:
        OptionError: The centre alone is more.
    """
    allowed = total / acceleration
    if centre > allowed:
        raise OptionError(
            f"Acceleration {acceleration:g} leaves {allowed:.4g} of {total} {what}, "
            f"but the fully sampled centre alone has {centre}.",
            hint="Make the centre smaller, or ask for an acceleration up to "
            f"{math.floor(100 * total / centre) / 100:g}.",
        )
    return int(allowed) - centre
