"""How a scanner measures: y = M F S x, its adjoint, its normal operator, and conjugate gradients.

Images here carry one more axis than outside, ``set``: one image for each set of coil maps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import Problem
from ksyn.fourier import decentre, image_to_kspace, kspace_to_image, plain_fft, plain_ifft


class Encoding:
    """The measurement of one problem as a linear operator.

    Args:
        problem: Its mask and coil maps are used, never its k-space.
    """

    def __init__(self, problem: Problem) -> None:
        self.maps = problem.sens_maps.maps
        self.mask = problem.mask.samples
        # A mask of whole columns does not touch ky, so F and Fᴴ along ky cancel in the normal
        # operator and half of its transforms need not be computed.
        whole_columns = bool((self.mask == self.mask[..., :1, :]).all())
        self._axes = (-1,) if whole_columns else (-2, -1)
        self._plain_mask = decentre(self.mask)
        self._plain_maps = decentre(self.maps)

    def forward(
        self, image: Complex[Tensor, "frame set y x"]
    ) -> Complex[Tensor, "frame coil ky kx"]:
        """Return M F S x."""
        return self.mask * self.full(image)

    def full(self, image: Complex[Tensor, "frame set y x"]) -> Complex[Tensor, "frame coil ky kx"]:
        """Return F S x: the k-space before anything is left out."""
        return image_to_kspace(coil_images(image, self.maps))

    def adjoint(
        self, kspace: Complex[Tensor, "frame coil ky kx"]
    ) -> Complex[Tensor, "frame set y x"]:
        """Return Sᴴ Fᴴ M y."""
        return combine(kspace_to_image(self.mask * kspace), self.maps)

    def normal(self, image: Complex[Tensor, "frame set y x"]) -> Complex[Tensor, "frame set y x"]:
        """Return Sᴴ Fᴴ M F S x."""
        return _centred(self.plain_normal(decentre(image)))

    def plain_normal(
        self, image: Complex[Tensor, "frame set y x"]
    ) -> Complex[Tensor, "frame set y x"]:
        """Return `normal` of an image whose origin is at index 0, for loops that shift once."""
        spectrum = plain_fft(coil_images(image, self._plain_maps), self._axes)
        return combine(plain_ifft(spectrum * self._plain_mask, self._axes), self._plain_maps)

    def residual(
        self,
        kspace: Complex[Tensor, "frame coil ky kx"],
        measured: Complex[Tensor, "frame coil ky kx"],
    ) -> float:
        """Return ‖M k − y‖ / ‖y‖ of a full k-space k."""
        difference = torch.linalg.vector_norm(self.mask * kspace - measured)
        return float(difference / torch.linalg.vector_norm(measured).clamp_min(1e-20))


def coil_images(
    image: Complex[Tensor, "frame set y x"], maps: Complex[Tensor, "set coil y x"]
) -> Complex[Tensor, "frame coil y x"]:
    """Return S x: what each coil sees."""
    if maps.shape[0] == 1:
        return image * maps[0]
    return torch.einsum("fsyx,scyx->fcyx", image, maps)


def combine(
    images: Complex[Tensor, "frame coil y x"], maps: Complex[Tensor, "set coil y x"]
) -> Complex[Tensor, "frame set y x"]:
    """Return Sᴴ applied to coil images."""
    if maps.shape[0] == 1:
        return (images * maps[0].conj()).sum(dim=1, keepdim=True)
    return torch.einsum("fcyx,scyx->fsyx", images, maps.conj())


def one_image(image: Complex[Tensor, "frame set y x"]) -> Complex[Tensor, "frame y x"]:
    """Return the image to show: root sum of squares over sets, with the first set's phase."""
    if image.shape[1] == 1:
        return image[:, 0]
    magnitude: Tensor = torch.linalg.vector_norm(image, dim=1)
    return magnitude * torch.sgn(image[:, 0])


def conjugate_gradients(
    normal: Callable[[Tensor], Tensor],
    right: Tensor,
    start: Tensor,
    iterations: int,
    tolerance: float = 0.0,
) -> Iterator[Tensor]:
    """Yield the iterates of conjugate gradients for ``normal(x) = right``.

    Args:
        normal: A Hermitian positive semi-definite operator.
        right: Right-hand side.
        start: First guess; not yielded.
        iterations: Iterates at most.
        tolerance: Stop once ‖right − normal(x)‖ falls below this times ‖right‖.

    Source: Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49(6), 409-436 (1952).
    """
    x = start
    r = right - normal(x)
    p = r
    rr = _energy(r)
    limit = tolerance**2 * float(_energy(right))
    for _ in range(iterations):
        if float(rr) <= limit:
            return
        ap = normal(p)
        alpha = rr / _inner(p, ap).clamp_min(1e-30)
        x = x + alpha * p
        r = r - alpha * ap
        rr, previous = _energy(r), rr
        p = r + (rr / previous.clamp_min(1e-30)) * p
        yield x


def solve(
    normal: Callable[[Tensor], Tensor],
    right: Tensor,
    start: Tensor,
    iterations: int,
    tolerance: float = 0.0,
) -> Tensor:
    """Return the last iterate of `conjugate_gradients`."""
    x = start
    for iterate in conjugate_gradients(normal, right, start, iterations, tolerance):
        x = iterate
    return x


def _centred(image: Tensor) -> Tensor:
    return torch.roll(image, [n // 2 for n in image.shape[-2:]], dims=(-2, -1))


def _inner(a: Tensor, b: Tensor) -> Tensor:
    product: Tensor = torch.linalg.vecdot(a.flatten(), b.flatten()).real
    return product


def _energy(a: Tensor) -> Tensor:
    return _inner(a, a)
