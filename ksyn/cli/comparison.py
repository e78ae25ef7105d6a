"""Results of several methods side by side: as a table, as CSV, as a figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from torch import Tensor

from ksyn.cli.console import busy, tell_hints, watched
from ksyn.cli.figure import Panel, save_figure
from ksyn.data import Mask
from ksyn.errors import OptionError, WriteError
from ksyn.io.scan import Scan
from ksyn.metrics import METRICS
from ksyn.pipeline import Prepared, Result, Run, prepare_slice
from ksyn.recipe import MethodChoice, Recipe
from ksyn.textfile import write_whole

SUFFIXES = (".csv", ".png")
_ERROR_GAIN = 5
"""Errors are shown this much brighter than the images."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Results of the same samples."""

    results: list[Result]
    mask: Mask
    reference: Float[Tensor, "frame y x"] | None

    @property
    def acceleration(self) -> float:
        """The mask's."""
        return self.results[0].acceleration

    def columns(self) -> list[str]:
        """Return the heads of the table."""
        return ["method", *(m.name for m in METRICS), "data_residual", "seconds", "steps"]

    def rows(self) -> list[list[str]]:
        """Return the numbers, rounded for reading."""
        return [
            [
                _title(result),
                *(m.text_of(result.scores or {}) for m in METRICS),
                f"{result.data_residual:.4f}",
                f"{result.seconds:.2f}",
                str(result.steps),
            ]
            for result in self.results
        ]

    def save(self, path: Path) -> None:
        """Write the table (.csv, all digits) or the figure (.png).

        Raises:
            WriteError: The file cannot be written.
        """
        if path.suffix.lower() == ".png":
            peak = self._peak()
            panels = [self._panel(result, peak) for result in self.results]
            save_figure([self._left(), *panels], peak, path)
        else:
            write_whole(path, self._csv())

    def _csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*self.columns(), "device", "acceleration"])
        for result in self.results:
            scores = [(result.scores or {}).get(m.name, "") for m in METRICS]
            numbers = [result.data_residual, result.seconds, result.steps]
            row = [_name(result), *scores, *numbers]
            writer.writerow([*row, result.device, result.acceleration])
        return text.getvalue()

    def _peak(self) -> float:
        """Return what is shown white."""
        shown = self.results[-1].image.abs() if self.reference is None else self.reference
        return float(np.quantile(shown[0].cpu().numpy(), 0.998)) or 1.0

    def _left(self) -> Panel:
        """Return the reference above the mask, or the mask alone."""
        mask = self.mask.samples[0, 0].float().cpu().numpy()
        subtitle = f"acceleration {self.acceleration:.2f}"
        if self.reference is None:
            return Panel("Mask", subtitle, mask * self._peak())
        return Panel("Reference, mask", subtitle, self.reference[0].cpu().numpy(), mask)

    def _panel(self, result: Result, peak: float) -> Panel:
        image = result.image[0].abs()
        title = _title(result)
        if self.reference is None or result.scores is None:
            return Panel(title, f"{result.seconds:.1f} s", image.numpy())
        subtitle = f"{result.scores['psnr']:.1f} dB; below: error, {_ERROR_GAIN} times"
        error = _ERROR_GAIN * (image - self.reference[0].cpu()).abs() / peak
        return Panel(title, subtitle, image.numpy(), error.numpy())


def compared(scan: Scan, recipe: Recipe, methods: Iterable[MethodChoice]) -> Comparison:
    """Return the results of several methods on one slice, prepared once."""
    with busy("Preparing"):
        prepared = prepare_slice(scan, recipe)
    methods = list(methods)
    tell_hints(prepared, *(choice.method() for choice in methods))
    results = [_result(prepared, recipe.with_(method=method)) for method in methods]
    reference = None if prepared.reference is None else prepared.reference * prepared.unit
    return Comparison(results, prepared.problem.mask, reference)


def check_outputs(paths: Iterable[Path]) -> None:
    """Refuse outputs before the work is done, not after.

    Raises:
        OptionError: One is neither a table nor a figure.
        WriteError: Its folder is not there.
    """
    for path in paths:
        if path.suffix.lower() not in SUFFIXES:
            raise OptionError(
                f"{path.name} is neither a table nor a figure.", hint="End it in .csv or .png."
            )
        if not path.absolute().parent.is_dir():
            raise WriteError(f"There is no folder {path.parent}.", hint="Make it first.")


def _title(result: Result) -> str:
    """Return the method's title, and which of its presets was used."""
    method = result.recipe.method.method()
    preset = method.preset_name()
    return f"{method.title}, {preset}" if preset else method.title


def _name(result: Result) -> str:
    """Return what `--methods` calls it: METHOD, or METHOD:PRESET."""
    preset = result.recipe.method.method().preset_name()
    name = result.recipe.method.name
    return f"{name}:{preset}" if preset else name


def _result(prepared: Prepared, recipe: Recipe) -> Result:
    steps = Run(prepared, recipe)
    for _ in watched(steps, recipe.method.method().title):
        pass
    return steps.result()
