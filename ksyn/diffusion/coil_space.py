"""Where multi-coil images of one object live, and the two ways for a sampler to walk in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.diffusion.attenuation import Schedule
from ksyn.encoding import add_combined, coil_images, combine
from ksyn.fourier import at_once
from ksyn.noise import complex_noise

CoilImages = Complex[Tensor, "frame coil y x"]
State = Complex[Tensor, "frame channel y x"]
"""What a sampler walks with: coil images, or images of the coil maps."""
Randomness = torch.Generator | Sequence[torch.Generator]
"""One source of noise for all frames; or several, each for its equal share of the frames."""


def project(images: CoilImages, maps: Complex[Tensor, "set coil y x"]) -> CoilImages:
    """Return P z = S Sᴴ z: the nearest coil images that one object can cause.

    In k-space it is F S Sᴴ Fᴴ, the S̄ S̄* of AK-diffusion. An orthogonal projector where the
    maps have root sum of squares 1; it is 0 where they are 0.
    """
    return coil_images(combine(images, maps), maps)


@runtime_checkable
class Space(Protocol):
    """How a sampler holds z."""

    maps: Complex[Tensor, "set coil y x"]
    """S."""

    def settle(self, images: CoilImages) -> State:
        """Return the state in which these coil images, a part of the drift, enter z."""

    def fade(self, images: CoilImages, schedule: Schedule, i: int) -> State:
        """Return the state in which G_i of these coil images enters z."""

    def project(self, state: State) -> State:
        """Return P z."""

    def noise(self, like: State, rng: Randomness) -> State:
        """Return P n, n of level 1."""

    def coil_images(self, state: State) -> CoilImages:
        """Return z."""

    def combined(self, state: State) -> Complex[Tensor, "frame set y x"]:
        """Return Sᴴ z."""


class AllCoils:
    """z as printed in the paper: coil images, of which only score and noise are projected."""

    def __init__(self, maps: Complex[Tensor, "set coil y x"]) -> None:
        self.maps = maps

    def settle(self, images: CoilImages) -> State:
        """Return the images as they are."""
        return images

    def fade(self, images: CoilImages, schedule: Schedule, i: int) -> State:
        """Return what settles of G_i images."""
        return self.settle(schedule.attenuate(images, i))

    def project(self, state: State) -> State:
        """Return P z."""
        return project(state, self.maps)

    def noise(self, like: State, rng: Randomness) -> State:
        """Return P n."""
        return project(white_noise(like, rng), self.maps)

    def coil_images(self, state: State) -> CoilImages:
        """Return the state as it is."""
        return state

    def combined(self, state: State) -> Complex[Tensor, "frame set y x"]:
        """Return Sᴴ z."""
        return combine(state, self.maps)


class Unprojected(AllCoils):
    """z of a diffusion that knows no coil space, P = 1: the paper's ablation without S S*."""

    def project(self, state: State) -> State:
        """Return the state as it is."""
        return state

    def noise(self, like: State, rng: Randomness) -> State:
        """Return n, independent in every coil."""
        return white_noise(like, rng)


class CoilSpace:
    """z inside the coil space, drift and start projected too: z = S x, held as x = Sᴴ z.

    Since Sᴴ S = 1, P n is S times noise of the same level in x, and P of anything settled is
    itself: one image a set of maps carries all coils. Where the maps vanish no coil sees x, and
    its noise there, which a denoiser expects, changes nothing.
    """

    def __init__(self, maps: Complex[Tensor, "set coil y x"]) -> None:
        self.maps = maps
        self._conjugates = maps.conj().resolve_conj()

    def settle(self, images: CoilImages) -> State:
        """Return Sᴴ of the images."""
        return combine(images, self.maps)

    def fade(self, images: CoilImages, schedule: Schedule, i: int) -> State:
        """Return Sᴴ G_i images, a few coils at a time."""
        attenuated = schedule.attenuation(i, images)
        together = at_once(images, images[:, 0].numel())
        pairs = (torch.split(x, together, dim=1) for x in (images, self._conjugates))
        total = images.new_zeros(len(images), len(self.maps), *images.shape[-2:])
        for part, conjugates in zip(*pairs, strict=True):
            add_combined(total, attenuated(part), conjugates)
        return total

    def project(self, state: State) -> State:
        """Return the state: it is in the coil space already."""
        return state

    def noise(self, like: State, rng: Randomness) -> State:
        """Return n."""
        return white_noise(like, rng)

    def coil_images(self, state: State) -> CoilImages:
        """Return S x."""
        return coil_images(state, self.maps)

    def combined(self, state: State) -> Complex[Tensor, "frame set y x"]:
        """Return x."""
        return state


def white_noise(like: State, rng: Randomness) -> State:
    """Return noise of level 1, independent in every number of a state."""
    sources = [rng] if isinstance(rng, torch.Generator) else list(rng)
    share = (like.shape[0] // len(sources), *like.shape[1:])
    return torch.cat([complex_noise(share, source) for source in sources]).to(like)
