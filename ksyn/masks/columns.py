"""Masks of whole columns: what the 1D patterns share."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from ksyn.data import Mask
from ksyn.masks.centre import centre_block


def columns_mask(columns: Bool[Tensor, " kx"], n_ky: int) -> Mask:
    """Return the mask that measures whole columns."""
    return Mask(columns.expand(1, 1, n_ky, -1).clone())


def centre_columns(n_kx: int, acs_lines: int) -> Bool[Tensor, " kx"]:
    """Return the columns of the fully sampled centre."""
    columns = torch.zeros(n_kx, dtype=torch.bool)
    columns[centre_block(n_kx, acs_lines)] = True
    return columns


def with_columns(columns: Bool[Tensor, " kx"], extra: Int[Tensor, " n"]) -> Bool[Tensor, " kx"]:
    """Return the columns with some more of them measured."""
    return columns.index_fill(0, extra, True)


def every(step: float, offset: float, n: int) -> Int[Tensor, " m"]:
    """Return offset, offset + step, offset + 2 step, … below n, rounded down."""
    if offset >= n:
        return torch.zeros(0, dtype=torch.long)
    return torch.arange(offset, n, step, dtype=torch.float64).floor().long().clamp_max(n - 1)


def fraction_lines(n_kx: int, centre_fraction: float, acs_lines: int | None) -> int:
    """Return the centre lines: as many as asked for, else a fraction of all."""
    return round(n_kx * centre_fraction) if acs_lines is None else acs_lines
