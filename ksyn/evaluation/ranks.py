"""Spearman's rank correlation."""

from __future__ import annotations

from jaxtyping import Float
from scipy.stats import spearmanr
from torch import Tensor


def rank_correlation(a: Float[Tensor, " n"], b: Float[Tensor, " n"]) -> float:
    """Return Spearman's ρ: 1 when a and b grow together, 0 when neither tells of the other."""
    return float(spearmanr(a.numpy(), b.numpy()).statistic)
