"""What was really used for a result, written into its recipe and checked before it runs again."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from ksyn.errors import ReadError, WeightsError
from ksyn.methods.protocol import Method
from ksyn.recipe import FileMask, Input, MethodChoice, Model, Recipe, Versions
from ksyn.weights import load_card, sha256

HashedFile = TypeVar("HashedFile", Input, FileMask)

_LARGEST = 2 << 30
"""Files beyond this are not hashed: it would take longer than the reconstruction [bytes]."""


def stamped(recipe: Recipe, device: str) -> Recipe:
    """Return the recipe with what was really used: hashes, all options, device, versions."""
    method = recipe.method.method()
    return recipe.with_(
        input=_hashed(recipe.input),
        mask=_hashed(recipe.mask) if isinstance(recipe.mask, FileMask) else recipe.mask,
        method=MethodChoice.of(method),
        model=_model_of(method),
        device=device,
        versions=Versions(),
    )


def check_stamp(recipe: Recipe) -> None:
    """Refuse other files or weights than those the recipe was made with.

    Raises:
        ReadError: A file is missing or has changed.
        WeightsError: The weights are others.
    """
    for part in (recipe.input, recipe.mask):
        if isinstance(part, Input | FileMask) and part.sha256:
            _check_file(Path(part.path), part.sha256)
    if recipe.model is None:
        return
    found = _model_of(recipe.method.method())
    if found != recipe.model:
        raise WeightsError(
            f"The recipe was made with weights {recipe.model.sha256[:12]}… of model "
            f"{recipe.model.id!r}; here are {found.sha256[:12] if found else 'none'}….",
            hint="Install that version of the model, or remove `model` from the recipe.",
        )


def _hashed(part: HashedFile) -> HashedFile:
    path = Path(part.path)
    known = path.is_file() and path.stat().st_size <= _LARGEST
    return part.model_copy(update={"sha256": _hash_of(path) if known else None})


def _hash_of(path: Path) -> str:
    """Return the hash of a file, read once as long as it stays the same."""
    now = path.stat()
    return _remembered(path.resolve(), now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=16)
def _remembered(path: Path, _size: int, _changed: int) -> str:
    return sha256(path)


def _check_file(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ReadError(
            f"{path} is not there.", hint="Put the scan back, or change the path in the recipe."
        )
    if sha256(path) != expected:
        raise ReadError(
            f"{path} is not the file the recipe was made with: its hash differs.",
            hint="Find that file, or remove `sha256` from the recipe to run it on this one.",
        )


def _model_of(method: Method) -> Model | None:
    name = method.model_id()
    return Model(id=name, sha256=load_card(name).sha256) if name else None
