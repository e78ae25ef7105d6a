"""One face for every prior: give noisy, blurred images and their σ and blur; get clean ones."""

from __future__ import annotations

import math
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

Blur = tuple[float, float]
"""Standard deviation of the Gaussian image blur along y and x [pixels]."""


@runtime_checkable
class Denoiser(Protocol):
    """Estimate clean, sharp images."""

    def __call__(
        self, images: Complex[Tensor, "batch y x"], sigma: float, blur: Blur
    ) -> Complex[Tensor, "batch y x"]:
        """Return E[image | blurred image + noise of level `sigma` in each part]."""


class Preconditioned(nn.Module):
    """A network with inputs and outputs scaled so that it works at unit variance at every σ.

    Source: Karras et al., NeurIPS 2022, eq. 7 and table 1; the blur is a further condition.

    Args:
        network: Maps two channels (real, imaginary) and three conditions to two channels.
        sigma_data: Standard deviation of the real and the imaginary part of the images.
    """

    def __init__(self, network: nn.Module, sigma_data: float) -> None:
        super().__init__()
        # Convolutions on the CPU are several times faster with channels last.
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.sigma_data = sigma_data

    def forward(
        self,
        noisy: Float[Tensor, "batch 2 y x"],
        sigma: Float[Tensor, " batch"],
        blur: Float[Tensor, "batch 2"],
    ) -> Float[Tensor, "batch 2 y x"]:
        """Return the denoised images."""
        s = sigma[:, None, None, None]
        total = (s**2 + self.sigma_data**2).sqrt()
        skip, out = self.sigma_data**2 / total**2, s * self.sigma_data / total
        conditions = torch.cat([sigma.log()[:, None] / 4, torch.log1p(blur)], dim=1)
        residual = self.network(noisy / total, conditions)
        denoised: Tensor = skip * noisy + (out + blur_gain(blur)) * residual.float()
        return denoised


def blur_gain(blur: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 1 1 1"]:
    """Return how much a blurred image may have to change beyond what its noise asks for.

    At σ → 0 the residual of `Preconditioned` vanishes, yet a blur remains to be undone.
    """
    return 0.1 * torch.tanh(blur.amax(dim=1))[:, None, None, None]


class NetworkDenoiser:
    """A trained `Preconditioned` network as a `Denoiser` of complex images.

    Args:
        model: In evaluation mode, on its device.
        dtype: Arithmetic inside the network; bfloat16 is faster where the hardware has it.
    """

    def __init__(self, model: Preconditioned, dtype: torch.dtype = torch.float32) -> None:
        self.model = model
        self.dtype = dtype

    @torch.no_grad()
    def __call__(
        self, images: Complex[Tensor, "batch y x"], sigma: float, blur: Blur
    ) -> Complex[Tensor, "batch y x"]:
        """Return the denoised images."""
        noisy = to_channels(images).contiguous(memory_format=torch.channels_last)
        batch, device = images.shape[0], images.device
        sigmas = torch.full((batch,), sigma, device=device)
        blurs = torch.tensor([blur] * batch, device=device)
        with torch.autocast(device.type, self.dtype, enabled=self.dtype != torch.float32):
            return to_complex(self.model(noisy, sigmas, blurs).float())


def to_channels(images: Complex[Tensor, "*batch y x"]) -> Float[Tensor, "*batch 2 y x"]:
    """Return real and imaginary part as two channels."""
    return torch.stack([images.real, images.imag], dim=-3)


def to_complex(channels: Float[Tensor, "*batch 2 y x"]) -> Complex[Tensor, "*batch y x"]:
    """Return the inverse of `to_channels`."""
    return torch.complex(*channels.unbind(dim=-3))


def gaussian_transfer(matrix: tuple[int, int], blur: Blur) -> Float[Tensor, "ky kx"]:
    """Return G(f) = exp(−½ |2π f ∘ blur|²) on the centred grid of frequencies [cycles/pixel]."""
    profiles = [_transfer(n, b) for n, b in zip(matrix, blur, strict=True)]
    return profiles[0][:, None] * profiles[1][None, :]


def _transfer(n: int, blur: float) -> Float[Tensor, " n"]:
    frequency = (torch.arange(n) - n // 2) / n
    return torch.exp(-0.5 * (2 * math.pi * frequency * blur) ** 2)
