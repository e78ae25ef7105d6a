"""Let a network see its images turned, another way at each step, so that its habits cancel."""

from __future__ import annotations

from jaxtyping import Complex
from torch import Tensor

from ksyn.diffusion.denoiser import Blur, Denoiser

_QUARTER_TURNS = (1, 1j, -1, -1j)


class Turned:
    """A denoiser that sees images flipped, transposed and turned in phase, and turns them back.

    A prior trained on all of these ought to do the same with each, and nearly does: what is left
    is error. Along the steps of a sampler, each with another `turn`, errors average out, at no
    cost. All of it is exact in floating point.

    Args:
        denoiser: What denoises.
        turn: Which of the 32 ways.
    """

    def __init__(self, denoiser: Denoiser, turn: int) -> None:
        self.denoiser = denoiser
        self.axes = [axis for axis, bit in ((-2, 1), (-1, 2)) if turn & bit]
        self.transposed = bool(turn & 4)
        self.phase = _QUARTER_TURNS[turn // 8 % 4]

    def __call__(
        self, images: Complex[Tensor, "batch y x"], sigma: float, blur: Blur
    ) -> Complex[Tensor, "batch y x"]:
        """Return the denoised images."""
        turned = images.flip(self.axes) * self.phase
        if self.transposed:
            denoised = self.denoiser(turned.mT.contiguous(), sigma, (blur[1], blur[0])).mT
        else:
            denoised = self.denoiser(turned, sigma, blur)
        return (denoised * self.phase.conjugate()).flip(self.axes)


def turn_of(i: int) -> int:
    """Return the turn for step i: any eight steps in a row see all flips and transposes."""
    return 9 * i % 32
