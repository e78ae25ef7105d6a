"""Coil maps as low-resolution coil images over their root sum of squares."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.coils.low_resolution import low_resolution
from ksyn.data import KSpace, Mask, SensMaps
from ksyn.encoding import energy


def sum_of_squares(kspace: KSpace, mask: Mask) -> SensMaps:
    """Estimate coil maps as what the centre of k-space shows, with the object divided out.

    The maps keep the object's phase, so an image combined with them is nearly real.

    Source: McKenzie et al., Magn. Reson. Med. 47(3), 529-538 (2002).
    """
    return SensMaps(_unit(low_resolution(kspace, mask))[None])


def _unit(images: Complex[Tensor, "coil y x"]) -> Complex[Tensor, "coil y x"]:
    """Return the images divided by their root sum of squares; 0 where there is nothing."""
    magnitude = torch.linalg.vecdot(images, images, dim=0).real.sqrt()
    floor = 1e-6 * float(energy(images) / images[0].numel()) ** 0.5
    unit: Tensor = images / magnitude.clamp_min(max(floor, 1e-30))
    return unit
