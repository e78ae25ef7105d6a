"""An unrolled network: cascades of a CNN that mends the image and of data consistency."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ksyn.encoding import solve
from ksyn.fourier import centre, decentre
from ksyn.nets.acquisition import Acquisition, Images
from ksyn.nets.reconstructor import ImageNetwork, Reconstructor, ReconstructorOptions
from ksyn.nets.unet import UNetOptions
from ksyn.options import option

_FIRST_WEIGHT, _WEIGHT = 0.01, 0.1
"""λ before training, at a noise level of 1 %: of the first image, and of each cascade."""


class UnrolledOptions(ReconstructorOptions):
    """Cascades of CNN and data consistency."""

    name: ClassVar[str] = "unrolled"

    cascades: int = option(5, low=1, help="CNNs, each followed by data consistency.")
    shared: bool = option(False, help="One CNN for all cascades, as in MoDL.")
    widths: tuple[int, ...] = option((32, 64, 96), help="Channels at each level of a CNN.")
    blocks: int = option(1, low=1, help="Residual blocks at each level of a CNN.")
    unshuffle: int = option(2, low=1, help="Fold this many pixels a side into channels first.")
    cg_iterations: int = option(6, low=1, help="Conjugate-gradient iterations a cascade.")

    def build(self) -> Unrolled:
        """Return the network with fresh weights."""
        return Unrolled(self)


class Unrolled(Reconstructor):
    """Alternate z = x + U(x) and x = argmin ‖M F S x − y‖² + λ ‖x − z‖².

    Data consistency is solved by a few conjugate-gradient iterations, which training
    differentiates through. Each λ is learned, and grows with the scan's own noise.

    Source: Aggarwal et al., IEEE Trans. Med. Imaging 38(2), 394-405 (2019), eq. 10 and 11 (MoDL);
    cascades with CNNs of their own as in Schlemper et al., IEEE Trans. Med. Imaging 37(2),
    491-503 (2018) (D5C5).
    """

    def __init__(self, options: UnrolledOptions) -> None:
        super().__init__()
        self.cascades, self.cg_iterations = options.cascades, options.cg_iterations
        cnn = UNetOptions.of(options.model_dump(include={"widths", "blocks", "unshuffle"}))
        count = 1 if options.shared else options.cascades
        self.networks = nn.ModuleList(ImageNetwork(cnn) for _ in range(count))
        weights = [_FIRST_WEIGHT] + [_WEIGHT] * options.cascades
        self.log_weights = nn.Parameter(torch.tensor(weights).log())
        self.noise_power = nn.Parameter(torch.tensor(1.0))

    @property
    def total(self) -> int:
        """Images there will be."""
        return self.cascades + 1

    def iterates(self, acquisition: Acquisition) -> Iterator[Images]:
        """Yield the regularised least-squares image, then the image after each cascade."""
        unit = acquisition.unit()
        scaled = acquisition.in_units(unit)
        zero_filled, conditions = scaled.adjoint(), scaled.conditions()
        image = self.consistent(scaled, zero_filled, torch.zeros_like(zero_filled), 0)
        yield image * unit[:, None, None, None]
        for cascade in range(self.cascades):
            network = self.network(cascade)
            mended = image + network.each(image, conditions)
            image = self.consistent(scaled, zero_filled, mended, cascade + 1)
            yield image * unit[:, None, None, None]

    def network(self, cascade: int) -> ImageNetwork:
        """Return the CNN of a cascade."""
        network = self.networks[cascade % len(self.networks)]
        return cast("ImageNetwork", network)

    def consistent(
        self, acquisition: Acquisition, zero_filled: Images, image: Images, stage: int
    ) -> Images:
        """Return argmin ‖M F S x − y‖² + λ ‖x − z‖², from z = `image` on."""
        weight = self.weight(acquisition, stage)[:, None, None, None]
        start = decentre(image)
        right = decentre(zero_filled) + weight * start

        def normal(x: Tensor) -> Tensor:
            return acquisition.plain_normal(x) + weight * x

        return centre(solve(normal, right, start, self.cg_iterations))

    def weight(self, acquisition: Acquisition, stage: int) -> Float[Tensor, " batch"]:
        """Return λ of each scan after so many cascades."""
        exponent = self.log_weights[stage] + self.noise_power * acquisition.log_noise()
        return exponent.clamp(math.log(1e-6), math.log(1e3)).exp()
