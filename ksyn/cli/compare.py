"""`ksyn compare`: several methods on the same samples."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.asked import Asked, with_shared_flags
from ksyn.cli.console import print_table
from ksyn.errors import OptionError

if TYPE_CHECKING:
    from ksyn.recipe import MethodChoice


@with_shared_flags
def compare(
    file: Annotated[Path, typer.Argument(help='Scan; "demo" is the built-in one.')],
    methods: Annotated[
        str,
        typer.Option(
            metavar="A,B:PRESET,C",
            help="Methods, with a preset where wanted (see `ksyn methods`).",
        ),
    ],
    out: Annotated[
        list[Path] | None,
        typer.Option("-o", "--out", help="Table (.csv) or figure (.png); may be given twice."),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Preset of all the methods that have it."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="METHOD.KEY=VALUE", help="Option of one of the methods."),
    ] = None,
    *,
    asked: Asked,
) -> None:
    """Reconstruct the same samples with several methods, and compare."""
    from ksyn.cli.comparison import check_outputs, compared
    from ksyn.pipeline import open_input
    from ksyn.recipe import Input, Recipe

    check_outputs(out or [])
    choices = _choices(methods, preset, set_ or [])
    recipe = asked.changed(Recipe(input=Input(path=str(file))), file)
    with open_input(recipe.input) as scan:
        if asked.slice_ is None:
            recipe = recipe.with_(slice=scan.n_slices // 2)
        found = compared(scan, recipe, choices)
    print_table(
        f"{scan.title}, acceleration {found.acceleration:.2f}", found.columns(), found.rows()
    )
    for path in out or []:
        found.save(path)
        typer.echo(f"Written: {path}")


def _choices(names: str, preset: str | None, settings: list[str]) -> list[MethodChoice]:
    """Return the methods, each with its preset and the settings that name it.

    Raises:
        OptionError: A method or a preset is unknown, or a setting names none of them.
    """
    chosen = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    if not chosen:
        raise OptionError(
            "No method is named.", hint="Name some, for example zero-filled,cg-sense."
        )
    presets = {entry: _preset_of(entry, preset) for entry in chosen}
    if preset is not None and preset not in presets.values():
        raise OptionError(
            f"None of the methods {', '.join(chosen)} has a preset {preset!r}.",
            hint="See `ksyn methods` for the presets there are.",
        )
    own = _sorted_settings(chosen, settings)
    return [
        flags.method_of(entry.partition(":")[0], presets[entry], own[entry]) for entry in chosen
    ]


def _preset_of(entry: str, preset: str | None) -> str | None:
    """Return the preset that METHOD:PRESET names, else the one for all if the method has it."""
    from ksyn.methods import METHODS

    name, colon, named = entry.partition(":")
    method = METHODS.get(name)
    return named if colon else preset if preset in method.presets else None


def _sorted_settings(chosen: Iterable[str], settings: list[str]) -> dict[str, list[str]]:
    """Return the assignments of each entry; those of METHOD are for each METHOD:PRESET too."""
    own: dict[str, list[str]] = {entry: [] for entry in chosen}
    for setting in settings:
        target, dot, assignment = setting.partition(".")
        meant = [e for e in own if target in (e, e.partition(":")[0])] if dot else []
        if not meant:
            raise OptionError(
                f"{setting!r} sets an option of none of the methods {', '.join(own)}.",
                hint=f"Write it as METHOD.KEY=VALUE, for example {next(iter(own))}.iterations=20.",
            )
        for entry in meant:
            own[entry].append(assignment)
    return own
