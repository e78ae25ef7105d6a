"""The flags that `recon` and `compare` share, as one value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from ksyn.cli import flags
from ksyn.cli.asked_mask import AskedMask

if TYPE_CHECKING:
    from ksyn.recipe import Recipe


@dataclass(frozen=True)
class Asked:
    """What the shared flags ask for; None where they ask for nothing."""

    prepare: flags.Prepare = None
    slice_: flags.Slice = None
    frame: flags.Frame = None
    mask: flags.MaskKind = None
    acceleration: flags.Acceleration = None
    acs: flags.Acs = None
    mask_set: flags.MaskSet = None
    mask_file: flags.MaskFile = None
    as_acquired: flags.AsAcquiredFlag = None
    key: flags.Key = None
    axes: flags.Axes = None
    domain: flags.DomainFlag = None
    device: flags.DeviceFlag = None
    seed: flags.Seed = None

    def changed(self, base: Recipe, file: Path | None, **more: object) -> Recipe:
        """Return a recipe with what is asked for, `more` among it; None changes nothing."""
        asked = {
            "input": flags.changed_input(base.input, file, self.key, self.axes, self.domain),
            "mask": self._mask.choice(base.mask),
            "preparation": flags.changed_preparation(base.preparation, self.prepare),
            "slice": self.slice_,
            "frame": self.frame,
            "device": self.device.value if self.device else None,
            "seed": self.seed,
            **more,
        }
        return base.with_(**{name: value for name, value in asked.items() if value is not None})

    @property
    def _mask(self) -> AskedMask:
        return AskedMask(
            kind=self.mask,
            acceleration=self.acceleration,
            acs=self.acs,
            settings=self.mask_set,
            seed=self.seed,
            file=self.mask_file,
            as_acquired=self.as_acquired,
        )


def with_shared_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the fields of its argument `asked` as flags."""
    own = inspect.signature(command, eval_str=True).parameters
    kept = [parameter for name, parameter in own.items() if name != "asked"]
    parameters = [*kept, *_shared()]

    @functools.wraps(command)
    def run(**values: object) -> None:
        shared = {field.name: values.pop(field.name) for field in fields(Asked)}
        command(asked=Asked(**shared), **values)  # type: ignore[arg-type] # Typer checked them

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _shared() -> list[inspect.Parameter]:
    hints = get_type_hints(Asked, include_extras=True)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(field.name, keyword, default=field.default, annotation=hints[field.name])
        for field in fields(Asked)
    ]
