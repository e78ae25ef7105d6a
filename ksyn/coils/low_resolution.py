"""What the fully sampled centre of k-space shows: coil images without ringing, and little noise."""

from __future__ import annotations

from math import pi

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.calibration import centred_data, centred_region
from ksyn.data import KSpace, Mask
from ksyn.fourier import kspace_to_image, resize_centred


def low_resolution(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil y x"]:
    """Return the coil images of the fully sampled centre, averaged over frames and apodised."""
    acs = centred_data(kspace, mask)
    window = _window(acs.shape[-2:]).to(acs)
    return kspace_to_image(resize_centred(acs * window, kspace.matrix))


def low_resolution_noise(kspace: KSpace, mask: Mask, noise: float) -> float:
    """Return the power of noise in a pixel of `low_resolution`, all coils together.

    Args:
        kspace: Its coils and frames count, not its samples.
        mask: Where they are measured.
        noise: Standard deviation in the real and in the imaginary part of a sample.
    """
    region = centred_region(mask)
    window = _window(tuple(axis.stop - axis.start for axis in region))
    share = float(window.square().sum()) / (kspace.matrix[0] * kspace.matrix[1])
    return 2 * noise**2 * kspace.n_coils * share / kspace.n_frames


def _window(shape: tuple[int, ...]) -> Float[Tensor, "ky kx"]:
    ky, kx = shape
    return _hann(ky)[:, None] * _hann(kx)


def _hann(n: int) -> Float[Tensor, " n"]:
    """Return a Hann window about ``n // 2`` that is 0 just outside its n samples."""
    samples = torch.arange(n, dtype=torch.float32) - n // 2
    return torch.cos(pi / 2 * samples / (n // 2 + 1)).square()
