"""What receive coils around a head see, and the phase an image has."""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import SensMaps

FIELD_OF_VIEW = 0.24
"""Side of the square that every phantom is imaged in [m]."""

_RADIUS = (0.145, 0.125)  # of the helmet the coils sit on, along y and x [m]
_SOFTENING = 0.02  # no point is nearer to a wire than this [m]


def grid(matrix: tuple[int, int]) -> tuple[Float[Tensor, "y 1"], Float[Tensor, "1 x"]]:
    """Return where the pixel centres are [m]."""
    y, x = ((torch.arange(n) - n // 2) * (FIELD_OF_VIEW / n) for n in matrix)
    return y[:, None], x[None, :]


def coil_maps(n_coils: int, matrix: tuple[int, int], seed: int = 0) -> SensMaps:
    """Return the sensitivities of rectangular loops on a helmet, root sum of squares 1.

    Source: the field of a straight wire by Biot and Savart's law, and the principle of
    reciprocity; Roemer et al., Magn. Reson. Med. 16(2), 192-225 (1990).
    """
    y, x = grid(matrix)
    maps = sensitivities(n_coils, y, x, seed)
    return SensMaps(maps[None])


def sensitivities(
    n_coils: int, y: Float[Tensor, "y 1"], x: Float[Tensor, "1 x"], seed: int
) -> Complex[Tensor, "coil y x"]:
    """Return the maps at these places [m]."""
    rng = torch.Generator().manual_seed(seed)
    jitter = torch.rand(n_coils, 4, generator=rng).tolist()
    loops = torch.stack([_loop_field(n, n_coils, y, x, jitter[n]) for n in range(n_coils)])
    return loops / loops.abs().square().sum(dim=0).sqrt()


def _loop_field(
    index: int, n_coils: int, y: Tensor, x: Tensor, jitter: list[float]
) -> Complex[Tensor, "y x"]:
    """Return the transverse field By − iBx of one loop whose plane faces the head."""
    angle = 2 * math.pi * (index + 0.3 * (jitter[0] - 0.5)) / n_coils
    half_width = max(math.pi * 0.13 / n_coils, 0.028) * 1.1
    corners = _corners(angle, half_width, half_length=0.06 + 0.02 * jitter[1])
    field = sum(
        (_wire_field(a, b, y, x) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)),
        start=torch.zeros(3, len(y), x.shape[1], dtype=y.dtype),
    )
    tuning = complex(0.85 + 0.3 * jitter[2]) * complex(
        math.cos(2 * math.pi * jitter[3]), math.sin(2 * math.pi * jitter[3])
    )
    return torch.complex(field[1], -field[2]) * tuning


def _corners(angle: float, half_width: float, half_length: float) -> list[Tensor]:
    """Return the corners ``z y x`` of a rectangle on the helmet [m]."""
    centre = torch.tensor([0.0, _RADIUS[0] * math.sin(angle), _RADIUS[1] * math.cos(angle)])
    side = torch.tensor([0.0, math.cos(angle), -math.sin(angle)]) * half_width
    length = torch.tensor([half_length, 0.0, 0.0])
    return [centre - side - length, centre + side - length, centre + side + length,
            centre - side + length]  # fmt: skip


def _wire_field(start: Tensor, end: Tensor, y: Tensor, x: Tensor) -> Float[Tensor, "3 y x"]:
    """Return the field of a straight wire from start to end in the plane z = 0, up to a factor.

    B ∝ (a × b) (|a| + |b|) / (|a||b| (|a||b| + a·b)), with a and b the ways from its ends.
    """
    a, b = _way(start, y, x), _way(end, y, x)
    lengths = [torch.sqrt(v.square().sum(dim=0) + _SOFTENING**2) for v in (a, b)]
    product = lengths[0] * lengths[1]
    along = (a * b).sum(dim=0) + _SOFTENING**2
    factor = (lengths[0] + lengths[1]) / (product * (product + along))
    field: Tensor = factor * torch.linalg.cross(a, b, dim=0)
    return field


def _way(point: Tensor, y: Tensor, x: Tensor) -> Float[Tensor, "3 y x"]:
    shape = (len(y), x.shape[1])
    parts = (0 * y - point[0], y - point[1], x - point[2])
    return torch.stack([part.expand(shape) for part in parts])


def shading(y: Float[Tensor, "y 1"], x: Float[Tensor, "1 x"], seed: int) -> Float[Tensor, "y x"]:
    """Return how unevenly the transmitter excites: about 1, brightest near the middle."""
    rng = torch.Generator().manual_seed(seed)
    a = torch.rand(3, generator=rng).tolist()
    v, u = y / (FIELD_OF_VIEW / 2), x / (FIELD_OF_VIEW / 2)
    away_y, away_x = v - 0.3 * (a[0] - 0.5), u - 0.3 * (a[1] - 0.5)
    fall: Tensor = (0.10 + 0.12 * a[2]) * (away_y.square() + away_x.square())
    return 1 - fall


def phase(y: Float[Tensor, "y 1"], x: Float[Tensor, "1 x"], seed: int) -> Float[Tensor, "y x"]:
    """Return the smooth phase of an image [rad]: a tilt, a bowl and a slow wave."""
    rng = torch.Generator().manual_seed(seed)
    a = (2 * torch.rand(8, generator=rng) - 1).tolist()
    v, u = y / (FIELD_OF_VIEW / 2), x / (FIELD_OF_VIEW / 2)
    tilt = 1.0 * (a[0] * u + a[1] * v)
    bowl = 0.9 * (a[2] * u * u + a[3] * v * v + a[4] * u * v)
    wave = 0.4 * torch.sin(math.pi * (a[5] * u + a[6] * v) + math.pi * a[7])
    angle: Tensor = wave + tilt + bowl + math.pi * a[7]
    return angle
