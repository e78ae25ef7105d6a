"""The scan that all peers reconstruct: a Shepp-Logan head, birdcage coils, known noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import torch

from ksyn.data import KSpace, Mask
from ksyn.fourier import image_to_kspace

SIDE, N_COILS, ACS_LINES = 320, 8, 24
Array = npt.NDArray[np.complex64]


@dataclass(frozen=True)
class Case:
    """How noisy the scan is, and how much of it is left out."""

    sigma: float
    """Noise in the real and in the imaginary part of a sample; the image's maximum is 1."""
    spacing: int
    """Every so many columns are measured, and those in the centre."""

    def __str__(self) -> str:
        return f"σ {self.sigma:g}, R {self.spacing}"


@dataclass(frozen=True, eq=False)
class PeerScan:
    """What was scanned, and what came of it."""

    image: Array
    maps: Array
    kspace: Array
    """All samples, noise included."""
    mask: npt.NDArray[np.bool_]
    """Which columns are measured."""

    @property
    def measured(self) -> Array:
        """The samples of the measured columns; the others are 0."""
        return self.kspace * self.mask

    def ours(self) -> tuple[KSpace, Mask]:
        """Return the scan as K-Syn takes it."""
        mask = Mask(torch.from_numpy(self.mask).expand(1, 1, SIDE, SIDE).contiguous())
        return KSpace(torch.from_numpy(self.measured)[None]), mask


@cache
def scan(case: Case) -> PeerScan:
    """Return the scan of a case; the noise of all cases comes from the same seed."""
    import sigpy
    from sigpy.mri import birdcage_maps

    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    head = sigpy.shepp_logan((SIDE, SIDE)).real * np.exp(1j * (0.6 * y + 0.9 * x * x + 0.4 * x * y))
    image = (head / abs(head).max()).astype(np.complex64)
    maps = birdcage_maps((N_COILS, SIDE, SIDE))
    maps = (maps / np.sqrt((abs(maps) ** 2).sum(axis=0))).astype(np.complex64)
    kspace = image_to_kspace(torch.from_numpy(maps * image)).numpy()
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((2, *kspace.shape)).astype(np.float32)
    mask = np.zeros(SIDE, bool)
    mask[:: case.spacing] = True
    mask[SIDE // 2 - ACS_LINES // 2 : SIDE // 2 + ACS_LINES // 2] = True
    return PeerScan(image, maps, kspace + case.sigma * (noise[0] + 1j * noise[1]), mask)


def psnr(image: Array, case: Case) -> float:
    """Return the peak signal-to-noise ratio of the magnitude [dB]; the peak is the head's."""
    truth = abs(scan(case).image)
    return float(10 * np.log10(truth.max() ** 2 / np.mean((abs(image) - truth) ** 2)))


def projection_error(maps: Array, case: Case) -> float:
    """Return ‖S Sᴴ x − x‖ / ‖x‖ of the fully sampled coil images x, noise included."""
    images = np.fft.fftshift(
        np.fft.ifft2(np.fft.ifftshift(scan(case).kspace, axes=(-2, -1)), norm="ortho"),
        axes=(-2, -1),
    )
    left = maps * (maps.conj() * images).sum(axis=0) - images
    return float(np.linalg.norm(left) / np.linalg.norm(images))
