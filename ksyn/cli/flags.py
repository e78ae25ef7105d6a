"""Flags that several commands share, and what they mean."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.options import parse_assignments

if TYPE_CHECKING:  # they import torch, and `--help` shall not wait for it
    from ksyn.recipe import Input, MethodChoice, Preparation

_SCAN, _MASK, _METHOD, _RUN = "Scan", "Mask", "Method", "Running"


class Device(StrEnum):
    """Where to compute."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Domain(StrEnum):
    """What an array without a header holds."""

    kspace = "kspace"
    image = "image"


Key = Annotated[
    str | None, typer.Option(help="Name of the array in the file.", rich_help_panel=_SCAN)
]
Axes = Annotated[
    str | None,
    typer.Option(
        help='Its axes, such as "ky kx coil"; words: slice frame coil ky kx, y x, complex '
        "(real and imaginary part), skip (length 1). Columns along kx are what masks leave out.",
        rich_help_panel=_SCAN,
    ),
]
DomainFlag = Annotated[
    Domain | None, typer.Option("--domain", help="What it holds.", rich_help_panel=_SCAN)
]
Slice = Annotated[
    int | None,
    typer.Option(
        "--slice",
        min=0,
        help="Which slice, counted from 0 \\[default: the middle]",
        rich_help_panel=_SCAN,
    ),
]
Frame = Annotated[
    int | None,
    typer.Option(min=0, help="Which frame, counted from 0 \\[default: all]", rich_help_panel=_SCAN),
]
MaskKind = Annotated[
    str | None,
    typer.Option(
        "--mask", metavar="KIND", help="Pattern (see `ksyn masks`).", rich_help_panel=_MASK
    ),
]
Acceleration = Annotated[
    float | None, typer.Option(help="Acceleration of the pattern.", rich_help_panel=_MASK)
]
Acs = Annotated[
    int | None, typer.Option(help="Fully sampled centre \\[lines].", rich_help_panel=_MASK)
]
MaskSet = Annotated[
    list[str] | None,
    typer.Option("--mask-set", metavar="KEY=VALUE", help="Any option.", rich_help_panel=_MASK),
]
MaskFile = Annotated[
    Path | None,
    typer.Option(help="Mask in a file: ky kx, 1 = measured.", rich_help_panel=_MASK),
]
AsAcquiredFlag = Annotated[
    bool | None,
    typer.Option(
        "--as-acquired", help="All samples of the scan (the default).", rich_help_panel=_MASK
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Option of the method (see `ksyn methods NAME`).",
        rich_help_panel=_METHOD,
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Set of options to begin with (see `ksyn methods NAME`).",
        rich_help_panel=_METHOD,
    ),
]
Prepare = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Coils and maps: maps, map_sets, compress_to, whiten, …",
        rich_help_panel=_METHOD,
    ),
]
DeviceFlag = Annotated[
    Device | None, typer.Option("--device", help="Where to compute.", rich_help_panel=_RUN)
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Of the mask and the method \\[default: 0]", rich_help_panel=_RUN),
]


def method_of(name: str, preset: str | None, settings: list[str] | None) -> MethodChoice:
    """Return a method with its options, checked: defaults, then preset, then settings."""
    from ksyn.methods import METHODS
    from ksyn.recipe import MethodChoice

    method = METHODS.get(name)
    values = {} if preset is None else method.preset_values(preset)
    return MethodChoice.of(method.of(values | parse_assignments(settings or [])))


def changed_input(
    base: Input, file: Path | None, key: str | None, axes: str | None, domain: Domain | None
) -> Input | None:
    """Return the input with what the flags change, or None when they change nothing."""
    layout = {"key": key, "axes": axes, "domain": domain.value if domain else None}
    if file is not None:
        return type(base).model_validate({"path": str(file), **layout})
    changes = {name: value for name, value in layout.items() if value is not None}
    return base.model_copy(update=changes) if changes else None


def changed_method(
    base: MethodChoice, name: str | None, preset: str | None, settings: list[str] | None
) -> MethodChoice | None:
    """Return the method with what the flags change, or None when they change nothing.

    Another method or a preset forgets the options of before.
    """
    if preset is not None or (name is not None and name != base.name):
        return method_of(name or base.name, preset, settings)
    if name is None and not settings:
        return None
    from ksyn.methods import METHODS
    from ksyn.recipe import MethodChoice

    options = {**base.options, **parse_assignments(settings or [])}
    return MethodChoice.of(METHODS.get(base.name).of(options))


def changed_preparation(base: Preparation, settings: list[str] | None) -> Preparation | None:
    """Return the preparation with what the flags change, or None when they change nothing."""
    if not settings:
        return None
    return base.of({**base.model_dump(), **_without_none(parse_assignments(settings))})


def _without_none(values: dict[str, str]) -> dict[str, str | None]:
    """Return the values with the word ``none`` taken as None."""
    return {name: None if value.lower() == "none" else value for name, value in values.items()}
