"""Short reconstructions of validation scans: what chooses the best checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean

import lightning
import torch
from lightning.pytorch.callbacks import Callback
from torch import nn

from ksyn.data import Mask
from ksyn.masks import MASKS
from ksyn.metrics import METRICS
from ksyn.phantoms import coil_maps, scan_of
from ksyn.pipeline import Prepared, prepare
from ksyn.training.families import family_of
from ksyn.training.images import Images
from ksyn.training.run import Run
from ksyn.training.trainee import Trainee

MASKS_SHOWN: Mapping[str, tuple[str, float]] = {
    "uniform4": ("uniform", 4.0),
    "random6": ("random", 6.0),
}
"""Name in the log → pattern and the acceleration asked of it."""
_COILS, _NOISE, _ACS_LINES = 8, 0.01, 24


class ShortReconstructions(Callback):
    """Log the PSNR of short reconstructions, every so many epochs, as ``psnr`` and by mask.

    Stands before the averaging of weights among the callbacks: at the end of validation the
    averaged weights are still in place then. All processes do the same work, so that all agree
    on which checkpoint is the best.
    """

    def __init__(self, run: Run, images: Images) -> None:
        self.run = run
        self.images = images
        self._cases: dict[str, list[Prepared]] | None = None

    def on_validation_epoch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Reconstruct, if it is time."""
        if not self.due(trainer.current_epoch):
            return
        assert isinstance(pl_module, Trainee)  # noqa: S101 - the only kind there is
        if self._cases is None:
            self._cases = _cases(self.run, self.images)
        found = {
            name: mean(self._psnr(pl_module.model, case) for case in cases)
            for name, cases in self._cases.items()
        }
        pl_module.log_dict({f"psnr_{name}": value for name, value in found.items()})
        pl_module.log("psnr", mean(found.values()))

    def due(self, epoch: int) -> bool:
        """Return whether an epoch ends with reconstructions."""
        every = self.run.reconstruct_every
        return every > 0 and (epoch + 1) % every == 0

    @torch.no_grad()
    def _psnr(self, model: nn.Module, case: Prepared) -> float:
        device = next(model.parameters()).device
        rng = torch.Generator(device).manual_seed(0)
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            for step in family_of(self.run).reconstruct(model, case.problem.to(device), rng):
                last = step
        assert case.reference is not None  # noqa: S101 - made with one
        return METRICS.get("psnr")(last.image.cpu(), case.reference)


def _cases(run: Run, images: Images) -> dict[str, list[Prepared]]:
    """Return problems made of validation images, evenly spread, by the name of their mask."""
    every = list(images)
    count = min(run.reconstruct_scans, len(every))
    chosen = [every[(2 * i + 1) * len(every) // (2 * count)] for i in range(count)]
    return {
        name: [_prepared(image, name, number) for number, image in enumerate(chosen)]
        for name in MASKS_SHOWN
    }


def _prepared(image: torch.Tensor, name: str, number: int) -> Prepared:
    matrix = (image.shape[0], image.shape[1])
    rng = torch.Generator().manual_seed(number)
    scan = scan_of(image, coil_maps(_COILS, matrix, seed=number), _NOISE, rng)
    return prepare(scan, _mask(name, matrix, rng), reference=image.abs()[None])


def _mask(name: str, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
    pattern, acceleration = MASKS_SHOWN[name]
    lines = min(_ACS_LINES, matrix[1] // 6)
    options = {"acceleration": acceleration, "acs_lines": lines}
    return MASKS.get(pattern).of(options).draw(matrix, rng)
