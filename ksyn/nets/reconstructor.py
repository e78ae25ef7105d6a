"""What every reconstruction network is: a module that turns measurements into images, in steps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from ksyn.diffusion.denoiser import to_channels, to_complex
from ksyn.nets.acquisition import Acquisition, Images
from ksyn.nets.unet import UNet, UNetOptions
from ksyn.options import Options


class Reconstructor(nn.Module):
    """A network trained on pairs of undersampled and complete scans.

    Promised by all of them: any matrix size, any number of coils, and the answer to c·y is c times
    the answer to y, for complex c.
    """

    @property
    @abstractmethod
    def total(self) -> int:
        """Images there will be."""

    @abstractmethod
    def iterates(self, acquisition: Acquisition) -> Iterator[Images]:
        """Yield the zero-filled image or a first estimate, then the image after each cascade."""

    def forward(self, acquisition: Acquisition) -> list[Images]:
        """Return all iterates."""
        return list(self.iterates(acquisition))


class ReconstructorOptions(Options):
    """Options that build a `Reconstructor`."""

    name: ClassVar[str]

    @abstractmethod
    def build(self) -> Reconstructor:
        """Return the network with fresh weights."""


class ImageNetwork(nn.Module):
    """A U-Net that says what to add to complex images, told of their noise and acceleration.

    Args:
        options: Of the U-Net; its channels in and out and its conditions are set here.
        channels: Complex images it sees at once.
    """

    def __init__(self, options: UNetOptions, channels: int = 1) -> None:
        super().__init__()
        fitting = {"in_channels": 2 * channels, "out_channels": 2 * channels, "conditions": 2}
        # Convolutions on the CPU are several times faster with channels last.
        network: UNet = options.model_copy(update=fitting).build()
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(
        self,
        images: Complex[Tensor, "batch channel y x"],
        conditions: Float[Tensor, "batch 2"],
    ) -> Complex[Tensor, "batch channel y x"]:
        """Return what to add."""
        real = to_channels(images).flatten(1, 2).contiguous(memory_format=torch.channels_last)
        change = self.network(real, conditions).float()
        return to_complex(change.unflatten(1, (-1, 2)))

    def each(self, images: Images, conditions: Float[Tensor, "batch 2"]) -> Images:
        """Return what to add to the image of each set of maps, one by one."""
        n_sets = images.shape[1]
        flat = images.flatten(0, 1)[:, None]
        change: Tensor = self(flat, conditions.repeat_interleave(n_sets, dim=0))
        return change.reshape(images.shape)
