"""Pull a network's estimate towards the measurement: three ways to weigh what both say.

Each finds images near the estimate h, ½ ‖M F z − y‖² + λ ‖z − h‖² being least, but differs in
what else it knows: nothing, that filters annihilate z, or that z = S x.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import Problem
from ksyn.encoding import Encoding, coil_images, combine, sampling_filter, solve
from ksyn.fourier import at_once, centre, decentre, image_to_kspace, kspace_to_image
from ksyn.lowrank import annihilating_gram, apply_gram

CoilImages = Complex[Tensor, "frame coil y x"]
Correction = Callable[[CoilImages, float], CoilImages]
"""``z = correction(h, weight)`` with λ = `weight`."""


def correct_samples(problem: Problem) -> Correction:
    """Return the correction that knows nothing else: a weighted mean at each measured sample."""
    measured, mask = problem.kspace.samples, problem.mask.samples

    def correction(images: CoilImages, weight: float) -> CoilImages:
        kspace = image_to_kspace(images)
        mean = (measured + 2 * weight * kspace) / (1 + 2 * weight)
        return kspace_to_image(torch.where(mask, mean, kspace))

    return correction


def correct_low_rank(
    problem: Problem,
    *,
    kernel: int = 5,
    keep: float = 0.4,
    penalty: float = 1.0,
    iterations: int = 10,
) -> Correction:
    """Return the correction with `penalty` ‖H(z) N‖², the filters of the structured low rank.

    Its normal equations (M + 2L + 2λ) z = y + 2λ h are solved by conjugate gradients from h on,
    L in the image domain.

    Args:
        problem: What was measured; its fully sampled centre calibrates the filters.
        kernel: Side of the filters [samples].
        keep: Fraction of the right singular vectors taken as filters.
        penalty: Weight of the filters against the data.
        iterations: Conjugate-gradient iterations.

    Source: AK-diffusion, arXiv 2308.15918, algorithm 1, line 6.
    """
    gram = 2 * penalty * annihilating_gram(problem.kspace, problem.mask, kernel, keep)
    zero_filled = kspace_to_image(problem.kspace.samples)
    sampled = sampling_filter(problem.mask, zero_filled)

    def correction(images: CoilImages, weight: float) -> CoilImages:
        def normal(z: CoilImages) -> CoilImages:
            total = apply_gram(gram, z).add_(z, alpha=2 * weight)
            together = at_once(z, z[:, 0].numel())
            parts = (torch.split(images, together, dim=1) for images in (z, total))
            for part, place in zip(*parts, strict=True):
                place += sampled(part)
            return total

        return solve(normal, zero_filled + 2 * weight * images, images, iterations)

    return correction


def correct_maps(problem: Problem, *, iterations: int = 5) -> Correction:
    """Return the correction that stays in the coil space, z = S x.

    (Sᴴ Fᴴ M F S + 2λ) x = Sᴴ Fᴴ y + 2λ Sᴴ h is solved by conjugate gradients from Sᴴ h on: few
    iterations leave what the data hardly determine to the network.
    """
    encoding, maps = Encoding(problem), problem.sens_maps.maps
    zero_filled = decentre(encoding.adjoint(problem.kspace.samples))

    def correction(images: CoilImages, weight: float) -> CoilImages:
        x = decentre(combine(images, maps))

        def normal(image: Tensor) -> Tensor:
            return encoding.plain_normal(image).add_(image, alpha=2 * weight)

        solved = solve(normal, zero_filled + 2 * weight * x, x, iterations)
        return coil_images(centre(solved), maps)

    return correction
