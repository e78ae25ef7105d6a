"""A benchmark as a YAML file: cases, masks and methods, every one with every other."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, ValidationError

from ksyn.errors import OptionError
from ksyn.options import first_wrong
from ksyn.textfile import read_mapping
from ksyn.training.run import FROZEN, Pack

Value = bool | int | float | str | None
_HINT = "Give a benchmark file, such as those in docs/benchmarks."


class CaseChoice(BaseModel):
    """Slices of one source.

    Images are scanned by simulated coils with noise, and the image is the reference. Real scans
    (without `coils`) are taken as measured; the root sum of squares of all samples is.
    """

    model_config = FROZEN

    group: str
    """Cases of one group are averaged."""
    title: str = ""
    """Of its rows; the file's name when not given."""
    path: Path
    """Relative to the benchmark file."""
    key: str | None = None
    axes: str | None = None
    domain: Literal["kspace", "image"] | None = None
    slices: list[int] = [0]
    """Of those that hold something."""
    coils: int | None = Field(default=None, ge=1)
    noise: float = Field(default=0.01, ge=0)
    """Level in the real and imaginary part of a sample; the brightest tissue is 1."""

    @property
    def pack(self) -> Pack:
        """The source, as training knows it."""
        return Pack(path=self.path, key=self.key, axes=self.axes, domain=self.domain)


class MaskChoice(BaseModel):
    """A pattern with its options."""

    model_config = FROZEN

    title: str
    name: str
    options: dict[str, Value] = {}


class MethodChoice(BaseModel):
    """A method with its options; of those with a list of values the best is taken, by PSNR."""

    model_config = FROZEN

    title: str
    name: str
    preset: str = ""
    """Of the method; its options are changed by the next."""
    options: dict[str, Value | list[Value]] = {}
    preparation: dict[str, Value] = {}
    """Maps and coils, where they differ from the defaults."""
    samples: int = Field(default=1, ge=1)
    """Averages of 1, 2, 4, … of so many are measured."""

    def variants(self) -> list[dict[str, Value]]:
        """Return the options of every combination."""
        lists = [value if isinstance(value, list) else [value] for value in self.options.values()]
        return [dict(zip(self.options, values, strict=True)) for values in product(*lists)]


class Benchmark(BaseModel):
    """What is measured on what."""

    model_config = FROZEN

    schema_version: Literal[1] = 1
    title: str
    cases: list[CaseChoice] = Field(min_length=1)
    masks: list[MaskChoice] = Field(min_length=1)
    methods: list[MethodChoice] = Field(min_length=1)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a benchmark file.

        Raises:
            ReadError: It is missing or is not YAML.
            OptionError: A setting is unknown or out of range.
        """
        fields = read_mapping(path, _HINT)
        try:
            found = cls.model_validate(fields)
        except ValidationError as error:
            raise OptionError(f"{path}: {first_wrong(error)}", hint=_HINT) from None
        moved = [
            case.model_copy(update={"path": (path.parent / case.path).resolve()})
            for case in found.cases
        ]
        return found.model_copy(update={"cases": moved})
