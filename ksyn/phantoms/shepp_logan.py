"""The Shepp-Logan head: ten ellipses that every reconstruction is shown on."""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.phantoms.shapes import coverage, ellipse

# Added brightness, half axes x and y, centre x and y (up), turn [degrees]; the square is −1 … 1.
# Source: Shepp and Logan, IEEE Trans. Nucl. Sci. 21(3), 21-43 (1974), with the contrast of Toft,
# The Radon Transform, Technical University of Denmark (1996), table B.3.
_ELLIPSES = (
    (1.0, 0.69, 0.92, 0.0, 0.0, 0.0),
    (-0.8, 0.6624, 0.874, 0.0, -0.0184, 0.0),
    (-0.2, 0.11, 0.31, 0.22, 0.0, -18.0),
    (-0.2, 0.16, 0.41, -0.22, 0.0, 18.0),
    (0.1, 0.21, 0.25, 0.0, 0.35, 0.0),
    (0.1, 0.046, 0.046, 0.0, 0.1, 0.0),
    (0.1, 0.046, 0.046, 0.0, -0.1, 0.0),
    (0.1, 0.046, 0.023, -0.08, -0.605, 0.0),
    (0.1, 0.023, 0.023, 0.0, -0.606, 0.0),
    (0.1, 0.023, 0.046, 0.06, -0.605, 0.0),
)


def shepp_logan(matrix: tuple[int, int]) -> Complex[Tensor, "y x"]:
    """Return the modified Shepp-Logan head, edges softened by partial volume; its skull is 1."""
    image = torch.zeros(matrix)
    for step, half_x, half_y, x, y, turn in _ELLIPSES:
        curve = ellipse((-y, x), (half_y, half_x), math.radians(turn), vertices=256)
        image = image + step * coverage([curve], matrix, field_of_view=2.0)
    return image.to(torch.complex64)
