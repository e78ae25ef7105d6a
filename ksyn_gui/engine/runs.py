"""Runs as the window sees them: from what is on the screen to steps in its units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ksyn_gui.engine.masks import AS_ACQUIRED, FROM_FILE, PAINTED, mask_of
from ksyn_gui.engine.scans import COMBINED, Measured, Opened
from ksyn_gui.facts import Complex, Forecast, MaskChoice

if TYPE_CHECKING:
    import torch

    from ksyn.data import Step
    from ksyn.pipeline import Prepared, Run
    from ksyn.recipe import Recipe


class GuiRun:
    """One run as the window sees it: its recipe, its steps, its numbers in the scan's units."""

    def __init__(self, opened: Opened, recipe: Recipe, title: str, *, learned: bool) -> None:
        self.title, self.learned = title, learned
        self.recipe = recipe
        self._opened = opened
        self._run: Run | None = None
        self._shown: tuple[Step, torch.Tensor] | None = None

    @property
    def run(self) -> Run:
        """The engine's run, once it is prepared."""
        if self._run is None:
            raise RuntimeError("The run is not prepared yet.")
        return self._run

    @property
    def prepared(self) -> Prepared:
        """The engine's problem, once it is prepared."""
        return self.run.prepared

    def prepare(self) -> None:
        """Undersample, and estimate coil maps: seconds before the first step."""
        from ksyn import pipeline

        opened = self._opened
        self._run = pipeline.run(self.recipe, opened.scan, opened.problems.of)

    def steps(self) -> Iterator[Step]:
        """Prepare, then yield the steps."""
        self.prepare()
        yield from self.run

    def ends_sample(self, step: Step) -> bool:
        """Return whether a step is the last of one of several samples: the mean until then."""
        from ksyn.pipeline import Average

        return isinstance(step, Average)

    def image_of(self, step: Step) -> torch.Tensor:
        """Return the image ``frame y x`` to show of a step, in the problem's units."""
        shown = self._shown  # another thread may ask for another step meanwhile
        if shown is None or shown[0] is not step:
            shown = self._shown = step, self.prepared.whole_image_of(step)
        return shown[1]

    def kspace_of(self, step: Step, frame: int, coil: int) -> torch.Tensor:
        """Return the k-space ``ky kx`` of one of the scan's coils (or of all, as magnitude).

        It is in the problem's units; where coils were mixed, the mixing is undone.
        """
        import torch

        from ksyn.encoding import root_sum_of_squares

        samples, back = step.kspace[frame], self.prepared.unmixing
        if back is not None:
            rows = back if coil == COMBINED else back[coil : coil + 1]
            samples, coil = torch.einsum("oc,cyx->oyx", rows, samples), min(coil, 0)
        if coil == COMBINED:
            return root_sum_of_squares(samples).to(samples.dtype)
        one: torch.Tensor = samples[coil]
        return one

    def scale_image(self, image: Complex) -> Complex:
        """Return an image ``y x`` of the problem in the scan's units."""
        scaled: Complex = image * self.prepared.unit.cpu().numpy()
        return scaled

    def scale_kspace(self, kspace: Complex) -> Complex:
        """Return k-space ``ky kx`` of the problem in the scan's units."""
        scaled: Complex = kspace * np.float32(self.prepared.scale)
        return scaled

    def measure(self, image: torch.Tensor, names: tuple[str, ...]) -> dict[str, float]:
        """Return some metrics of ``frame y x``: those that can be measured on it."""
        from ksyn.metrics import METRICS

        if self.prepared.reference is None:
            return {}
        metrics = [METRICS.get(name) for name in names]
        matrix, reference = tuple(image.shape), self.prepared.reference
        return {m.name: m(image, reference) for m in metrics if m.fits(matrix)}


def recipe_of(
    measured: Measured,
    mask: MaskChoice,
    method: str,
    options: Mapping[str, Any],
    preparation: Mapping[str, Any],
    seed: int,
    samples: int,
    device: str,
) -> Recipe:
    """Return what is on the screen as a recipe.

    Raises:
        OptionError: A value is out of range.
    """
    from ksyn.methods import METHODS
    from ksyn.recipe import MethodChoice, Preparation, Recipe

    return Recipe.model_validate(
        {
            "input": measured.opened.source,
            "slice": measured.slice,
            "mask": _mask_part(mask),
            "preparation": Preparation.of(preparation),
            "method": MethodChoice.of(METHODS.get(method).of(options)),
            "seed": seed,
            "samples": samples,
            "device": device,
        }
    )


def forecast_of(run: GuiRun) -> Forecast:
    """Prepare a run, and return what its method says of the problem."""
    from ksyn.pipeline import hints_of

    run.prepare()
    method = run.recipe.method.method()
    return Forecast(method.automatic(run.prepared.problem), hints_of(run.prepared, method))


def _mask_part(mask: MaskChoice) -> object:
    from ksyn.recipe import AsAcquired, DrawnMask, FileMask, PatternMask

    if mask.kind == AS_ACQUIRED:
        return AsAcquired()
    if mask.kind == FROM_FILE:
        return FileMask(path=str(mask.path))
    if mask.kind == PAINTED:
        return DrawnMask.of(mask_of(mask.samples))
    return PatternMask(name=mask.kind, options=dict(mask.options), seed=mask.seed)
