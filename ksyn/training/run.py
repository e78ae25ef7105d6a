"""A training run as a YAML file: everything that makes the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ksyn.errors import OptionError, ReadError


class Pack(BaseModel):
    """One source of images and how often it is drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    """Relative to the run file, or the word ``phantoms`` for made-up heads."""
    weight: float = Field(default=1.0, gt=0)
    stride: int = Field(default=1, ge=1)


class CardText(BaseModel):
    """What the model's card says in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    training_data: str
    licence: str
    intended_use: str
    limits: str


class Run(BaseModel):
    """How to train one prior."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    family: Literal["prior"] = "prior"
    card: CardText
    packs: list[Pack]
    validation: list[Pack]
    network: str = "unet"
    network_options: dict[str, Any] = {}
    sigma_data: float = Field(default=0.25, gt=0)
    log_sigma_mean: float = -2.6
    log_sigma_spread: float = Field(default=1.2, gt=0)
    blur_chance: float = Field(default=0.5, ge=0, le=1)
    blur_per_sigma: float = Field(default=10.0, ge=0)
    """Largest blur [pixels] that goes with σ = 1."""
    matrix: tuple[int, int] = (128, 128)
    batch: int = Field(default=8, ge=1)
    steps: int = Field(default=10_000, ge=1)
    steps_per_epoch: int = Field(default=200, ge=1)
    """A checkpoint is written after each epoch, and training resumes from it exactly."""
    learning_rate: float = Field(default=1e-3, gt=0)
    warm_up: int = Field(default=200, ge=0)
    ema: float = Field(default=0.998, ge=0, lt=1)
    precision: Literal["32-true", "bf16-mixed"] = "bf16-mixed"
    seed: int = 0

    @classmethod
    def load(cls, path: Path) -> Run:
        """Read a run file; the paths in it are relative to it.

        Raises:
            ReadError: The file is missing or is not YAML.
            OptionError: A setting is unknown or out of range.
        """
        try:
            text = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ReadError(f"{path} does not read: {error}.", hint="Give a run file.") from error
        try:
            run = cls.model_validate(text)
        except ValidationError as error:
            raise OptionError(f"{path} will not do: {error}.", hint="Mend the run file.") from error
        return run.model_copy(
            update={
                "packs": [_beside(path, pack) for pack in run.packs],
                "validation": [_beside(path, pack) for pack in run.validation],
            }
        )


def _beside(path: Path, pack: Pack) -> Pack:
    if str(pack.path) == "phantoms":
        return pack
    return pack.model_copy(update={"path": (path.parent / pack.path).resolve()})
