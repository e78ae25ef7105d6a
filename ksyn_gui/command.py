"""A recipe as the command that repeats it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ksyn.options import Options
    from ksyn.recipe import Recipe


def command_of(recipe: Recipe, folder: Path, output: str = "result.npy") -> str:
    """Return the ``ksyn recon`` command that repeats a run.

    What flags cannot say (a painted mask, say) is written to a recipe file that the command names.

    Args:
        recipe: What to repeat.
        folder: Where recipe files may be written; made when it is needed.
        output: The file that the command shall write.
    """
    flags = _flags(recipe)
    if flags is None:
        flags = ["--recipe", str(_written(recipe, folder))]
    return _joined(["ksyn", "recon", *flags, "-o", output])


def _flags(recipe: Recipe) -> list[str] | None:
    """Return the recipe as flags, or None where they cannot say it."""
    from ksyn.methods import METHODS
    from ksyn.recipe import Preparation

    if recipe.stop_after is not None:
        return None
    mask = _mask_flags(recipe)
    method = _settings("--set", METHODS.get(recipe.method.name), recipe.method.options)
    prepare = _settings("--prepare", Preparation, recipe.preparation.model_dump())
    if mask is None or method is None or prepare is None:
        return None
    frame = [] if recipe.frame is None else ["--frame", str(recipe.frame)]
    samples = [] if recipe.samples == 1 else ["--samples", str(recipe.samples)]
    return [
        *_input_flags(recipe),
        *("--method", recipe.method.name),
        *method,
        *prepare,
        *("--slice", str(recipe.slice)),
        *frame,
        *mask,
        *("--seed", str(recipe.seed)),
        *samples,
        *("--device", recipe.device),
    ]


def _input_flags(recipe: Recipe) -> list[str]:
    from ksyn.recipe import DEMO

    source = recipe.input
    named = {"--key": source.key, "--axes": source.axes, "--domain": source.domain}
    flags = [word for flag, text in named.items() if text for word in (flag, text)]
    return ["demo" if source.path == DEMO else source.path, *flags]


def _mask_flags(recipe: Recipe) -> list[str] | None:
    from ksyn.masks import MASKS
    from ksyn.recipe import AsAcquired, FileMask, PatternMask

    mask = recipe.mask
    if isinstance(mask, AsAcquired):
        return ["--as-acquired"]
    if isinstance(mask, FileMask):
        return ["--mask-file", mask.path]
    if isinstance(mask, PatternMask) and mask.seed == recipe.seed:  # one --seed stands for both
        options = _settings("--mask-set", MASKS.get(mask.name), mask.options)
        return None if options is None else ["--mask", mask.name, *options]
    return None


def _settings(flag: str, options: type[Options], values: Mapping[str, Any]) -> list[str] | None:
    """Return what differs from the defaults as ``flag key=value …``; None if one has no text."""
    fields = options.model_fields.items()
    defaults = {name: field.get_default(call_default_factory=True) for name, field in fields}
    changed = {name: value for name, value in values.items() if value != defaults[name]}
    if None in changed.values():
        return None
    return [word for name, value in changed.items() for word in (flag, f"{name}={value}")]


def _written(recipe: Recipe, folder: Path) -> Path:
    """Write the recipe under a name made of its content."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256(recipe.model_dump_json().encode()).hexdigest()[:12]
    path = folder / f"{digest}.recipe.yaml"
    recipe.save(path)
    return path


def _joined(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
