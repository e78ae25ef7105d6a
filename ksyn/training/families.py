"""FAMILIES: what can be trained; and the run file that says which."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ksyn.errors import OptionError
from ksyn.options import first_wrong
from ksyn.registry import Registry
from ksyn.textfile import read_mapping
from ksyn.training.family import Family
from ksyn.training.prior import PRIOR
from ksyn.training.reconstruction import RECONSTRUCTION
from ksyn.training.run import Run
from ksyn.training.walked_prior import WALKED_PRIOR

FAMILIES: Registry[Family] = Registry("family", PRIOR, WALKED_PRIOR, RECONSTRUCTION)

PRESETS = Path(__file__).parent / "presets"
"""Run files that ship, to be named without a path."""


def load_run(path: Path) -> Run:
    """Read a run file; the paths in it are relative to it.

    Raises:
        ReadError: The file is missing or is not YAML.
        OptionError: A setting is unknown or out of range.
    """
    fields = read_mapping(path, f"Give a run file, or one of: {', '.join(presets())}.")
    family = FAMILIES.get(str(fields.get("family", PRIOR.name)))
    try:
        return family.run.model_validate(fields).beside(path.parent)
    except ValidationError as error:
        raise OptionError(
            f"{path}: {first_wrong(error)}",
            hint=f"Settings of the family {family.name!r}: {', '.join(family.run.model_fields)}.",
        ) from None


def family_of(run: Run) -> Family:
    """Return the family of a run."""
    return FAMILIES.get(run.family)


def presets() -> list[str]:
    """Return the names of the run files that ship."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def run_file_of(name: Path) -> Path:
    """Return the run file of that path, or the preset of that name."""
    return PRESETS / f"{name}.yaml" if not name.exists() and str(name) in presets() else name
