"""Whether a deviation tells where the error is: Spearman's rank correlation."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Bool, Float
from scipy.stats import spearmanr
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

NEIGHBOURHOOD = 5
"""Side of the square within which errors are told together [pixels]."""


class Agreement(NamedTuple):
    """Rank correlations of a deviation with the error."""

    point: float
    """Pixel by pixel. It cannot come near 1: of an error whose size is known exactly, the value at
    one pixel is still chance."""
    around: float
    """Of the root mean squares over each pixel's neighbourhood."""


def agreement(
    deviation: Float[Tensor, "frame y x"],
    error: Float[Tensor, "frame y x"],
    where: Bool[Tensor, "frame y x"],
) -> Agreement:
    """Return how well a deviation tells where an error is, among some pixels."""
    pairs = (deviation, error), (_around(deviation), _around(error))
    return Agreement(*(rank_correlation(a[where], b[where]) for a, b in pairs))


def rank_correlation(a: Float[Tensor, " n"], b: Float[Tensor, " n"]) -> float:
    """Return Spearman's ρ: 1 when a and b grow together, 0 when neither tells of the other."""
    return float(spearmanr(a.numpy(), b.numpy()).statistic)


def _around(values: Float[Tensor, "frame y x"]) -> Float[Tensor, "frame y x"]:
    """Return the root mean square over the neighbourhood of each pixel."""
    margin = NEIGHBOURHOOD // 2
    wide = pad(values.square()[:, None], [margin] * 4, mode="replicate")
    rms: Tensor = avg_pool2d(wide, NEIGHBOURHOOD, stride=1)[:, 0].sqrt()
    return rms
