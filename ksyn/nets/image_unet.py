"""One pass of a U-Net over the zero-filled image: the baseline of learned reconstruction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ksyn.nets.acquisition import Acquisition, Images
from ksyn.nets.reconstructor import ImageNetwork, Reconstructor, ReconstructorOptions
from ksyn.nets.unet import UNetOptions
from ksyn.options import option


class ImageUNetOptions(ReconstructorOptions):
    """A U-Net that takes the aliasing out of a coil-combined image."""

    name: ClassVar[str] = "unet"

    widths: tuple[int, ...] = option((48, 96, 144, 192), help="Channels at each level.")
    blocks: int = option(2, low=1, help="Residual blocks at each level, going down and up.")
    unshuffle: int = option(2, low=1, help="Fold this many pixels a side into channels first.")

    def build(self) -> ImageUNet:
        """Return the network with fresh weights."""
        return ImageUNet(self)


class ImageUNet(Reconstructor):
    """x = x₀ + U(x₀), x₀ the zero-filled image.

    Source: Ronneberger et al., MICCAI 2015; as a baseline of MR reconstruction Zbontar et al.,
    arXiv 1811.08839.
    """

    total = 2

    def __init__(self, options: ImageUNetOptions) -> None:
        super().__init__()
        self.network = ImageNetwork(UNetOptions.of(options.model_dump()))

    def iterates(self, acquisition: Acquisition) -> Iterator[Images]:
        """Yield the zero-filled image, then the network's answer."""
        unit = acquisition.unit()
        scaled = acquisition.in_units(unit)
        image = scaled.adjoint()
        yield image * unit[:, None, None, None]
        image = image + self.network.each(image, scaled.conditions())
        yield image * unit[:, None, None, None]
