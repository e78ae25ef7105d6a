"""What every sampling pattern is: frozen options that draw a mask."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch

from ksyn.data import Mask
from ksyn.options import Options


class Pattern(Options):
    """A sampling pattern; its fields are its options.

    Promised by every pattern, and tested over all of them: the mask has the matrix asked for and
    one frame; the same seed gives the same mask; the zero frequency is measured (unless the centre
    is set to 0 lines); what cannot be drawn is refused with the values that do not fit.
    """

    name: ClassVar[str]
    """What the command line, recipes and tests call it."""
    title: ClassVar[str]
    """What the menus call it."""
    when: ClassVar[str]
    """One line: when to use it."""

    @abstractmethod
    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return a mask of this matrix (ky, kx).

        Raises:
            ShapeError: The fully sampled centre is larger than the matrix.
            OptionError: The acceleration cannot be reached with these options.
        """
