"""Any number of coils as a fixed number of channels, alike for scans that are alike."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Complex
from torch import Tensor
from torch.nn import functional

from ksyn.fourier import kspace_to_image
from ksyn.nets.acquisition import Acquisition, mean_phase, unit_of


@dataclass(frozen=True, eq=False)
class VirtualCoils:
    """A mixing of each scan's coils into channels, and the scan's unit of them."""

    mixing: Complex[Tensor, "batch channel coil"]
    """Rows are orthonormal, so white noise stays white; those beyond the scan's coils are 0."""
    unit: Complex[Tensor, " batch"]

    @classmethod
    def of(cls, acquisition: Acquisition, channels: int) -> VirtualCoils:
        """Return the channels that hold most of what was measured, strongest first.

        Each has mean phase 0 and together they have robust maximum 1: nothing depends on a
        scan's global scale and phase, nor on the phases and the order of its coils.

        Source: Buehrer et al., Magn. Reson. Med. 57(6), 1131-1139 (2007).
        """
        samples = acquisition.kspace.flatten(2)
        strength = torch.linalg.vector_norm(samples, dim=(1, 2), keepdim=True)
        samples = samples / strength.clamp_min(1e-30)
        vectors = torch.linalg.eigh(samples @ samples.mH).eigenvectors
        mixing = vectors.flip(-1)[..., :channels].mH
        images = kspace_to_image(_mixed(mixing, acquisition.kspace))
        mixing = mixing * mean_phase(images).conj()[..., None]
        missing = channels - mixing.shape[1]
        unit = unit_of(images).abs().to(images.dtype)
        return cls(functional.pad(mixing, (0, 0, 0, missing)), unit)

    def channels(
        self, kspace: Complex[Tensor, "batch coil ky kx"]
    ) -> Complex[Tensor, "batch channel ky kx"]:
        """Return the k-space of the channels, in units."""
        return _mixed(self.mixing, kspace) / self.unit[:, None, None, None]

    def coils(
        self, channels: Complex[Tensor, "batch channel ky kx"]
    ) -> Complex[Tensor, "batch coil ky kx"]:
        """Return what the scan's own coils see of that."""
        return _mixed(self.mixing.mH, channels) * self.unit[:, None, None, None]


def _mixed(matrix: Tensor, kspace: Tensor) -> Tensor:
    return torch.einsum("bvc,bcyx->bvyx", matrix, kspace)
