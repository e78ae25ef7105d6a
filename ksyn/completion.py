"""Complete k-space: keep what was measured, and find the rest that an operator makes small.

Interpolation kernels and annihilating filters both say ‖C z‖² = 0 of the true k-space z; what
they differ in is C. In the image domain Cᴴ C acts pixel by pixel, so only the mask needs
Fourier transforms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Bool, Complex
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding, combine, conjugate_gradients, one_image
from ksyn.fourier import decentre, image_to_kspace, kspace_to_image, plain_fft, plain_ifft

CoilImages = Complex[Tensor, "frame coil y x"]
Normal = Callable[[CoilImages], CoilImages]
"""Cᴴ C in the image domain: self-adjoint, with no negative eigenvalue."""


class Samples:
    """The projection of coil images on some samples of their k-space.

    Args:
        samples: Which ones.
    """

    def __init__(self, samples: Bool[Tensor, "frame 1 ky kx"]) -> None:
        # Whole columns do not touch ky, where the transform and its inverse cancel.
        whole_columns = bool((samples == samples[..., :1, :]).all())
        self._axes = (-1,) if whole_columns else (-2, -1)
        self._samples = decentre(samples)

    def of(self, images: CoilImages) -> CoilImages:
        """Return the images of these samples alone."""
        # Images are centred and the transform is not: that is a phase, and it cancels.
        return plain_ifft(plain_fft(images, self._axes) * self._samples, self._axes)


def complete(problem: Problem, normal: Normal, iterations: int) -> Iterator[CoilImages]:
    """Yield coil images that keep the measured samples exactly while ‖C z‖² falls.

    Only the missing samples are unknown; conjugate gradients start with them at 0.
    """
    missing = Samples(~problem.mask.samples)
    measured = kspace_to_image(problem.kspace.samples)
    right = -missing.of(normal(measured))
    start = torch.zeros_like(right)
    for filled in conjugate_gradients(lambda z: missing.of(normal(z)), right, start, iterations):
        yield measured + filled


def fit(problem: Problem, normal: Normal, iterations: int) -> Iterator[CoilImages]:
    """Yield coil images that minimise ‖M z − y‖² + ‖C z‖², from the zero-filled ones."""
    sampled = Samples(problem.mask.samples)
    measured = kspace_to_image(problem.kspace.samples)
    yield from conjugate_gradients(
        lambda z: sampled.of(z) + normal(z), measured, measured, iterations
    )


def kept(problem: Problem, images: CoilImages) -> Complex[Tensor, "frame coil ky kx"]:
    """Return the k-space of coil images with every measured sample as it was measured."""
    return torch.where(problem.mask.samples, problem.kspace.samples, image_to_kspace(images))


def completed_step(
    problem: Problem,
    kspace: Complex[Tensor, "frame coil ky kx"],
    index: int,
    total: int,
    **scalars: float,
) -> Step:
    """Return the step that shows a completed k-space, its coils combined."""
    image = one_image(combine(kspace_to_image(kspace), problem.sens_maps.maps))
    residual = Encoding(problem).residual(kspace, problem.kspace.samples)
    return Step(image, kspace, index, total, {"data_residual": residual} | scalars)
