"""Choose the array of a container and its layout; ask when that is not obvious."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

from ksyn.errors import ReadError
from ksyn.io.arrays import Source, check_numeric, is_complex, is_numeric
from ksyn.io.domain import seen_domain
from ksyn.io.layout import Candidate, Domain, Layout, LayoutNeeded

_KSPACE_NAME = re.compile(r"k[-_ ]?(space|data|sp)|^ksp|rawdata", re.IGNORECASE)
_IMAGE_NAME = re.compile(r"im(ag|g)|recon|target|volume|magn|cine", re.IGNORECASE)
_OTHER_NAME = re.compile(r"mask|sens|coil|maps?$|weight|traj|pattern", re.IGNORECASE)
_FRAME_NAME = re.compile(r"cine|frame|time|dyn|fmri", re.IGNORECASE)
_MOST_COILS = 128
_SMALLEST_PLANE = 8
_LOOKED_AT = 8
"""Arrays of a container whose numbers are looked at before asking which one is the scan."""


def chosen(
    path: Path, arrays: Mapping[str, Source], layout: Layout | None
) -> tuple[Source, Layout]:
    """Return the array to read, with its layout in full.

    Nothing is guessed: without a layout, only a container whose single array is complex, has two
    axes and is named k-space opens by itself.

    Raises:
        LayoutNeeded: The array or its axes have to be named.
        ReadError: There is no such array, or none that can be a scan.
    """
    asked = layout or Layout()
    candidates = {key: a for key, a in arrays.items() if _can_be_scan(a)}
    key = asked.key or _only(candidates)
    if key is None:
        raise _question(path, arrays, candidates, asked)
    if key not in arrays:
        raise ReadError(f"{path.name} has no array {key!r}.", hint=_near(key, list(arrays)))
    source = arrays[key]
    check_numeric(path, key, source.dtype)
    settled = _settled(key, source, replace(asked, key=key))
    if settled is None:
        raise LayoutNeeded(path, [candidate_of(key, source, asked.domain)])
    return source, settled


def candidate_of(
    key: str, source: Source, domain: Domain | None = None, *, look: bool = True
) -> Candidate:
    """Return an array as something to choose, with a layout to start from."""
    suggestion = suggested(key, source, domain, look=look)
    return Candidate(key, tuple(source.shape), str(source.dtype), suggestion)


def suggested(
    key: str, source: Source, domain: Domain | None = None, *, look: bool = True
) -> Layout | None:
    """Return the likely layout of an array; None if none is.

    Args:
        key: Its name.
        source: Its type and shape decide.
        domain: Where that is known.
        look: Whether its numbers may decide the domain where its name does not.
    """
    shape = tuple(source.shape)
    plane = _plane(shape)
    if plane is None:
        return None
    domain = domain or _likely_domain(key, source, plane if look else None)
    names = ("ky", "kx") if domain == "kspace" else ("y", "x")
    words = dict(zip(plane, names, strict=True))
    free = ["coil"] if is_complex(source.dtype) else []
    free += ["frame", "slice"] if _FRAME_NAME.search(key) else ["slice", "frame"]
    for axis in _other_axes(shape, plane):
        word = _word(source, axis, free)
        if word is None:
            return None
        words[axis] = word
    return Layout(key, tuple(words[axis] for axis in range(len(shape))), domain)


def _settled(key: str, source: Source, asked: Layout) -> Layout | None:
    domain = asked.domain or _domain_of_axes(asked.axes) or _named_domain(key, source)
    if domain is None:
        return None
    if asked.axes is not None:
        return replace(asked, domain=domain)
    if len(source.shape) != 2:
        return None
    return replace(asked, axes=("ky", "kx"), domain=domain)


def _domain_of_axes(axes: tuple[str, ...] | None) -> Domain | None:
    if axes is None:
        return None
    return "image" if "y" in axes else "kspace"


def _named_domain(key: str, source: Source) -> Domain | None:
    named = _KSPACE_NAME.search(key) and is_complex(source.dtype)
    return "kspace" if named else None


def _likely_domain(key: str, source: Source, plane: tuple[int, int] | None) -> Domain:
    """Return what the name says, else the type, else the numbers of a plane."""
    if _KSPACE_NAME.search(key):
        return "kspace"
    if _IMAGE_NAME.search(key) or not is_complex(source.dtype):
        return "image"
    return (seen_domain(source, plane) if plane else None) or "kspace"


def _can_be_scan(source: Source) -> bool:
    return is_numeric(source.dtype) and _plane(tuple(source.shape)) is not None


def _only(candidates: Mapping[str, Source]) -> str | None:
    return next(iter(candidates)) if len(candidates) == 1 else None


def _plane(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the two neighbouring axes that are most alike in length, the longer if equal."""
    long = [axis for axis, size in enumerate(shape) if size > 1]
    pairs = [(a, b) for a, b in pairwise(long) if min(shape[a], shape[b]) >= _SMALLEST_PLANE]
    if not pairs:
        return None
    return min(pairs, key=lambda pair: _unlikeness(shape[pair[0]], shape[pair[1]]))


def _unlikeness(a: int, b: int) -> tuple[float, int]:
    return max(a, b) / min(a, b), -a * b


def _other_axes(shape: tuple[int, ...], plane: tuple[int, int]) -> list[int]:
    """Return the axes outside the plane, the innermost first."""
    return [axis for axis in reversed(range(len(shape))) if axis not in plane]


def _word(source: Source, axis: int, free: list[str]) -> str | None:
    size, last = source.shape[axis], axis == len(source.shape) - 1
    if size == 1:
        return "skip"
    if size == 2 and last and not is_complex(source.dtype) and source.dtype.kind == "f":
        return "complex"
    if free and free[0] == "coil" and size > _MOST_COILS:
        free.pop(0)
    return free.pop(0) if free else None


def _question(
    path: Path, arrays: Mapping[str, Source], candidates: Mapping[str, Source], asked: Layout
) -> ReadError:
    if not candidates:
        found = ", ".join(f"{key!r} {tuple(a.shape)}" for key, a in list(arrays.items())[:8])
        return ReadError(
            f"{path.name} holds no numerical array with two axes or more.",
            hint=f"Arrays in it: {found}." if found else "It holds no arrays at all.",
        )
    ordered = sorted(candidates, key=lambda key: bool(_OTHER_NAME.search(key)))
    return LayoutNeeded(
        path,
        [
            candidate_of(key, candidates[key], asked.domain, look=place < _LOOKED_AT)
            for place, key in enumerate(ordered)
        ],
    )


def _near(key: str, keys: list[str]) -> str:
    near = get_close_matches(key, keys, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Arrays in it: {', '.join(keys[:20])}."
