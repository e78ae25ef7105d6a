"""Trained weights: a card that says what they are, and a safetensors file that is verified."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ksyn.assets import models_folder, own_models_folder
from ksyn.diffusion.denoiser import NetworkDenoiser, Preconditioned
from ksyn.errors import ReadError, WeightsError
from ksyn.nets import NETWORKS
from ksyn.textfile import read_mapping, write_whole

Precision = Literal["float32", "bfloat16"]
PRIOR = "prior"
"""The family of networks that denoise."""
WEIGHTS, CARD = "weights.safetensors", "card.yaml"
"""The two files of a model."""


class Score(BaseModel):
    """What was measured on cases that no training saw."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    test_set: str
    mask: str
    acceleration: float
    psnr: dict[str, str]
    """Method → "mean ± spread" [dB]; the baselines of the same cases stand beside it."""
    ssim: dict[str, str] = {}
    nmse: dict[str, str] = {}
    seconds: dict[str, str] = {}


class Nearest(BaseModel):
    """How like its training images are what a generative model draws without data.

    Likenesses are the largest normalised correlation over shifts and flips; 1 is a copy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: list[float]
    """Of each sample drawn, with the training image most like it."""
    held_out: list[float]
    """Of validation images, with the training image most like each: what new people reach."""
    training_images: int


class Card(BaseModel):
    """What a model is, what it was made from, and what it is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    id: str
    title: str
    family: str = PRIOR
    """What the network is used for, one of the families that are trained."""
    network: str
    network_options: dict[str, Any]
    domain: str
    normalisation: str
    sigma_data: float | None = None
    """Of a prior: standard deviation of the real and the imaginary part of the images."""
    training_data: str
    licence: str
    training_run: str
    intended_use: str
    limits: str
    scores: list[Score] = []
    nearest: Nearest | None = None
    """Of a generative model: whether it draws its training images again."""
    url: str | None = None
    """Where the weights are fetched from, of a model too large to ship."""
    sha256: str

    @property
    def weights_path(self) -> Path:
        """The file of the weights: beside the card, or where they were fetched to."""
        beside = _folders()[self.id] / WEIGHTS
        return beside if beside.is_file() else own_models_folder() / self.id / WEIGHTS

    def unavailable(self) -> str:
        """Return why the model cannot be used here; empty when it can."""
        if self.weights_path.is_file():
            return ""
        fetch = f" (ksyn models fetch {self.id})" if self.url else ""
        return f"its weights are not installed{fetch}"


def cards() -> list[Card]:
    """Return the cards of all models, sorted by id."""
    return [load_card(model_id) for model_id in _folders()]


def fitting(model_of: str) -> list[Card]:
    """Return the cards of a family, or of one of its networks.

    Cards that do not read are left out: whoever asks wants something to choose from.

    Args:
        model_of: As an option declares it: ``prior``, or with the network,
            ``reconstruction/unrolled``.
    """
    family, _, network = model_of.partition("/")
    return [
        card
        for card in map(_readable, _folders())
        if card is not None and card.family == family and network in ("", card.network)
    ]


def best_of(model_of: str, preferred: Sequence[str] = ()) -> str:
    """Return the id of the model to use where none is named.

    Args:
        model_of: As for `fitting`.
        preferred: Ids, best first; then come the others of the kind.

    Returns:
        The first that can be used here; where none can, the first that was preferred.
    """
    usable = [card.id for card in fitting(model_of) if not card.unavailable()]
    candidates = [*(name for name in preferred if name in usable), *usable, *preferred]
    return candidates[0] if candidates else ""


def why_missing(model_id: str) -> str:
    """Return why a model cannot be used here; empty when it can."""
    try:
        return load_card(model_id).unavailable()
    except WeightsError as error:
        known = model_id in _folders()
        return error.message.rstrip(".") if known else f"no model {model_id!r} is installed"


def _readable(model_id: str) -> Card | None:
    try:
        return load_card(model_id)
    except WeightsError:
        return None


def load_card(model_id: str) -> Card:
    """Return the card of one model.

    Raises:
        WeightsError: There is no such model, or its card does not read.
    """
    folders = _folders()
    if model_id not in folders:
        raise WeightsError(
            f"There is no model called {model_id!r}.",
            hint=f"Installed models: {', '.join(folders) or 'none'}. "
            f"Models of your own belong into {own_models_folder()}.",
        )
    return read_card(folders[model_id] / CARD)


