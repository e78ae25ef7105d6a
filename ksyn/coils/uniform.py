"""Maps of coils that see everything alike."""

from __future__ import annotations

from ksyn.data import KSpace, Mask, SensMaps


def uniform(kspace: KSpace, mask: Mask) -> SensMaps:  # noqa: ARG001 - as all ways to get maps
    """Return the same constant for every coil, root sum of squares 1: plain averaging."""
    maps = kspace.samples.new_ones((1, kspace.n_coils, *kspace.matrix))
    return SensMaps(maps * kspace.n_coils**-0.5)
