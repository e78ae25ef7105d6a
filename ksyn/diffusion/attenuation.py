"""How noise grows and high frequencies fade along the AK-diffusion process."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.calibration import centred_region
from ksyn.data import Mask
from ksyn.diffusion.denoiser import Blur, gaussian_transfer
from ksyn.errors import ShapeError
from ksyn.fourier import plain_filter

Fading = Literal["automatic", "both", "none"]
"""Axes along which high frequencies fade; automatic: those along which the mask undersamples."""

_STEEPEST_BLUR = 10.0
"""Most blur that goes with σ = 1 [pixels]; priors are trained up to it."""


@dataclass(frozen=True)
class Schedule:
    """Levels i = 0 … N of z_i = G_i z_0 + σ_i n: the noise σ_i and the Gaussian G_i.

    G_i(k) = exp(−½ τ_i ρ²), ρ the distance from DC in samples. In the image that is a blur of
    standard deviation n √τ_i / 2π pixels on a grid of n, the form in which denoisers are told.

    Source: AK-diffusion, arXiv 2308.15918, which leaves G open. Here τ_i is proportional to
    σ_i² − σ_0², so that G_0 = 1 and the heat time of the blur follows the noise variance.
    """

    sigmas: tuple[float, ...]
    """Noise level at i = 0 … N, growing."""
    widest_blur: Blur = (0.0, 0.0)
    """Blur at i = N along y and x [pixels]; an axis with 0 does not fade."""

    @property
    def n_steps(self) -> int:
        """N."""
        return len(self.sigmas) - 1

    def ratio(self, i: int) -> float:
        """Return log σ_{i+1} − log σ_i, the length of the step down to level i."""
        return math.log(self.sigmas[i + 1] / self.sigmas[i])

    def blur(self, i: int) -> Blur:
        """Return the blur at level i along y and x [pixels]."""
        first, last = self.sigmas[0] ** 2, self.sigmas[-1] ** 2
        share = math.sqrt((self.sigmas[i] ** 2 - first) / (last - first))
        return share * self.widest_blur[0], share * self.widest_blur[1]

    def gain(self, i: int, matrix: tuple[int, int]) -> Float[Tensor, "ky kx"]:
        """Return G_i, zero frequency at ``n // 2``."""
        return gaussian_transfer(matrix, self.blur(i))

    def attenuate(
        self, images: Complex[Tensor, "frame coil y x"], i: int
    ) -> Complex[Tensor, "frame coil y x"]:
        """Return Fᴴ G_i F of images."""
        return self.attenuation(i, images)(images)

    def attenuation(
        self, i: int, like: Complex[Tensor, "frame coil y x"]
    ) -> Callable[[Tensor], Tensor]:
        """Return Fᴴ G_i F as a function of such images.

        A convolution does not mind where the image's origin is.
        """
        axes = tuple(axis for axis in (-2, -1) if self.widest_blur[axis] > 0)
        y, x = (like.shape[axis] if axis in axes else 1 for axis in (-2, -1))
        return plain_filter(self.gain(i, (y, x)), like, axes)


def check_falling(sigma_min: float, sigma_max: float) -> None:
    """Raise ValueError unless the noise falls from level N to level 0."""
    if sigma_min >= sigma_max:
        raise ValueError(
            f"sigma_min = {sigma_min:g} must be below sigma_max = {sigma_max:g}: a sampler goes "
            "from much noise to little."
        )


def geometric_sigmas(first: float, last: float, n_steps: int) -> tuple[float, ...]:
    """Return σ_0 … σ_N in equal ratios."""
    ratio = last / first
    return tuple(first * ratio ** (i / n_steps) for i in range(n_steps + 1))


def widest_blur(mask: Mask, fading: Fading, sigma: float) -> Blur:
    """Return the blur after which only the fully sampled centre of k-space is left [pixels].

    G_N is exp(−2) at the edge of the centre, so that G_N y, where the sampler starts, is nearly
    G_N z_0 although y misses samples further out. Where the centre is too small for the noise
    level to go with such a blur, the blur is the widest that goes with it.

    Args:
        mask: Its fully sampled centre decides.
        fading: Which axes fade.
        sigma: σ_N.
    """
    if fading == "none":
        return 0.0, 0.0
    widest = _STEEPEST_BLUR * min(sigma, 1.0)
    lines = _centre_lines(mask)
    y, x = (min(_blur_to(m, n), widest) for m, n in zip(lines, mask.matrix, strict=True))
    return (max(y, x), max(y, x)) if fading == "both" else (y, x)


def _centre_lines(mask: Mask) -> tuple[int, int]:
    """Return how many lines around the zero frequency are fully sampled along ky and kx."""
    try:
        ky, kx = centred_region(mask)
    except ShapeError:  # The zero frequency is not measured: there is no centre.
        return 0, 0
    return ky.stop - ky.start, kx.stop - kx.start


def _blur_to(lines: int, n: int) -> float:
    """Return the blur whose gain is exp(−2) at the edge of a centre [pixels]."""
    return 0.0 if lines >= n else 2 * n / (math.pi * max(lines, 1))
