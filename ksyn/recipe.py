"""Everything that makes a result, as a YAML file: run it again, and the same bits come out."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import torch
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import ksyn
from ksyn.data import Mask
from ksyn.device import DeviceName
from ksyn.errors import OptionError, ReadError
from ksyn.masks import MASKS
from ksyn.masks.pattern import Pattern
from ksyn.masks.text import mask_to_text, text_to_mask
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.options import Options, first_wrong, option
from ksyn.textfile import read_mapping, relative, write_whole

DEMO = "demo"
"""The path of the built-in scan."""
NEWEST = "recipe.yaml"
"""Beside a result: the recipe of the newest result in that folder."""

_FROZEN = ConfigDict(frozen=True, extra="forbid")
_HEADER = "# A recipe of K-Syn; `ksyn recon --recipe THIS -o OUT` makes its result again.\n"
_NEWEST_HEADER = "# The recipe of the newest result in this folder; K-Syn writes this file anew.\n"
_HINT = "Give a recipe written by K-Syn: a YAML file whose name ends in recipe.yaml."

R = TypeVar("R", bound="Recipe")
Value = bool | int | float | str | None


class Preparation(Options):
    """Scan preparation: from measured samples to a problem."""

    maps: Literal["espirit", "walsh", "sum-of-squares", "ones"] = option(
        "espirit", help="How the coil sensitivities are estimated."
    )
    map_sets: int | None = option(
        None,
        low=1,
        high=4,
        help="Sets of maps; automatic takes 2 where the object is larger than the field of view.",
    )
    map_kernel: int = option(
        6, low=3, high=12, unit="samples", help="Side of the calibration kernel.", advanced=True
    )
    map_crop: float | None = option(
        None,
        low=0,
        high=1,
        help="Maps are 0 where the eigenvalue is smaller; automatic ends them with the object, "
        "or where there is only noise beyond.",
        advanced=True,
    )
    compress_to: int | None = option(
        None, low=1, high=128, unit="coils", help="Virtual coils to compress to."
    )
    whiten: bool = option(
        False, help="Remove the correlation of noise between coils, where it was measured."
    )


class Input(BaseModel):
    """Where the k-space comes from."""

    model_config = _FROZEN

    path: str
    """A file or a folder; in a file relative to the recipe where possible. `DEMO` is built in."""
    key: str | None = None
    """Name of the array in a container without a header."""
    axes: str | None = None
    """Its axes, such as ``"ky kx coil"``."""
    domain: Literal["kspace", "image"] | None = None
    sha256: str | None = None
    """Hash of the file; a file with another one is refused."""


class PatternMask(BaseModel):
    """A mask drawn from `MASKS`."""

    model_config = _FROZEN

    source: Literal["pattern"] = "pattern"
    name: str
    options: dict[str, Value] = {}
    seed: int = 0

    @classmethod
    def of(cls, pattern: Pattern, seed: int = 0) -> Self:
        """Return a pattern with all its options, so that a later default changes nothing."""
        return cls(name=pattern.name, options=pattern.model_dump(), seed=seed)

    def draw(self, matrix: tuple[int, int]) -> Mask:
        """Return the mask.

        Raises:
            OptionError: The pattern, or one of its options, is not on offer, or does not fit.
        """
        rng = torch.Generator().manual_seed(self.seed)
        return MASKS.get(self.name).of(self.options).draw(matrix, rng)


class FileMask(BaseModel):
    """A mask read from a file."""

    model_config = _FROZEN

    source: Literal["file"] = "file"
    path: str
    sha256: str | None = None


class AsAcquired(BaseModel):
    """All samples the scan has."""

    model_config = _FROZEN

    source: Literal["as-acquired"] = "as-acquired"


class DrawnMask(BaseModel):
    """A mask drawn by hand, held in the recipe itself."""

    model_config = _FROZEN

    source: Literal["drawn"] = "drawn"
    shape: tuple[int, int, int]
    """Frames, ky, kx."""
    bits: str
    """One bit a sample, in C order, as base64."""

    @classmethod
    def of(cls, mask: Mask) -> Self:
        """Return a mask as text."""
        frames, _, ky, kx = mask.samples.shape
        return cls(shape=(frames, ky, kx), bits=mask_to_text(mask))

    def mask(self) -> Mask:
        """Return the mask.

        Raises:
            ShapeError: The text holds another number of samples.
        """
        return text_to_mask(self.bits, self.shape)


MaskChoice = Annotated[
    PatternMask | FileMask | AsAcquired | DrawnMask, Field(discriminator="source")
]


class MethodChoice(BaseModel):
    """A method of `METHODS` with its options."""

    model_config = _FROZEN

    name: str = "zero-filled"
    options: dict[str, Value] = {}

    @classmethod
    def of(cls, method: Method) -> Self:
        """Return a method with all its options, so that a later default changes nothing."""
        return cls(name=method.name, options=method.model_dump())

    def method(self) -> Method:
        """Return the method.

        Raises:
            OptionError: It, or one of its options, is not on offer.
        """
        return METHODS.get(self.name).of(self.options)


class Model(BaseModel):
    """Which weights were used."""

    model_config = _FROZEN

    id: str
    sha256: str


class Versions(BaseModel):
    """What computed the result; for the reader, never compared."""

    model_config = _FROZEN

    ksyn: str = ksyn.__version__
    torch: str = torch.__version__
    python: str = platform.python_version()


class Recipe(BaseModel):
    """Everything that makes a result."""

    model_config = _FROZEN

    schema_version: Literal[1] = 1
    input: Input
    slice: int = Field(default=0, ge=0)
    frame: int | None = Field(default=None, ge=0)
    """None: all frames."""
    mask: MaskChoice = AsAcquired()
    preparation: Preparation = Preparation()
    method: MethodChoice = MethodChoice()
    seed: int = Field(default=0, ge=0, lt=2**63)
    samples: int = Field(default=1, ge=1)
    """Results with seeds ``seed``, ``seed + 1``, …, of which the mean is kept."""
    stop_after: int | None = Field(default=None, ge=1)
    """Steps made, all samples together, of a run that was stopped; None: all."""
    device: DeviceName = "auto"
    model: Model | None = None
    versions: Versions = Versions()

    def with_(self, **changes: object) -> Self:
        """Return the recipe with some fields replaced, checked again."""
        return type(self).model_validate({**dict(self), **changes})

    def save(self, path: Path) -> None:
        """Write the recipe as YAML.

        Raises:
            WriteError: The file cannot be written.
        """
        write_whole(path, _HEADER + self._seen_from(path.parent))

    def save_beside(self, output: Path) -> Path:
        """Write the recipe beside a result and return where.

        It is called after the whole name of the result, so that no two results share one.
        `NEWEST` is written as well, unless the folder has one that is not ours to replace.
        """
        own = output.with_name(f"{output.name}.{NEWEST}")
        self.save(own)
        newest = output.with_name(NEWEST)
        if not newest.exists() or _is_ours(newest):
            write_whole(newest, _NEWEST_HEADER + self._seen_from(newest.parent))
        return own

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a recipe; its relative paths are taken from where it lies.

        Raises:
            ReadError: The file is not a recipe, or of a version not known here.
            OptionError: One of its fields is unknown or out of range.
        """
        fields = read_mapping(path, _HINT)
        _check_version(path, fields)
        try:
            recipe = cls.model_validate(fields)
        except ValidationError as error:
            raise _explained(path, error) from None
        folder = path.parent.resolve()
        return _moved(recipe, lambda text: os.path.normpath(folder / text))

    def text(self) -> str:
        """Return the recipe as YAML, its files by name only."""
        return _yaml(_moved(self, lambda text: Path(text).name))

    def _seen_from(self, folder: Path) -> str:
        return _yaml(_moved(self, lambda text: relative(Path(text), folder.resolve())))


