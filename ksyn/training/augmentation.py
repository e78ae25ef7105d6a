"""Make one image into many: geometry, contrast, phase, coil shading, scale.

A prior that saw one contrast, orientation or phase does not carry over to the next scanner; each
function here takes away one thing it could cling to. Images are complex64 ``y x``, about 1 at
their brightest; chances are those of the shipped priors.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional

from ksyn.diffusion.denoiser import to_channels, to_complex
from ksyn.fourier import resize_centred

Image = Complex[Tensor, "_ _"]


def augment(image: Image, matrix: tuple[int, int], rng: torch.Generator) -> Image:
    """Return a crop of that matrix from the image, changed at random in every way below."""
    image = _flipped(image, rng)
    image = _rescaled(image, matrix, rng) if _chance(0.6, rng) else _cropped(image, matrix, rng)
    if _chance(0.4, rng):
        image = _recontrasted(image, rng)
    if _chance(0.3, rng):
        image = image * _shading(matrix, 0.5, rng)
    if _chance(0.2, rng):
        image = image * _coil(matrix, rng)
    if _chance(0.8, rng):
        image = torch.polar(image.abs(), image.angle() + _smooth_phase(matrix, rng))
    turn = torch.polar(torch.tensor(1.0), 2 * math.pi * torch.rand((), generator=rng))
    return image * turn * 2 ** _uniform(-0.7, 0.5, rng)


def shrunk(image: Image, matrix: tuple[int, int], rng: torch.Generator) -> Image:
    """Return the image as it is or, mostly, shrunk until all or most of it fits a matrix."""
    chance, size = torch.rand(2, generator=rng).tolist()
    if chance < 0.3:
        return image
    fit = max(m / n for m, n in zip(matrix, image.shape, strict=True))
    resized = functional.interpolate(
        to_channels(image)[None],
        scale_factor=min(fit * (0.95 + 0.5 * size), 1.0),
        mode="bicubic",
        antialias=True,
    )
    return to_complex(resized[0])


def _flipped(image: Image, rng: torch.Generator) -> Image:
    if _chance(0.5, rng):
        image = image.flip(0)
    if _chance(0.5, rng):
        image = image.flip(1)
    return image.T if _chance(0.5, rng) else image


def _cropped(image: Image, matrix: tuple[int, int], rng: torch.Generator) -> Image:
    """Return a crop at a random place that holds something; air is added where it does not fit."""
    height, width = (max(n, m) for n, m in zip(image.shape, matrix, strict=True))
    padded = resize_centred(image, (height, width))
    best = _window(padded, matrix, rng)
    for _ in range(3):
        if float(best.abs().mean()) > 0.05:
            break
        best = _window(padded, matrix, rng)
    return best


def _window(image: Image, matrix: tuple[int, int], rng: torch.Generator) -> Image:
    starts = [_below(n - m + 1, rng) for n, m in zip(image.shape, matrix, strict=True)]
    return image[starts[0] : starts[0] + matrix[0], starts[1] : starts[1] + matrix[1]]


def _rescaled(image: Image, matrix: tuple[int, int], rng: torch.Generator) -> Image:
    """Return a crop, rotated by up to 15° (now and then by anything) and scaled by 0.75 to 1.4."""
    angle = math.radians(_uniform(-15, 15, rng) if _chance(0.8, rng) else _uniform(-90, 90, rng))
    stretch = [2 ** _uniform(-0.4, 0.5, rng) * 2 ** _uniform(-0.1, 0.1, rng) for _ in range(2)]
    margin = 1.5
    around = tuple(math.ceil(m * margin) for m in matrix)
    region = _cropped(image, (around[0], around[1]), rng)
    y, x = (torch.linspace(-1, 1, m) * m for m in matrix)
    grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
    turned_x = (grid_x * math.cos(angle) - grid_y * math.sin(angle)) / stretch[1] / around[1]
    turned_y = (grid_x * math.sin(angle) + grid_y * math.cos(angle)) / stretch[0] / around[0]
    grid = torch.stack([turned_x, turned_y], dim=-1)[None]
    sampled = functional.grid_sample(
        to_channels(region)[None], grid, mode="bicubic", padding_mode="zeros", align_corners=False
    )
    return to_complex(sampled[0])


def _recontrasted(image: Image, rng: torch.Generator) -> Image:
    """Return the image with its grey values remapped; its phase is kept."""
    magnitude = image.abs()
    level = magnitude.clamp(0, 1)
    kind = _below(3, rng)
    if kind == 0:
        remapped = level ** (2 ** _uniform(-1, 1, rng))
    elif kind == 1:
        inside = torch.sigmoid((level - 0.12) * 40)
        remapped = inside * (1.05 - level) ** (2 ** _uniform(-0.5, 1, rng))
    else:
        knots = torch.rand(5, generator=rng).clamp_min(0.05)
        remapped = _piecewise(level, torch.cat([torch.zeros(1), knots / knots.max()]))
    return torch.polar(remapped + (magnitude - level), image.angle())


def _piecewise(level: Float[Tensor, "y x"], knots: Float[Tensor, " n"]) -> Float[Tensor, "y x"]:
    """Return a piecewise linear map of 0…1 through the knots."""
    place = level * (len(knots) - 1)
    low = place.floor().long().clamp(0, len(knots) - 2)
    return torch.lerp(knots[low], knots[low + 1], place - low)


def _shading(
    matrix: tuple[int, int], strength: float, rng: torch.Generator
) -> Float[Tensor, "y x"]:
    """Return a smooth positive field around 1."""
    return torch.exp(strength * _smooth_field(matrix, 3, rng))


def _coil(matrix: tuple[int, int], rng: torch.Generator) -> Image:
    """Return what a coil at a random place does to magnitude and phase."""
    y, x = _grid(matrix)
    cy, cx = (_uniform(-1.6, 1.6, rng) for _ in range(2))
    squared = (y - cy) ** 2 + (x - cx) ** 2
    magnitude = 1 / (1 + squared / _uniform(0.3, 1.5, rng) ** 2)
    return torch.polar(magnitude, torch.atan2(y - cy, x - cx) * _uniform(-1, 1, rng))


def _smooth_phase(matrix: tuple[int, int], rng: torch.Generator) -> Float[Tensor, "y x"]:
    """Return a low-order polynomial plus a smooth random field [rad]."""
    y, x = _grid(matrix)
    terms = torch.stack([y, x, y * x, y**2, x**2])
    factors = torch.randn(5, generator=rng) * _uniform(0, 2, rng)
    field = _smooth_field(matrix, 4, rng) * _uniform(0, 1.5, rng)
    return torch.einsum("t,tyx->yx", factors, terms) + field


def _smooth_field(
    matrix: tuple[int, int], knots: int, rng: torch.Generator
) -> Float[Tensor, "y x"]:
    coarse = torch.randn(1, 1, knots + 1, knots + 1, generator=rng)
    return functional.interpolate(coarse, matrix, mode="bicubic", align_corners=True)[0, 0]


def _grid(matrix: tuple[int, int]) -> tuple[Tensor, Tensor]:
    y, x = torch.meshgrid(*(torch.linspace(-1, 1, n) for n in matrix), indexing="ij")
    return y, x


def _uniform(low: float, high: float, rng: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=rng))


def _below(n: int, rng: torch.Generator) -> int:
    return int(torch.randint(n, (), generator=rng))


def _chance(probability: float, rng: torch.Generator) -> bool:
    return float(torch.rand((), generator=rng)) < probability
