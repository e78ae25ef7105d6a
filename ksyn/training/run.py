"""A training run as a YAML file: what every family's has; the family adds its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

PHANTOMS = "phantoms"
"""The path of made-up heads."""
FROZEN = ConfigDict(frozen=True, extra="forbid")


class Pack(BaseModel):
    """One source of images and how often it is drawn."""

    model_config = FROZEN

    path: Path
    """Relative to the run file, or the word ``phantoms`` for made-up heads."""
    weight: float = Field(default=1.0, gt=0)
    stride: int = Field(default=1, ge=1)
    """Each so many-th slice is taken."""
    size: int = Field(default=256, ge=32, le=1024)
    """Side of made-up heads [pixels]; of other packs nothing."""
    key: str | None = None
    """Name of the array in a container without a header."""
    axes: str | None = None
    """Its axes, such as ``"ky kx coil"``."""
    domain: Literal["kspace", "image"] | None = None

    def beside(self, folder: Path) -> Self:
        """Return the pack with its path taken from a folder."""
        if str(self.path) == PHANTOMS:
            return self
        return self.model_copy(update={"path": (folder / self.path).resolve()})


class CardText(BaseModel):
    """What the model's card says in words."""

    model_config = FROZEN

    title: str
    training_data: str
    licence: str
    intended_use: str
    limits: str


class Run(BaseModel):
    """How to train one network; read it with `load_run`."""

    model_config = FROZEN

    schema_version: Literal[1] = 1
    family: str
    card: CardText
    packs: list[Pack] = Field(min_length=1)
    validation: list[Pack] = Field(min_length=1)
    """Scans that training does not see; made-up heads are of other people than those of `packs`."""
    network: str = "unet"
    network_options: dict[str, Any] = {}
    start: str | None = None
    """Id of an installed model whose weights training starts from: of the same network, or of a
    U-Net with fewer blocks."""
    kept_start: float = Field(default=0.0, ge=0, lt=1)
    """Share of the start's weights in the model that is exported. The mean of both is often better
    on scans unlike those of training than either (Wortsman et al., CVPR 2022)."""
    matrix: tuple[int, int] = (128, 128)
    batch: int = Field(default=8, ge=1)
    """Examples a step, all processes together."""
    steps: int = Field(default=10_000, ge=1)
    steps_per_epoch: int = Field(default=200, ge=1)
    """A checkpoint is written after each epoch, and training resumes from it exactly."""
    learning_rate: float = Field(default=1e-3, gt=0)
    warm_up: int = Field(default=200, ge=0)
    ema: float = Field(default=0.998, ge=0, lt=1)
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto"
    """Arithmetic; automatic is bfloat16 where the machine has it and float32 elsewhere."""
    reconstruct_every: int = Field(default=5, ge=0)
    """Epochs between short reconstructions of validation scans, whose PSNR chooses the best
    checkpoint; 0: none, the validation loss chooses."""
    reconstruct_scans: int = Field(default=2, ge=1)
    """How many scans are reconstructed then, each at two masks."""
    seed: int = Field(default=0, ge=0)

    def beside(self, folder: Path) -> Self:
        """Return the run with the paths in it taken from a folder."""
        changes = {name: [p.beside(folder) for p in getattr(self, name)] for name in _PACKS}
        return self.model_copy(update=changes)


_PACKS = ("packs", "validation")
