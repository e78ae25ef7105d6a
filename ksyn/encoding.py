"""How a scanner measures: y = M F S x, its adjoint, its normal operator, and conjugate gradients.

Images here carry one more axis than outside, ``set``: one image for each set of coil maps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import Mask, Problem, Step
from ksyn.fourier import at_once, centre, decentre, plain_fft, plain_filter, plain_ifft

_ROUNDING = 1e-6
"""Relative residual below which a complex64 solution gets no better."""


class Encoding:
    """The measurement of one problem as a linear operator.

    Args:
        problem: Its mask and coil maps are used, never its k-space.
    """

    def __init__(self, problem: Problem) -> None:
        self.maps = problem.sens_maps.maps
        # A product of complex numbers and truth values takes three times as long as this one.
        self.mask = problem.mask.samples.to(self.maps)
        self._sampled = sampling_filter(problem.mask, self.maps)
        self._plain_maps = decentre(self.maps)
        self._plain_conjugates = self._plain_maps.conj().resolve_conj()

    def forward(
        self, image: Complex[Tensor, "frame set y x"]
    ) -> Complex[Tensor, "frame coil ky kx"]:
        """Return M F S x."""
        return self.mask * self.full(image)

    def full(self, image: Complex[Tensor, "frame set y x"]) -> Complex[Tensor, "frame coil ky kx"]:
        """Return F S x: the k-space before anything is left out."""
        return centre(plain_fft(coil_images(decentre(image), self._plain_maps)))

    def adjoint(
        self, kspace: Complex[Tensor, "frame coil ky kx"]
    ) -> Complex[Tensor, "frame set y x"]:
        """Return Sᴴ Fᴴ M y."""
        return centre(combine(plain_ifft(decentre(self.mask * kspace)), self._plain_maps))

    def normal(self, image: Complex[Tensor, "frame set y x"]) -> Complex[Tensor, "frame set y x"]:
        """Return Sᴴ Fᴴ M F S x."""
        return centre(self.plain_normal(decentre(image)))

    def plain_normal(
        self, image: Complex[Tensor, "frame set y x"]
    ) -> Complex[Tensor, "frame set y x"]:
        """Return `normal` of an image whose origin is at index 0, for loops that shift once."""
        total = torch.zeros_like(image)
        together = at_once(image, image[:, 0].numel())
        both = (torch.split(s, together, dim=1) for s in (self._plain_maps, self._plain_conjugates))
        for maps, conjugates in zip(*both, strict=True):
            add_combined(total, self._sampled(coil_images(image, maps)), conjugates)
        return total

    def norm(self) -> float:
        """Return an upper bound of the largest eigenvalue of `normal`; 1 for maps of norm 1.

        F is unitary and M a projection, so Sᴴ S bounds it, pixel by pixel; of its small matrices
        (set by set) the largest row sum bounds the eigenvalues.
        """
        gram = torch.einsum("scyx,tcyx->styx", self.maps.conj(), self.maps)
        return float(gram.abs().sum(dim=1).max())

    def residual(
        self,
        kspace: Complex[Tensor, "frame coil ky kx"],
        measured: Complex[Tensor, "frame coil ky kx"],
    ) -> float:
        """Return ‖M k − y‖ / ‖y‖ of a full k-space k."""
        return data_residual(kspace, measured, self.mask)

    def step(
        self,
        image: Complex[Tensor, "frame set y x"],
        measured: Complex[Tensor, "frame coil ky kx"],
        index: int,
        total: int,
        **scalars: float,
    ) -> Step:
        """Return the step that shows an image: its k-space, and how well that fits."""
        kspace = self.full(image)
        scalars = {"data_residual": self.residual(kspace, measured)} | scalars
        return Step(one_image(image), kspace, index, total, scalars)


def data_residual(
    kspace: Complex[Tensor, "frame coil ky kx"],
    measured: Complex[Tensor, "frame coil ky kx"],
    mask: Tensor,
) -> float:
    """Return ‖M k − y‖ / ‖y‖ of a full k-space k, M being 0 and 1, or true and false."""
    samples = mask.to(kspace.dtype)
    pairs = zip(torch.split(kspace, 1, dim=1), torch.split(measured, 1, dim=1), strict=True)
    difference = sum(energy(samples * k - y) for k, y in pairs)
    return float((difference / energy(measured).clamp_min(1e-20)).sqrt())


def sampling_filter(mask: Mask, like: Tensor) -> Callable[[Tensor], Tensor]:
    """Return Fᴴ M F as a function of arrays with their origin at index 0.

    A mask of whole columns does not touch ky, so F and Fᴴ along ky cancel in the normal operator
    and half of its transforms need not be computed.
    """
    samples, row = mask.samples, mask.samples[..., :1, :]
    if bool((samples == row).all()):
        return plain_filter(row, like, (-1,))
    return plain_filter(samples, like)


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
    if images.is_cuda:
        combined: Tensor = torch.linalg.vecdot(maps, images[:, None], dim=2)
        return combined
    total = images.new_zeros(len(images), len(maps), *images.shape[-2:])
    add_combined(total, images, maps.conj())
    return total


def add_combined(
    total: Complex[Tensor, "frame set y x"],
    images: Complex[Tensor, "frame coil y x"],
    conjugates: Complex[Tensor, "set coil y x"],
) -> None:
    """Add Sᴴ of coil images to a total, given S*; coil by coil there is no product to keep."""
    for coil, conjugate in zip(images.unbind(1), conjugates.unbind(1), strict=True):
        total.addcmul_(conjugate, coil[:, None])


def energy(array: Complex[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Return Σ |a|²; many times as fast as `torch.linalg.vector_norm` of complex numbers."""
    total: Tensor = torch.linalg.vecdot(array.flatten(), array.flatten()).real
    return total


