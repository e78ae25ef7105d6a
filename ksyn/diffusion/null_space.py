"""The null space of annihilating filters, in the place of the coil space of the maps."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.coils.eigenvectors import leading_eigenvectors
from ksyn.data import Problem
from ksyn.diffusion.coil_space import AllCoils, Randomness, State, white_noise
from ksyn.lowrank import annihilating_gram, apply_gram

_ANNIHILATED = 0.05
"""Largest eigenvalue of the filters' matrix at a pixel, as a part of what all filters together
would have, that counts as none."""


def null_space_projector(
    problem: Problem, *, kernel: int = 5, keep: float = 0.4
) -> Complex[Tensor, "coil coil y x"]:
    """Return T(x), the projector on the coil vectors that filters annihilate at each pixel.

    T z is what is left of argmin ‖H(z) N‖² when z is changed as little as can be. All right
    singular vectors together have the Gram matrix k² 1 at each pixel; of the smallest alone, B(x),
    the eigenvectors with eigenvalue near 0 are kept, as many as the problem has sets of maps at
    most. Where there are none, outside the object, T is 0.

    Args:
        problem: Its fully sampled centre calibrates the filters.
        kernel: Side k of the filters [samples].
        keep: Fraction of the right singular vectors taken as filters.

    Raises:
        ShapeError: The fully sampled centre is smaller than the kernel.

    Source: AK-diffusion, arXiv 2308.15918, the variant "SLR" of table IV.
    """
    gram = annihilating_gram(problem.kspace, problem.mask, kernel, keep) / kernel**2
    n_coils, _, y, x = gram.shape
    pixels = gram.permute(2, 3, 0, 1).reshape(y * x, n_coils, n_coils)
    unit = torch.eye(n_coils, device=gram.device)
    n = min(problem.sens_maps.n_sets, n_coils)
    values, vectors = leading_eigenvectors(unit - pixels, n)
    kept = vectors * (values > 1 - _ANNIHILATED)[:, None]
    return (kept @ kept.mH).reshape(y, x, n_coils, n_coils).permute(2, 3, 0, 1).contiguous()


class NullSpace(AllCoils):
    """z as coil images, with T in the place of P.

    Args:
        maps: S, with which the coil images are combined to be seen.
        projector: T.
        drift: Whether the drift is projected too.
    """

    def __init__(
        self,
        maps: Complex[Tensor, "set coil y x"],
        projector: Complex[Tensor, "coil coil y x"],
        *,
        drift: bool,
    ) -> None:
        super().__init__(maps)
        self._projector = projector
        self._drift = drift

    def settle(self, images: Complex[Tensor, "frame coil y x"]) -> State:
        """Return the images, or T of them."""
        return self.project(images) if self._drift else images

    def project(self, state: State) -> State:
        """Return T z."""
        return apply_gram(self._projector, state)

    def noise(self, like: State, rng: Randomness) -> State:
        """Return T n."""
        return self.project(white_noise(like, rng))
