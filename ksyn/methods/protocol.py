"""What every reconstruction method is: frozen options that stream steps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import ClassVar, Literal, Self

import torch

from ksyn.data import Problem, Step
from ksyn.errors import OptionError
from ksyn.options import Options

Family = Literal["classical", "learned", "diffusion"]


class Method(Options):
    """A reconstruction method; its fields are its options.

    Promised by every method, and tested over all of them: at least one step, numbered from 0;
    the same seed gives the same steps; a step is never written again; the caller's grad mode and
    the problem are left alone; closing the stream early stops it; device and dtype stay.
    """

    name: ClassVar[str]
    """What the command line, recipes and tests call it."""
    title: ClassVar[str]
    """What the menus call it."""
    family: ClassVar[Family] = "classical"
    when: ClassVar[str]
    """One line: when to use it."""
    unfolds_by_coils_alone: ClassVar[bool] = False
    """It knows nothing of images: with fewer coils than aliases it can do little."""
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Sets of options by name: of each, the values that differ from the defaults."""

    @abstractmethod
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the state after each iteration; decorate with ``@torch.no_grad()``."""

    @classmethod
    def unavailable(cls) -> str:
        """Return why the method cannot run here (missing weights, say); empty when it can."""
        return ""

    @classmethod
    def preset_values(cls, name: str) -> dict[str, object]:
        """Return the values that a preset sets, to be merged with others.

        Raises:
            OptionError: There is no such preset.
        """
        if name not in cls.presets:
            near = get_close_matches(name, cls.presets, n=1)
            known = f"Its presets are: {', '.join(cls.presets) or 'none'}."
            raise OptionError(
                f"{cls.title} has no preset {name!r}.",
                hint=f"Did you mean {near[0]!r}?" if near else known,
            )
        return dict(cls.presets[name])

    def preset_name(self) -> str:
        """Return which preset these options are; empty when they are none."""
        return next((name for name in self.presets if self == self.of(self.presets[name])), "")

    def model_id(self) -> str:
        """Return the id of the weights used, for the recipe; empty without weights."""
        return ""

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return what "automatic" (None) stands for on a problem, of each option that offers it."""
        return {}

    def filled(self, problem: Problem) -> Self:
        """Return the method with every None replaced by the value it stands for."""
        values = self.automatic(problem).items()
        missing = {name: value for name, value in values if getattr(self, name) is None}
        return self.model_copy(update=missing)
