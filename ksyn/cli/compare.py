"""`ksyn compare`: several methods on the same samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.console import print_table
from ksyn.errors import OptionError

if TYPE_CHECKING:
    from ksyn.recipe import MethodChoice


def compare(
    file: Annotated[Path, typer.Argument(help='Scan; "demo" is the built-in one.')],
    methods: Annotated[str, typer.Option(metavar="A,B,C", help="Methods (see `ksyn methods`).")],
    out: Annotated[
        list[Path] | None,
        typer.Option("-o", "--out", help="Table (.csv) or figure (.png); may be given twice."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="METHOD.KEY=VALUE", help="Option of one of the methods."),
    ] = None,
    prepare: flags.Prepare = None,
    slice_: flags.Slice = None,
    frame: flags.Frame = None,
    mask: flags.MaskKind = None,
    acceleration: flags.Acceleration = None,
    acs: flags.Acs = None,
    mask_set: flags.MaskSet = None,
    mask_file: flags.MaskFile = None,
    as_acquired: flags.AsAcquiredFlag = None,
    key: flags.Key = None,
    axes: flags.Axes = None,
    domain: flags.DomainFlag = None,
    device: flags.DeviceFlag = None,
    seed: flags.Seed = None,
) -> None:
    """Reconstruct the same samples with several methods, and compare."""
    from ksyn.cli.comparison import check_outputs, compared
    from ksyn.pipeline import open_input
    from ksyn.recipe import Recipe

    check_outputs(out or [])
    choices = _choices(methods, set_ or [])
    base = Recipe(input=flags.input_of(file, key, axes, domain))
    asked = {
        "mask": flags.mask_of(mask, acceleration, acs, seed, mask_set, mask_file, as_acquired),
        "preparation": flags.changed_preparation(base.preparation, prepare),
        "slice": slice_,
        "frame": frame,
        "device": device.value if device else None,
        "seed": seed,
    }
    recipe = base.with_(**{name: value for name, value in asked.items() if value is not None})
    with open_input(recipe.input) as scan:
        if slice_ is None:
            recipe = recipe.with_(slice=scan.n_slices // 2)
        found = compared(scan, recipe, choices)
    print_table(
        f"{scan.title}, acceleration {found.acceleration:.2f}", found.columns(), found.rows()
    )
    for path in out or []:
        found.save(path)
        typer.echo(f"Written: {path}")


def _choices(names: str, settings: list[str]) -> list[MethodChoice]:
    """Return the methods with the settings that name them.

    Raises:
        OptionError: A method is unknown, or a setting names none of them.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    own: dict[str, list[str]] = {name: [] for name in chosen}
    for setting in settings:
        name, dot, assignment = setting.partition(".")
        if not dot or name not in own:
            raise OptionError(
                f"{setting!r} sets an option of none of the methods {', '.join(chosen)}.",
                hint=f"Write it as METHOD.KEY=VALUE, for example {next(iter(own), 'cg-sense')}."
                "iterations=20.",
            )
        own[name].append(assignment)
    if not own:
        raise OptionError(
            "No method is named.", hint="Name some, for example zero-filled,cg-sense."
        )
    return [flags.method_of(name, assignments) for name, assignments in own.items()]
