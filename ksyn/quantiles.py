"""Quantiles of images of any size; `torch.quantile` refuses more than 16 million values."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

ROBUST = 0.995
"""Quantile of an image's magnitude that counts as its maximum: a few pixels may be anything."""


def quantile(values: Float[Tensor, "*batch n"], share: float) -> Float[Tensor, "*batch"]:
    """Return the value that `share` of the last axis is not above.

    Args:
        values: At least one along the last axis.
        share: Between 0 and 1.
    """
    rank = max(round(share * values.shape[-1]), 1)
    return values.kthvalue(rank, dim=-1).values


def robust_maximum(magnitude: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
    """Return what is scaled to 1 wherever images are brought to one scale."""
    return quantile(magnitude, ROBUST)
