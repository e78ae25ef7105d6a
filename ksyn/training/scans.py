"""Undersampled scans made of images: coils, noise and mask are drawn anew for each."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Complex, Float
from pydantic import BaseModel, Field, PositiveFloat, PositiveInt, StrictInt
from torch import Tensor
from torch.nn import functional

from ksyn.coils import estimate_maps
from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.diffusion.denoiser import to_channels, to_complex
from ksyn.encoding import combine
from ksyn.errors import OptionError, ShapeError
from ksyn.fourier import image_to_kspace
from ksyn.masks import MASKS
from ksyn.noise import complex_noise
from ksyn.phantoms.coils import FIELD_OF_VIEW, sensitivities
from ksyn.training.run import FROZEN

Image = Complex[Tensor, "y x"]
Value = float | int | str | bool | tuple[StrictInt, StrictInt] | tuple[float, float]
"""A value of an option, or the range that it is drawn from."""

_TRIES = 50
"""Masks drawn until one can be measured: a centre may hold more than the acceleration allows."""
_COARSER = 4
"""Fields of coils are smooth: they are worked out at each so many-th pixel."""


class MaskRange(BaseModel):
    """A pattern whose options are drawn anew for each scan."""

    model_config = FROZEN

    name: str
    options: dict[str, Value] = {}
    """Two numbers are the ends of a range; whole ones stay whole."""
    weight: float = Field(default=1.0, gt=0)


_ACCELERATIONS, _LINES = (2.0, 10.0), (8, 32)


def _usual_masks() -> list[MaskRange]:
    """Return columns, points and the centre alone, at many accelerations."""
    columns: dict[str, Value] = {"acceleration": _ACCELERATIONS, "acs_lines": _LINES}
    points: dict[str, Value] = {"acceleration": (3.0, 12.0), "acs_lines": _LINES}
    return [
        MaskRange(name="uniform", options=columns | {"offset": (0, 5)}, weight=3),
        MaskRange(name="random", options=columns, weight=3),
        MaskRange(name="gaussian-1d", options=columns, weight=1),
        MaskRange(name="gaussian-2d", options=points, weight=1),
        MaskRange(name="random-2d", options=points, weight=0.5),
        MaskRange(name="centre-only", options={"acceleration": (2.0, 8.0)}, weight=1),
    ]


class ScanSettings(BaseModel):
    """How scans are made of images."""

    model_config = FROZEN

    coils: tuple[PositiveInt, PositiveInt] = (1, 12)
    """Fewest and most receive coils."""
    noise: tuple[PositiveFloat, PositiveFloat] = (0.001, 0.03)
    """Lowest and highest level in each part of a sample; the image's robust maximum is 1."""
    estimated_maps: float = Field(default=0.5, ge=0, le=1)
    """Share of scans whose maps are estimated from their own centre, where it has room."""
    espirit: float = Field(default=0.2, ge=0, le=1)
    """Share of the estimated maps that ESPIRiT makes, the others being sums of squares divided."""
    masks: list[MaskRange] = Field(default_factory=_usual_masks, min_length=1)


def random_scan(
    image: Image, settings: ScanSettings, rng: torch.Generator, n_coils: int | None = None
) -> tuple[Problem, Image]:
    """Return a scan of the image, and the image that a perfect reconstruction would show.

    Args:
        image: What is scanned, about 1 at its brightest.
        settings: What to draw from.
        rng: Draws coils, noise and mask.
        n_coils: How many coils; drawn when not given.
    """
    matrix = (image.shape[0], image.shape[1])
    maps = random_maps(n_coils or drawn_coils(settings, rng), matrix, rng)
    mask = random_mask(settings.masks, matrix, rng)
    low, high = settings.noise
    level = low * (high / low) ** _uniform(0, 1, rng)
    coil_images = image * maps.maps[0]
    noise = level * complex_noise(tuple(coil_images.shape), rng)
    measured = mask.apply(KSpace((image_to_kspace(coil_images) + noise)[None]))
    estimated = _chance(settings.estimated_maps, rng)
    used = (_estimated(measured, mask, settings.espirit, rng) if estimated else None) or maps
    reference = combine(coil_images[None], used.maps)[0, 0]
    return Problem(measured, mask, used, level), reference


def drawn_coils(settings: ScanSettings, rng: torch.Generator) -> int:
    """Return a number of coils."""
    low, high = settings.coils
    return int(torch.randint(low, high + 1, (), generator=rng))


def random_maps(n_coils: int, matrix: tuple[int, int], rng: torch.Generator) -> SensMaps:
    """Return what coils on a helmet see; its size, place and orientation are drawn."""
    turned = _chance(0.5, rng)
    y, x = (_axis(n, rng) for n in (matrix[::-1] if turned else matrix))
    seed = int(torch.randint(1 << 31, (), generator=rng))
    maps = sensitivities(n_coils, y[:, None], x[None, :], seed)
    fine = _interpolated(maps.mT if turned else maps, matrix)
    return SensMaps((fine / torch.linalg.vector_norm(fine, dim=0))[None])


def _axis(n: int, rng: torch.Generator) -> Float[Tensor, " place"]:
    """Return places across a field of view, flipped, scaled and moved at random [m]."""
    half = FIELD_OF_VIEW / 2 * _uniform(0.7, 1.3, rng) * (-1 if _chance(0.5, rng) else 1)
    return torch.linspace(-half, half, n // _COARSER + 2) + _uniform(-0.03, 0.03, rng)


def _interpolated(
    maps: Complex[Tensor, "coil a b"], matrix: tuple[int, int]
) -> Complex[Tensor, "coil y x"]:
    fine = functional.interpolate(to_channels(maps), matrix, mode="bicubic", align_corners=True)
    return to_complex(fine)


def random_mask(ranges: Sequence[MaskRange], matrix: tuple[int, int], rng: torch.Generator) -> Mask:
    """Return a mask of one of the patterns, its options drawn.

    Raises:
        OptionError: Hardly any of them can be measured.
    """
    weights = torch.tensor([choice.weight for choice in ranges])
    for _ in range(_TRIES):
        choice = ranges[int(torch.multinomial(weights, 1, generator=rng))]
        options = {name: _drawn(value, rng) for name, value in choice.options.items()}
        try:
            return MASKS.get(choice.name).of(options).draw(matrix, rng)
        except (OptionError, ShapeError) as error:
            reason = error.message
    raise OptionError(
        f"None of {_TRIES} masks drawn for {matrix} (ky, kx) can be measured: {reason}",
        hint="Lower the accelerations or the ACS lines of the run file's masks.",
    )


def _estimated(
    measured: KSpace, mask: Mask, espirit: float, rng: torch.Generator
) -> SensMaps | None:
    """Return maps as a user's would be, or None where the centre is too small for them."""
    try:
        if _chance(espirit, rng):
            return estimate_maps("espirit", measured, mask)
        return estimate_maps("sum-of-squares", measured, mask)
    except ShapeError:
        return None


def _drawn(value: Value, rng: torch.Generator) -> float | int | str | bool:
    if not isinstance(value, tuple):
        return value
    low, high = value
    if isinstance(low, int) and isinstance(high, int):
        return int(torch.randint(low, high + 1, (), generator=rng))
    return _uniform(low, high, rng)


def _uniform(low: float, high: float, rng: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=rng))


def _chance(probability: float, rng: torch.Generator) -> bool:
    return float(torch.rand((), generator=rng)) < probability
