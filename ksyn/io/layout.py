"""Layout: which array of a file to take, what its axes mean, k-space or image."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, cast

from ksyn.errors import OptionError, ReadError

Domain = Literal["kspace", "image"]

AXES = ("slice", "frame", "coil", "ky", "kx", "y", "x", "complex", "skip")
"""Words for axes: ``y x`` in the image domain, ``complex`` for an axis of length 2 that holds the
real and the imaginary part, ``skip`` for an axis of length 1."""


@dataclass(frozen=True)
class Layout:
    """How to read an array that does not explain itself; None = not said."""

    key: str | None = None
    """Name of the array in the file."""
    axes: tuple[str, ...] | None = None
    """One of `AXES` for each axis."""
    domain: Domain | None = None

    @classmethod
    def parse(
        cls, key: str | None = None, axes: str | None = None, domain: str | None = None
    ) -> Layout:
        """Return the layout of the command line's ``--key``, ``--axes`` and ``--domain``.

        Raises:
            OptionError: A word is unknown, an axis is missing or named twice.
        """
        words = tuple(axes.replace(",", " ").split()) if axes else None
        layout = cls(key or None, words, _domain(domain))
        layout.check()
        return layout

    def check(self) -> None:
        """Refuse axes that make no sense.

        Raises:
            OptionError: A word is unknown, an axis is missing or named twice.
        """
        if self.axes is None:
            return
        for word in self.axes:
            if word not in AXES:
                raise OptionError(f"There is no axis called {word!r}.", hint=_near(word, AXES))
        named = [word for word in self.axes if word != "skip"]
        if len(set(named)) < len(named):
            raise OptionError(f"An axis is named twice in {self.words!r}.")
        if set(named) & {"ky", "kx", "y", "x"} not in ({"ky", "kx"}, {"y", "x"}):
            raise OptionError(
                f"The axes {self.words!r} need exactly one pair: ky and kx, or y and x.",
                hint='For example --axes "coil ky kx".',
            )
        if self.domain == "kspace" and "y" in named:
            raise OptionError(f"The axes {self.words!r} are of an image, the domain is k-space.")

    @property
    def words(self) -> str:
        """The axes as ``--axes`` takes them; empty when not said."""
        return " ".join(self.axes or ())

    @property
    def flags(self) -> str:
        """The layout as the command line takes it."""
        flags = [f"--key {self.key}"] if self.key else []
        flags += [f'--axes "{self.words}"'] if self.axes else []
        flags += [f"--domain {self.domain}"] if self.domain else []
        return " ".join(flags)


@dataclass(frozen=True)
class Candidate:
    """An array of a file that may be the scan."""

    key: str
    shape: tuple[int, ...]
    dtype: str
    suggestion: Layout | None
    """To fill in a form; never applied without being asked for."""


class LayoutNeeded(ReadError):  # noqa: N818 - a question, rather than an error
    """What an array's axes mean has to be said."""

    def __init__(self, path: Path, candidates: list[Candidate]) -> None:
        self.path = path
        self.candidates = candidates
        arrays = "; ".join(f"{c.key!r} {c.shape} {c.dtype}" for c in candidates[:8])
        more = f"; and {len(candidates) - 8} more" if len(candidates) > 8 else ""
        super().__init__(
            f"{path.name} does not say what its axes are. Arrays in it: {arrays}{more}.",
            hint=_advice(candidates),
        )


def _advice(candidates: list[Candidate]) -> str:
    rule = (
        "Name the array, its axes (slice frame coil ky kx, or y x; complex for real and "
        "imaginary part, skip for length 1) and its domain"
    )
    suggested = [c.suggestion.flags for c in candidates if c.suggestion]
    example = suggested[0] if suggested else '--axes "coil ky kx" --domain kspace'
    other = "" if "--domain image" in example else "; if it holds images, --domain image"
    return f"{rule}, for example {example}{other}"


def _domain(word: str | None) -> Domain | None:
    if not word:
        return None
    if word not in ("kspace", "image"):
        raise OptionError(f"There is no domain {word!r}.", hint="Choose kspace or image.")
    return cast("Domain", word)


def _near(word: str, words: tuple[str, ...]) -> str:
    near = get_close_matches(word, words, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Choose from: {', '.join(words)}."
