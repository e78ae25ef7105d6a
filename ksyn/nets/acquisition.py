"""What a reconstruction network is given: a batch of scans, each with its own mask and maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor

from ksyn.data import Problem
from ksyn.fourier import centre, decentre, plain_fft, plain_ifft
from ksyn.noise import noise_level
from ksyn.quantiles import robust_maximum

Images = Complex[Tensor, "batch set y x"]

_QUIETEST = 0.001
"""Maps are never exact: data are trusted no better than this noise level [image maximum]."""


@dataclass(frozen=True, eq=False)
class Acquisition:
    """Measurements y = M F S x of a batch; missing coils are 0 in samples and maps alike.

    `Encoding` says the same of one problem, whose frames share their maps; training needs
    gradients and other maps for each example.
    """

    kspace: Complex[Tensor, "batch coil ky kx"]
    mask: Bool[Tensor, "#batch 1 ky kx"]
    maps: Complex[Tensor, "#batch set coil y x"]
    noise: Float[Tensor, " batch"]
    """Level in the real and in the imaginary part of a sample, in the units of `kspace`."""

    @classmethod
    def of(cls, problem: Problem) -> Acquisition:
        """Return what a problem's frames measured."""
        samples = problem.kspace.samples
        level = problem.noise_level or noise_level(samples)
        noise = torch.full((len(samples),), level, device=samples.device)
        return cls(samples, problem.mask.samples, problem.sens_maps.maps[None], noise)

    def adjoint(self) -> Images:
        """Return the zero-filled images Sᴴ Fᴴ y."""
        return centre(self._combine(plain_ifft(decentre(self.kspace))))

    def plain_normal(self, image: Images) -> Images:
        """Return Sᴴ Fᴴ M F S x of images whose origin is at index 0."""
        spectrum = plain_fft(self._coil_images(image), self._axes)
        return self._combine(plain_ifft(spectrum * self._plain_mask, self._axes))

    def combine(self, kspace: Complex[Tensor, "batch coil ky kx"]) -> Images:
        """Return Sᴴ Fᴴ k of a full k-space."""
        return centre(self._combine(plain_ifft(decentre(kspace))))

    def unit(self) -> Complex[Tensor, " batch"]:
        """Return each scan's own unit: robust maximum and mean phase of its zero-filled image.

        Divided by it, scans that differ in global scale and phase are the same.
        """
        return unit_of(self.adjoint())

    def in_units(self, unit: Complex[Tensor, " batch"]) -> Acquisition:
        """Return the same measurements, divided by a unit."""
        kspace = self.kspace / unit[:, None, None, None]
        return Acquisition(kspace, self.mask, self.maps, self.noise / unit.abs())

    def log_noise(self) -> Float[Tensor, " batch"]:
        """Return log(σ / 1 %) of a scan in its own units, bounded below: maps are not exact."""
        return (self.noise.clamp_min(_QUIETEST) / 0.01).log()

    def conditions(self) -> Float[Tensor, "batch 2"]:
        """Return what a network is told of a scan besides its image: noise and acceleration."""
        measured = self.mask.float().mean(dim=(1, 2, 3)).expand(len(self.kspace))
        return torch.stack([self.log_noise(), -measured.clamp_min(1e-6).log()], dim=1)

    def _coil_images(self, image: Tensor) -> Tensor:
        seen: Tensor = (image[:, :, None] * self._plain_maps).sum(dim=1)
        return seen

    def _combine(self, coil_images: Tensor) -> Tensor:
        combined: Tensor = (coil_images[:, None] * self._plain_maps.conj()).sum(dim=2)
        return combined

    @cached_property
    def _plain_maps(self) -> Tensor:
        return decentre(self.maps)

    @cached_property
    def _plain_mask(self) -> Tensor:
        return decentre(self.mask).to(self.maps.real.dtype)

    @cached_property
    def _axes(self) -> tuple[int, ...]:
        # Whole columns do not touch ky, where the transform and its inverse cancel.
        whole_columns = bool((self.mask == self.mask[..., :1, :]).all())
        return (-1,) if whole_columns else (-2, -1)


def unit_of(images: Images) -> Complex[Tensor, " batch"]:
    """Return the robust maximum over sets of each image, with the first set's mean phase."""
    magnitude = torch.linalg.vector_norm(images, dim=1).flatten(1)
    scale = robust_maximum(magnitude).clamp_min(1e-12)
    unit: Tensor = scale * mean_phase(images[:, 0])
    return unit


def mean_phase(images: Complex[Tensor, "*batch y x"]) -> Complex[Tensor, "*batch"]:
    """Return the phase of Σ x |x|: bright pixels count most, and noise hardly."""
    phase = torch.sgn((images * images.abs()).sum(dim=(-2, -1)))
    known: Tensor = torch.where(phase == 0, torch.ones_like(phase), phase)
    return known
