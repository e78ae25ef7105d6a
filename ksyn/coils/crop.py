"""Where coil maps end: with the object, but not before what else is no noise."""

from __future__ import annotations

from jaxtyping import Bool, Float
from torch import Tensor

from ksyn.calibration import centred_data
from ksyn.coils.low_resolution import low_resolution, low_resolution_noise
from ksyn.data import KSpace, Mask
from ksyn.encoding import magnitude_image
from ksyn.fourier import resize_centred
from ksyn.quantiles import quantile, robust_maximum

ACS_SIDE = 48
"""Samples of the calibration region that are used along each axis, at most."""
LEAST_CROP, MOST_CROP = 0.5, 0.95
"""Limits of the automatic crop: a neighbourhood must fit for the better part; and with a centre of
24 lines more than 99.9 % of a head is above the upper one, so a higher one would cut into it."""
DARK, KEPT = 0.2, 0.999
"""The automatic crop keeps the share `KEPT` of the pixels that are brighter in the centre's image
than `DARK` times its robust maximum: what is darker may be the ringing of a short centre."""
BEYOND = 2.0
"""Beyond the maps, the centre's image may be as many times as strong as its noise.

With the crop that the object alone asks for it is 1.2 to 1.5 times as strong on three heads that
were measured as k-space, and looser maps only cost there. It is 2 to 3 times as strong on four
slices of SIAT and a spin echo: a little less of a crop gains AK-diffusion 0.1 to 0.4 dB at uniform
6 and loses 0.02 at random 6. It is 6.5 times as strong on an image stored as magnitude, whose air
has a floor: there the lowest crop gains 2.2 and 1.2 dB.
"""
STEP = 0.05
"""By so much the crop falls while there is more beyond."""


def automatic_crop(
    values: Float[Tensor, "y x"], kspace: KSpace, mask: Mask, noise: float | None
) -> float:
    """Return the eigenvalue at which maps shall end.

    Air that takes part in a reconstruction takes aliasing in; what does not take part cannot be
    reconstructed, and its aliases stay. So the crop is the highest that keeps all of the centre's
    own image but what is dark in it, and leaves nothing but noise beyond. Short centres make
    blurred maps, whose eigenvalues fall within the object, too.

    Args:
        values: Eigenvalue of each pixel's map.
        kspace: Samples that the maps were estimated from.
        mask: Where they are measured.
        noise: Standard deviation in the real and in the imaginary part of a sample; None or 0 when
            unknown, and then the object alone counts.
    """
    inside = values[_object(kspace, mask)]
    highest = min(max(float(quantile(inside, 1 - KEPT)), LEAST_CROP), MOST_CROP)
    if not noise:
        return highest
    power = low_resolution(kspace, mask).abs().square().sum(dim=0)
    most = BEYOND**2 * low_resolution_noise(kspace, mask, noise)
    crop = highest
    while crop > LEAST_CROP and _mean(power[values <= crop]) > most:
        crop = max(crop - STEP, LEAST_CROP)
    return crop


def _object(kspace: KSpace, mask: Mask) -> Bool[Tensor, "y x"]:
    acs = centred_data(kspace, mask)
    ky, kx = acs.shape[-2:]
    centre = resize_centred(acs, (min(ky, ACS_SIDE), min(kx, ACS_SIDE)))
    image = magnitude_image(resize_centred(centre, kspace.matrix))
    bright: Tensor = image > DARK * robust_maximum(image.flatten())
    return bright


def _mean(values: Float[Tensor, " n"]) -> float:
    return float(values.mean()) if values.numel() else 0.0
