"""Coil maps as low-resolution coil images over their root sum of squares."""

from __future__ import annotations

from math import pi

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.calibration import calibration_data
from ksyn.data import KSpace, Mask, SensMaps
from ksyn.encoding import energy
from ksyn.fourier import kspace_to_image, resize_centred


def sum_of_squares(kspace: KSpace, mask: Mask) -> SensMaps:
    """Estimate coil maps as what the centre of k-space shows, with the object divided out.

    The maps keep the object's phase, so an image combined with them is nearly real.

    Source: McKenzie et al., Magn. Reson. Med. 47(3), 529-538 (2002).
    """
    return SensMaps(_unit(low_resolution(kspace, mask))[None])


def low_resolution(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil y x"]:
    """Return the coil images of the fully sampled centre, apodised against ringing."""
    acs = calibration_data(kspace, mask)
    ky, kx = acs.shape[-2:]
    apodised = acs * _hann(ky).to(acs)[:, None] * _hann(kx).to(acs)
    return kspace_to_image(resize_centred(apodised, kspace.matrix))


def _hann(n: int) -> Float[Tensor, " n"]:
    """Return a Hann window about ``n // 2`` that is 0 just outside its n samples."""
    samples = torch.arange(n, dtype=torch.float32) - n // 2
    return torch.cos(pi / 2 * samples / (n // 2 + 1)).square()


def _unit(images: Complex[Tensor, "coil y x"]) -> Complex[Tensor, "coil y x"]:
    """Return the images divided by their root sum of squares; 0 where there is nothing."""
    magnitude = torch.linalg.vecdot(images, images, dim=0).real.sqrt()
    floor = 1e-6 * float(energy(images) / images[0].numel()) ** 0.5
    unit: Tensor = images / magnitude.clamp_min(max(floor, 1e-30))
    return unit
