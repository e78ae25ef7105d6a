"""Complete k-space: keep what was measured, and find the rest that an operator makes small.

Interpolation kernels and annihilating filters both say ‖C z‖² ≈ 0 of the true k-space z; what
they differ in is C. In the image domain Cᴴ C acts pixel by pixel, so only the mask needs
Fourier transforms. What C does not tell is left to a prior: samples that nobody measured are
about as strong as measured ones at their distance from the zero frequency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import combine, conjugate_gradients, data_residual, one_image
from ksyn.fourier import centre, decentre, kspace_to_image, plain_fft, plain_ifft

CoilImages = Complex[Tensor, "frame coil y x"]
Normal = Callable[[CoilImages], CoilImages]
"""Cᴴ C in the image domain, of images whose origin is at index 0: self-adjoint, with no negative
eigenvalue."""


@dataclass(frozen=True, eq=False)
class Prior:
    """What is expected of samples before C is asked."""

    weights: Float[Tensor, "ky kx"]
    """Weight of the square of each sample, beside ‖C z‖²."""
    curvature: float
    """Mean eigenvalue of Cᴴ C; it is only for speed."""


class Unknowns:
    """Samples in units in which conjugate gradients find all of them about as quickly.

    With the weight p of its prior and the share m of the data, a sample is z = u / √(m + c + p),
    c being the curvature: the diagonal of the normal equations is 1. What was measured needs no
    prior, which would only make it smaller: there p is 0.

    Args:
        prior: Of each sample.
        data: Weight m of the square of each sample's difference to the measured one, 1 or 0.
        free: Which samples are unknown; the others stay 0.
    """

    def __init__(
        self,
        prior: Prior,
        data: Float[Tensor, "frame 1 ky kx"],
        free: Float[Tensor, "frame 1 ky kx"],
    ) -> None:
        weights = decentre(data + prior.weights * (1 - data))
        scale = (weights + prior.curvature).rsqrt()
        self._units = decentre(free) * scale
        self._known = weights * self._units.square()

    def samples(self, u: CoilImages) -> Complex[Tensor, "frame coil ky kx"]:
        """Return the samples of unknowns."""
        return centre(self._units * u)

    def images(self, u: CoilImages) -> CoilImages:
        """Return the coil images of unknowns."""
        return plain_ifft(self._units * u)

    def adjoint(self, images: CoilImages) -> CoilImages:
        """Return the adjoint of `images`."""
        return self._units * plain_fft(images)

    def normal(self, normal: Normal, u: CoilImages) -> CoilImages:
        """Return the left side of the normal equations: C, prior and data together."""
        return self.adjoint(normal(self.images(u))) + self._known * u


def complete(
    problem: Problem, normal: Normal, prior: Prior, iterations: int
) -> Iterator[Complex[Tensor, "frame coil ky kx"]]:
    """Yield k-space that keeps the measured samples while ‖C z‖² and the prior's weight fall.

    Only the missing samples are unknown; conjugate gradients start with them at 0.
    """
    unknown = missing(problem, prior)
    measured = problem.kspace.samples
    right = -unknown.adjoint(normal(plain_ifft(decentre(measured))))
    start = torch.zeros_like(right)
    for u in conjugate_gradients(lambda u: unknown.normal(normal, u), right, start, iterations):
        yield measured + unknown.samples(u)


def missing(problem: Problem, prior: Prior) -> Unknowns:
    """Return the samples that were not measured as unknowns."""
    free = (~problem.mask.samples).to(prior.weights.dtype)
    return Unknowns(prior, torch.zeros_like(free), free)


def fit(
    problem: Problem, normal: Normal, prior: Prior, iterations: int
) -> Iterator[Complex[Tensor, "frame coil ky kx"]]:
    """Yield k-space that minimises ‖M z − y‖² + ‖C z‖² + prior, from the zero-filled one."""
    data = problem.mask.samples.to(prior.weights.dtype)
    unknown = Unknowns(prior, data, torch.ones_like(data))
    right = unknown.adjoint(plain_ifft(decentre(problem.kspace.samples)))
    start = torch.zeros_like(right)
    for u in conjugate_gradients(lambda u: unknown.normal(normal, u), right, start, iterations):
        yield unknown.samples(u)


def completed_step(
    problem: Problem,
    kspace: Complex[Tensor, "frame coil ky kx"],
    index: int,
    total: int,
    **scalars: float,
) -> Step:
    """Return the step that shows a completed k-space, its coils combined."""
    image = one_image(combine(kspace_to_image(kspace), problem.sens_maps.maps))
    residual = data_residual(kspace, problem.kspace.samples, problem.mask.samples)
    return Step(image, kspace, index, total, {"data_residual": residual} | scalars)
