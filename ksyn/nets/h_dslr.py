"""Learned structured low rank: filters in k-space and a CNN in the image domain, unrolled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.nets.acquisition import Acquisition, Images
from ksyn.nets.kspace_network import KSpaceNetwork
from ksyn.nets.reconstructor import ImageNetwork, Reconstructor, ReconstructorOptions
from ksyn.nets.unet import UNetOptions
from ksyn.nets.virtual_coils import VirtualCoils
from ksyn.options import option

CoilKSpace = Complex[Tensor, "batch coil ky kx"]

_WEIGHT = 0.1
"""λ₁ and λ₂ before training, at a noise level of 1 %."""


class HDslrOptions(ReconstructorOptions):
    """Cascades of two CNNs and data consistency."""

    name: ClassVar[str] = "h-dslr"

    cascades: int = option(5, low=1, help="Rounds of both CNNs and data consistency.")
    shared: bool = option(True, help="The same two CNNs in all rounds, as published.")
    channels: int = option(8, low=1, help="Virtual coils that the CNNs see.")
    kspace_width: int = option(32, low=1, help="Filters in each layer of the k-space CNN.")
    kspace_layers: int = option(5, low=2, help="Layers of the k-space CNN.")
    widths: tuple[int, ...] = option((48, 96), help="Channels at each level of the image CNN.")
    blocks: int = option(1, low=1, help="Residual blocks at each level of the image CNN.")
    unshuffle: int = option(2, low=1, help="Fold this many pixels a side into channels first.")

    def build(self) -> HDslr:
        """Return the network with fresh weights."""
        return HDslr(self)


class HDslr(Reconstructor):
    """Minimise ‖M z − y‖² + λ₁ ‖N_k z‖² + λ₂ ‖N_i Fᴴ z‖² over the k-space z of all coils.

    N_k and N_i are CNNs in place of the filters that annihilate k-space and of a prior on coil
    images; z − N_k z is what the filters leave of z. One round applies both CNNs and then weighs,
    sample by sample, what they and the measurement say. Coil maps only combine the coils in the
    end.

    The CNNs see a fixed number of virtual coils in the scan's own units; what a scan measured
    beyond these is kept as it is.

    Source: Pramanik, Aggarwal and Jacob, IEEE Trans. Med. Imaging 39(12), 4186-4197 (2020).
    """

    def __init__(self, options: HDslrOptions) -> None:
        super().__init__()
        self.cascades, self.channels = options.cascades, options.channels
        cnn = UNetOptions.of(options.model_dump(include={"widths", "blocks", "unshuffle"}))
        count = 1 if options.shared else options.cascades
        self.filters = nn.ModuleList(
            KSpaceNetwork(options.channels, options.kspace_width, options.kspace_layers)
            for _ in range(count)
        )
        self.networks = nn.ModuleList(ImageNetwork(cnn, options.channels) for _ in range(count))
        self.log_weights = nn.Parameter(torch.full((2,), _WEIGHT).log())
        self.noise_power = nn.Parameter(torch.tensor(1.0))

    @property
    def total(self) -> int:
        """Images there will be."""
        return self.cascades + 1

    def iterates(self, acquisition: Acquisition) -> Iterator[Images]:
        """Yield the zero-filled image, then the image after each round."""
        for kspace in self.kspaces(acquisition):
            yield acquisition.combine(kspace)

    def kspaces(self, acquisition: Acquisition) -> Iterator[CoilKSpace]:
        """Yield the k-space of all coils: as measured, then after each round."""
        virtual = VirtualCoils.of(acquisition, self.channels)
        measured = virtual.channels(acquisition.kspace)
        beyond = acquisition.kspace - virtual.coils(measured)
        scaled = acquisition.in_units(virtual.unit)
        weights, conditions = self.weights(scaled), scaled.conditions()
        yield acquisition.kspace
        z = measured
        for cascade in range(self.cascades):
            place = cascade % len(self.networks)
            annihilated = z + self.filters[place](z)
            images = kspace_to_image(z)
            denoised = image_to_kspace(images + self.networks[place](images, conditions))
            z = _weighed(measured, scaled.mask, (annihilated, denoised), weights)
            yield virtual.coils(z) + beyond

    def weights(self, acquisition: Acquisition) -> Float[Tensor, "2 batch 1 1 1"]:
        """Return λ₁ and λ₂ of each scan."""
        exponents = self.log_weights[:, None] + self.noise_power * acquisition.log_noise()
        return exponents.clamp(math.log(1e-6), math.log(1e3)).exp()[..., None, None, None]


def _weighed(
    measured: CoilKSpace,
    mask: Tensor,
    estimates: tuple[CoilKSpace, CoilKSpace],
    weights: Float[Tensor, "2 batch 1 1 1"],
) -> CoilKSpace:
    """Return argmin ‖M z − y‖² + λ₁ ‖z − z₁‖² + λ₂ ‖z − z₂‖², sample by sample."""
    said = measured + weights[0] * estimates[0] + weights[1] * estimates[1]
    return said / (mask + weights[0] + weights[1])
