"""A recipe as the command that repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ksyn.recipe import Recipe


def command_of(recipe: Recipe, output: str = "result.npy") -> str:
    """Return the ``ksyn recon`` command that repeats a run."""
    raise NotImplementedError
