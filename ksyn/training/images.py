"""All images of some packs, drawn by the packs' weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.phantoms import Contrast, head_image
from ksyn.training.packs import load_pack
from ksyn.training.run import PHANTOMS, Pack

_CONTRASTS: tuple[Contrast, ...] = ("t1", "t2", "pd", "flair")
_HEADS = 32
_PEOPLE, _OTHER_PEOPLE = 1000, 2000
"""Seeds of the first made-up head of training and of validation."""


class Images:
    """The images of some packs.

    Args:
        packs: Where they are.
        validation: Whether made-up heads are those of the people kept aside.
    """

    def __init__(self, packs: Sequence[Pack], *, validation: bool = False) -> None:
        self._packs = [_images(pack, validation) for pack in packs]
        self._weights = torch.tensor([pack.weight for pack in packs])

    def __iter__(self) -> Iterator[Complex[Tensor, "y x"]]:
        """Yield every image once, pack by pack."""
        return (image for pack in self._packs for image in pack)

    def __len__(self) -> int:
        return sum(map(len, self._packs))

    def draw(self, rng: torch.Generator) -> Complex[Tensor, "y x"]:
        """Return one image."""
        pack = self._packs[int(torch.multinomial(self._weights, 1, generator=rng))]
        return pack[int(torch.randint(len(pack), (), generator=rng))]


def _images(pack: Pack, validation: bool) -> list[Tensor]:
    if str(pack.path) == PHANTOMS:
        first = _OTHER_PEOPLE if validation else _PEOPLE
        return [_head(first, number, pack.size) for number in range(0, _HEADS, pack.stride)]
    return load_pack(pack)


def _head(first: int, number: int, size: int) -> Complex[Tensor, "y x"]:
    contrast = _CONTRASTS[number % len(_CONTRASTS)]
    return head_image((size, size), contrast=contrast, seed=first + number)
