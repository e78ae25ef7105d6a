"""METRICS: how far an image is from its reference, measured as fastMRI does.

All compare magnitudes. None fits a scale first: the pipeline gives results back in the scan's own
units, and an image that is wrong by a factor should look wrong here too. A series counts as one
volume: peak and norm are taken over all frames, and SSIM is averaged over them.

Source: Zbontar et al., arXiv:1811.08839v2 (2019), section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Num
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, pad

from ksyn.errors import ShapeError
from ksyn.registry import Registry

Image: TypeAlias = Num[Tensor, "..."] | Num[np.ndarray, "..."]
"""Real or complex, ``y x`` or ``frame y x``."""
Volume: TypeAlias = Float[Tensor, "frame y x"]

_WINDOW = 7
"""Side of the uniform window of SSIM [pixels]."""


@dataclass(frozen=True)
class Metric:
    """One measure of likeness."""

    name: str
    """What the command line, tables and tests call it."""
    title: str
    """What the window calls it."""
    unit: str
    better: Literal["higher", "lower"]
    digits: int
    """Decimals worth showing."""
    measure: Callable[[Volume, Volume, float], float]
    smallest: int = 1
    """Side of the smallest image that can be measured [pixels]."""

    def fits(self, matrix: Sequence[int]) -> bool:
        """Return whether images ``… y x`` are large enough."""
        return min(matrix[-2:]) >= self.smallest

    def __call__(self, image: Image, reference: Image, data_range: float | None = None) -> float:
        """Return the measure.

        Args:
            image: The magnitude counts.
            reference: What it should be, of the same shape.
            data_range: The peak; the largest magnitude of the reference when None.

        Raises:
            ShapeError: The two differ in shape, or the reference is empty.
        """
        x, y = _volume(image), _volume(reference)
        _check(x, y)
        return self.measure(x.to(y.device), y, float(y.max()) if data_range is None else data_range)

    def text(self, value: float) -> str:
        """Return the value with its unit, as shown in tables."""
        return f"{value:.{self.digits}f} {self.unit}".strip()

    def text_of(self, found: Mapping[str, float]) -> str:
        """Return its value among the scores of an image; a dash where it was not measured."""
        return self.text(found[self.name]) if self.name in found else "–"


def scores(image: Image, reference: Image) -> dict[str, float]:
    """Return every metric of `METRICS` by name, but for those that need larger images."""
    return {
        metric.name: metric(image, reference)
        for metric in METRICS
        if metric.fits(tuple(reference.shape))
    }


def _psnr(x: Volume, y: Volume, peak: float) -> float:
    """Return 10 log₁₀(peak² / mean |x − y|²)."""
    error = (x - y).square().mean(dtype=torch.float64)
    return float(10 * torch.log10(peak**2 / error))


def _ssim(x: Volume, y: Volume, peak: float) -> float:
    """Return the mean structural similarity over all full windows.

    Source: Wang et al., IEEE Trans. Image Process. 13(4), 600-612 (2004), eq. (13), with a
    uniform window and the unbiased covariance.
    """
    if min(y.shape[-2:]) < _WINDOW:
        raise ShapeError(
            f"SSIM needs {_WINDOW} pixels a side, the images have {tuple(y.shape[-2:])} (y, x).",
            hint="Measure PSNR or NMSE instead.",
        )
    x, y = x.double(), y.double()
    unbiased = _WINDOW**2 / (_WINDOW**2 - 1)
    mx, my = _mean(x), _mean(y)
    vx = unbiased * (_mean(x * x) - mx * mx)
    vy = unbiased * (_mean(y * y) - my * my)
    vxy = unbiased * (_mean(x * y) - mx * my)
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    likeness = (2 * mx * my + c1) * (2 * vxy + c2)
    return float((likeness / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean())


def _nmse(x: Volume, y: Volume, peak: float) -> float:  # noqa: ARG001 - one signature for all
    """Return ‖x − y‖² / ‖y‖²."""
    return float((x - y).square().sum(dtype=torch.float64) / y.square().sum(dtype=torch.float64))


def _nrmse(x: Volume, y: Volume, peak: float) -> float:
    """Return ‖x − y‖ / ‖y‖."""
    return float(_nmse(x, y, peak) ** 0.5)


def _hfen(x: Volume, y: Volume, peak: float) -> float:
    """Return the relative error of fine detail: `_nrmse` after a Laplacian of Gaussian.

    Source: Ravishankar and Bresler, IEEE Trans. Med. Imaging 30(5), 1028-1041 (2011), section IV.
    """
    return _nrmse(_detail(x), _detail(y), peak)


def _detail(image: Volume) -> Volume:
    """Return the image through a Laplacian of Gaussian: 15 × 15 pixels, σ = 1.5 pixels."""
    half, sigma = 7, 1.5
    axis = torch.arange(-half, half + 1, dtype=image.dtype, device=image.device)
    r2 = (axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * sigma**2)
    gauss = torch.exp(-r2) / torch.exp(-r2).sum()
    kernel = gauss * (r2 - 1) * 2 / sigma**2
    kernel = kernel - kernel.mean()
    return conv2d(pad(image[:, None], [half] * 4, mode="replicate"), kernel[None, None])[:, 0]


def _mean(image: Volume) -> Float[Tensor, "frame window_y window_x"]:
    rows = avg_pool2d(image[:, None], (_WINDOW, 1), stride=1)
    return avg_pool2d(rows, (1, _WINDOW), stride=1)[:, 0]


def _volume(image: Image) -> Volume:
    tensor = torch.as_tensor(image)
    magnitude = tensor.abs().float()
    return magnitude.reshape(-1, *magnitude.shape[-2:])


def _check(image: Tensor, reference: Tensor) -> None:
    if image.shape != reference.shape:
        raise ShapeError(
            f"The image is {tuple(image.shape)}, its reference {tuple(reference.shape)} "
            "(frame, y, x).",
            hint="Compare images of the same slice, matrix and number of frames; on the command "
            "line, --slice N takes one slice of the reference.",
        )
    if not bool((reference > 0).any()):
        raise ShapeError(
            "The reference is 0 everywhere.", hint="Check that it holds the image you mean."
        )


METRICS: Registry[Metric] = Registry(
    "metric",
    Metric("psnr", "PSNR", "dB", "higher", 2, _psnr),
    Metric("ssim", "SSIM", "", "higher", 4, _ssim, smallest=_WINDOW),
    Metric("nmse", "NMSE", "", "lower", 5, _nmse),
    Metric("nrmse", "NRMSE", "", "lower", 4, _nrmse),
    Metric("hfen", "HFEN", "", "lower", 4, _hfen),
)
"""In the order of tables; third parties join through the entry point ``ksyn.metrics``."""