def read_card(path: Path) -> Card:
    """Return the card in a file.

    Raises:
        WeightsError: It does not read.
    """
    facts = path.stat() if path.is_file() else None
    version = (facts.st_ino, facts.st_mtime_ns, facts.st_size) if facts else ()
    return _read_card(path, version)


@lru_cache(maxsize=256)
def _read_card(path: Path, _version: tuple[int, ...]) -> Card:
    """Read a card; one that has changed on disk is of another version."""
    try:
        return Card.model_validate(read_mapping(path, "Install the model again."))
    except ReadError as error:
        raise WeightsError(error.message, hint=error.hint) from error
    except ValidationError as error:
        raise WeightsError(
            f"The card {path} does not read: {error}.", hint="Install the model again."
        ) from error


def write_card(path: Path, **changes: object) -> Card:
    """Change fields of a card that is on disk, and return it.

    Raises:
        WeightsError: It does not read.
        WriteError: It cannot be written.
    """
    fields = read_card(path).model_dump() | changes
    card = Card.model_validate(fields)
    write_whole(
        path, yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    )
    return card


def _folders() -> dict[str, Path]:
    """Return the folder of each card by id; those that ship cannot be replaced by others."""
    own, shipped = (sorted(f.glob(f"*/{CARD}")) for f in (own_models_folder(), models_folder()))
    return {card.parent.name: card.parent for card in [*own, *shipped]}


def load_denoiser(
    model_id: str, device: torch.device, precision: Precision = "float32"
) -> NetworkDenoiser:
    """Return a model's network as a denoiser; kept in memory for the next call.

    Raises:
        WeightsError: The model is missing, damaged, or made for another network.
    """
    return _load_denoiser(model_id, load_card(model_id).sha256, device, precision)


@lru_cache(maxsize=4)
def _load_denoiser(
    model_id: str, _digest: str, device: torch.device, precision: Precision
) -> NetworkDenoiser:
    """Load a model; another one of the same name has another digest."""
    card = load_card(model_id)
    if card.family != PRIOR or card.sigma_data is None:
        raise WeightsError(
            f"Model {card.id!r} is of the family {card.family!r}: it denoises nothing.",
            hint="Choose a prior; `ksyn models` says which models are.",
        )
    model = Preconditioned(build_network(card), card.sigma_data)
    fill(model, card)
    model = model.to(device).eval().requires_grad_(False)
    return NetworkDenoiser(model, getattr(torch, precision))


def build_network(card: Card) -> nn.Module:
    """Return the card's network with fresh weights."""
    return NETWORKS.get(card.network).of(card.network_options).build()


def fill(model: nn.Module, card: Card) -> None:
    """Load the card's weights into a model after checking them against its hash.

    Raises:
        WeightsError: They are missing, damaged, or made for another network.
    """
    put(read_weights(card), model, card)


def read_weights(card: Card) -> dict[str, Tensor]:
    """Return the card's weights by name, after checking them against its hash.

    Raises:
        WeightsError: They are missing or damaged.
    """
    if reason := card.unavailable():
        raise WeightsError(f"Model {card.id!r} cannot be used: {reason}.", hint="Install it again.")
    found = sha256(card.weights_path)
    if found != card.sha256:
        raise WeightsError(
            f"The weights of {card.id!r} are damaged: their hash is {found[:12]}…, "
            f"the card says {card.sha256[:12]}….",
            hint="Install the model again.",
        )
    try:
        return {name: tensor.float() for name, tensor in load_file(card.weights_path).items()}
    except SafetensorError as error:
        raise _unfit(card, error) from error


def put(weights: Mapping[str, Tensor], model: nn.Module, card: Card) -> None:
    """Load weights that were read of a card into a model.

    Raises:
        WeightsError: They are made for another network.
    """
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise _unfit(card, error) from error


def _unfit(card: Card, error: Exception) -> WeightsError:
    return WeightsError(
        f"The weights of {card.id!r} do not fit its network {card.network!r}: {error}.",
        hint="Install the model again, together with its card.",
    )


def save_weights(model: nn.Module, path: Path) -> str:
    """Write a model's weights in half precision and return the file's hash."""
    tensors = {
        name: t.detach().to(torch.float16).contiguous() for name, t in model.state_dict().items()
    }
    save_file(tensors, path)
    return sha256(path)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
