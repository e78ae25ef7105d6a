"""`ksyn demo`: the built-in scan, start to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.console import note, print_table

if TYPE_CHECKING:
    from ksyn.recipe import MethodChoice

_QUICK: dict[str, dict[str, int]] = {"ak-diffusion": {"steps": 15}}
"""Settings for a first look, where a method's own take long."""


def demo(
    out: Annotated[Path, typer.Option("-o", "--out", help="The picture.")] = Path("ksyn-demo.png"),
    device: flags.DeviceFlag = None,
) -> None:
    """Reconstruct the built-in scan with every method: a table and a picture.

    Every fourth column and 24 in the centre are kept of a made-up head with 8 coils.
    """
    from ksyn.cli.comparison import check_outputs, compared
    from ksyn.masks.lines import Uniform
    from ksyn.pipeline import open_input
    from ksyn.recipe import DEMO, Input, PatternMask, Recipe

    check_outputs([out])
    recipe = Recipe(
        input=Input(path=DEMO),
        mask=PatternMask.of(Uniform(acceleration=4, acs_lines=24)),
        device=device.value if device else "auto",
    )
    with open_input(recipe.input) as scan:
        found = compared(scan, recipe, _available())
    title = f"Built-in scan, every 4th column and 24 in the centre: {found.acceleration:.2f} ×"
    print_table(title, found.columns(), found.rows())
    found.save(out)
    typer.echo(f"Picture: {out.absolute()}")


def _available() -> list[MethodChoice]:
    """Return the methods that can run here; tell of the others."""
    from ksyn.methods import METHODS
    from ksyn.recipe import MethodChoice

    for method in METHODS:
        if reason := method.unavailable():
            note(f"{method.title} is left out: {reason}.")
    return [
        MethodChoice.of(method.of(_QUICK.get(method.name, {})))
        for method in METHODS
        if not method.unavailable()
    ]