def _yaml(recipe: Recipe) -> str:
    fields = recipe.model_dump(mode="json")
    return str(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True))


def _moved(recipe: R, move: Callable[[str], str]) -> R:
    """Return the recipe with its paths changed."""
    changes: dict[str, BaseModel] = {}
    if recipe.input.path != DEMO:
        changes["input"] = recipe.input.model_copy(update={"path": move(recipe.input.path)})
    if isinstance(recipe.mask, FileMask):
        changes["mask"] = recipe.mask.model_copy(update={"path": move(recipe.mask.path)})
    return recipe.model_copy(update=changes)


def _check_version(path: Path, fields: dict[str, Any]) -> None:
    version = fields.get("schema_version")
    if version != 1:
        raise ReadError(
            f"{path} is a recipe of schema version {version!r}; this K-Syn reads 1.",
            hint="Use the version of K-Syn that wrote it, or write the recipe anew.",
        )


def _explained(path: Path, error: ValidationError) -> OptionError:
    """Return the first thing that is wrong, in words."""
    first = error.errors()[0]
    if first["type"] == "extra_forbidden":
        where = ".".join(str(part) for part in first["loc"])
        near = get_close_matches(str(first["loc"][-1]), _words(), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "Remove it."
        return OptionError(f"{path}: a recipe has no field {where!r}.", hint=hint)
    return OptionError(
        f"{path}: {first_wrong(error)}",
        hint="Mend the field, or write the recipe anew with `ksyn recon`.",
    )


def _words() -> list[str]:
    """Return the names of all fields."""
    parts = (Recipe, Input, PatternMask, FileMask, DrawnMask, Preparation, MethodChoice, Model)
    return [name for part in parts for name in part.model_fields]


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline() == _NEWEST_HEADER
