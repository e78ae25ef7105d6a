"""Coil maps, whitening and compression; MAPS names the ways to estimate maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ksyn.coils.espirit import espirit
from ksyn.coils.sum_of_squares import sum_of_squares
from ksyn.coils.uniform import uniform
from ksyn.coils.walsh import walsh
from ksyn.data import KSpace, Mask, SensMaps

MAPS = Literal["espirit", "walsh", "sum-of-squares", "ones"]

_ESTIMATORS: dict[MAPS, Callable[..., SensMaps]] = {
    "espirit": espirit,
    "walsh": walsh,
    "sum-of-squares": sum_of_squares,
    "ones": uniform,
}


def estimate_maps(kind: MAPS, kspace: KSpace, mask: Mask, **options: float | None) -> SensMaps:
    """Return coil maps, estimated the way that is named, with that way's options.

    A single coil sees everything alike: its map is 1, however it is asked for.
    """
    if kspace.n_coils == 1:
        return uniform(kspace, mask)
    return _ESTIMATORS[kind](kspace, mask, **options)