def root_sum_of_squares(coils: Complex[Tensor, "*batch coil y x"]) -> Float[Tensor, "*batch y x"]:
    """Return √Σ_c |a_c|²; many times as fast as `torch.linalg.vector_norm` of complex numbers."""
    first, *others = torch.view_as_real(coils.resolve_conj()).unbind(-4)
    squares = first.square()
    for other in others:
        squares.addcmul_(other, other)
    magnitude: Tensor = (squares[..., 0] + squares[..., 1]).sqrt_()
    return magnitude


def magnitude_image(kspace: Complex[Tensor, "*batch coil ky kx"]) -> Float[Tensor, "*batch y x"]:
    """Return the root sum of squares of the coil images.

    Where k-space has its origin is a matter of the images' phase alone, so it is not moved.
    """
    return centre(root_sum_of_squares(plain_ifft(kspace)))


def one_image(image: Complex[Tensor, "frame set y x"]) -> Complex[Tensor, "frame y x"]:
    """Return the image to show: root sum of squares over sets, with the first set's phase."""
    if image.shape[1] == 1:
        return image[:, 0]
    magnitude: Tensor = torch.linalg.vector_norm(image, dim=1)
    return magnitude * torch.sgn(image[:, 0])


def conjugate_gradients(
    normal: Callable[[Tensor], Tensor],
    right: Complex[Tensor, "frame set y x"],
    start: Complex[Tensor, "frame set y x"],
    iterations: int,
    tolerance: float = 0.0,
) -> Iterator[Complex[Tensor, "frame set y x"]]:
    """Yield the iterates of conjugate gradients for ``normal(x) = right``, frame by frame.

    Args:
        normal: A Hermitian positive semi-definite operator that does not mix frames.
        right: Right-hand sides.
        start: First guesses; not yielded.
        iterations: Iterates at most.
        tolerance: Stop once ‖right − normal(x)‖ falls below this times ‖right‖ in all frames;
            0 never stops early.

    Source: Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49(6), 409-436 (1952).
    """
    x = start
    r = right - normal(x)
    p = r
    rr, whole = _inner(r, r), _inner(right, right)
    limit, rounding = tolerance**2 * whole, _ROUNDING**2 * whole
    for _ in range(iterations):
        if tolerance > 0 and bool((rr <= limit).all()):
            return
        ap = normal(p)
        # A frame that is solved as far as its digits go stays: what is left is noise to divide by.
        alpha = torch.where(rr > rounding, rr / _inner(p, ap).clamp_min(1e-30), 0.0).to(x.dtype)
        x = torch.addcmul(x, alpha, p)
        r = torch.addcmul(r, -alpha, ap)
        rr, previous = _inner(r, r), rr
        beta = (rr / previous.clamp_min(1e-30)).to(x.dtype)
        p = torch.addcmul(r, beta, p)
        yield x


def solve(
    normal: Callable[[Tensor], Tensor],
    right: Complex[Tensor, "frame set y x"],
    start: Complex[Tensor, "frame set y x"],
    iterations: int,
    tolerance: float = 0.0,
) -> Complex[Tensor, "frame set y x"]:
    """Return the last iterate of `conjugate_gradients`."""
    x = start
    for iterate in conjugate_gradients(normal, right, start, iterations, tolerance):
        x = iterate
    return x


def _inner(a: Tensor, b: Tensor) -> Tensor:
    """Return the real inner product of each frame, shaped to scale the frames."""
    parts = (torch.view_as_real(x.resolve_conj().contiguous()).flatten(1) for x in (a, b))
    product: Tensor = torch.linalg.vecdot(*parts)
    return product.reshape(-1, *[1] * (a.ndim - 1))
