"""A finished reconstruction, back in the scan's own coils and units."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Complex, Float
from torch import Tensor

import ksyn
from ksyn.data import KSpace, Step
from ksyn.io import write_result
from ksyn.io.writers.writer import Window
from ksyn.metrics import scores
from ksyn.pipeline.prepare import Prepared
from ksyn.pipeline.stamp import stamped
from ksyn.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Result:
    """A finished reconstruction, in the scan's own coils and units, on the CPU."""

    image: Complex[Tensor, "frame y x"]
    kspace: Complex[Tensor, "frame coil ky kx"] | None
    """None where it was let go to save memory; files then hold the image alone."""
    deviation: Float[Tensor, "frame y x"] | None
    """Standard deviation over the samples; None of a single one."""
    voxel_size: tuple[float, float]
    """Pixel height and width [m]."""
    recipe: Recipe
    """What was really used, hashes and versions included."""
    seconds: float
    """Preparation and all steps [s]."""
    seconds_first_step: float
    """Preparation and the first step [s]."""
    steps: int
    device: str
    acceleration: float
    """Achieved: samples of the grid per sample measured."""
    data_residual: float
    """‖M k − y‖ / ‖y‖ of its k-space."""
    scores: dict[str, float] | None
    """Every metric by name; None without a reference."""

    def save(self, path: Path, window: Window | None = None) -> list[Path]:
        """Write the image, the deviation if there is one, and the recipe; return the files.

        Args:
            path: Its ending is the format.
            window: Values of the image that a picture shows as black and white.

        Raises:
            WriteError: The format is unknown, or the files cannot be written.
        """
        kspace = None if self.kspace is None else KSpace(self.kspace, self.voxel_size)
        facts, size = self._provenance(), self.voxel_size
        write_result(
            path, self.image, kspace=kspace, voxel_size=size, provenance=facts, window=window
        )
        written = [path]
        if self.deviation is not None:
            second = beside(path, "-deviation")
            deviation = self.deviation.to(self.image.dtype)
            write_result(second, deviation, voxel_size=size, provenance=facts)
            written.append(second)
        return [*written, self.recipe.save_beside(path)]

    def _provenance(self) -> dict[str, str]:
        """Return what a file says of how it was made."""
        method = self.recipe.method.method()
        facts = {
            "method": method.name,
            "family": method.family,
            "version": ksyn.__version__,
            "recipe": self.recipe.text(),
        }
        return facts | {"model": self.recipe.model.id} if self.recipe.model else facts


def finish(
    prepared: Prepared,
    step: Step,
    recipe: Recipe,
    *,
    seconds: float,
    seconds_first_step: float,
) -> Result:
    """Return what a step has reached as a result.

    Args:
        prepared: The problem.
        step: Its last step; with several samples the last `Average`.
        recipe: What was asked for; the result's holds what was really used.
        seconds: Time until the step, preparation included [s].
        seconds_first_step: Time until the first step, preparation included [s].
    """
    problem = prepared.problem
    deviation = step.deviation
    reference = prepared.reference
    image = prepared.image_of(step)
    return Result(
        image=image.cpu(),
        kspace=prepared.kspace_of(step).cpu(),
        deviation=None if deviation is None else (deviation * prepared.unit).cpu(),
        voxel_size=problem.kspace.voxel_size,
        recipe=stamped(recipe, problem.device.type),
        seconds=seconds,
        seconds_first_step=seconds_first_step,
        steps=step.index + 1,
        device=problem.device.type,
        acceleration=problem.mask.acceleration,
        data_residual=step.scalars["data_residual"],
        scores=None if reference is None else scores(image, reference * prepared.unit),
    )


def beside(path: Path, ending: str) -> Path:
    """Return ``folder/name-ending.all.suffixes``, for what is written with a result."""
    name, dot, suffixes = path.name.partition(".")
    return path.with_name(f"{name}{ending}{dot}{suffixes}")
