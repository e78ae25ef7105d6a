"""Cards and weights: what is damaged, missing or foreign is named."""

import shutil

import pytest
import torch
import yaml

from ksyn import weights
from ksyn.diffusion.denoiser import Preconditioned
from ksyn.errors import WeightsError
from ksyn.nets import NETWORKS

OPTIONS = {"widths": [8, 16], "blocks": 1}


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A folder of models with one tiny model in it."""
    monkeypatch.setattr(weights, "models_folder", lambda: tmp_path)
    weights._load_denoiser.cache_clear()
    folder = tmp_path / "tiny"
    folder.mkdir()
    network = Preconditioned(NETWORKS.get("unet").of(OPTIONS).build(), 0.25)
    digest = weights.save_weights(network, folder / "weights.safetensors")
    words = dict.fromkeys(
        ("title", "domain", "normalisation", "training_data", "licence", "training_run",
         "intended_use", "limits"), "–",
    )  # fmt: skip
    card = {"id": "tiny", "network": "unet", "network_options": OPTIONS, "sigma_data": 0.25}
    (folder / "card.yaml").write_text(yaml.safe_dump(card | words | {"sha256": digest}))
    return folder


def test_a_model_loads_and_denoises(model):
    denoiser = weights.load_denoiser("tiny", torch.device("cpu"))
    images = torch.randn(1, 20, 24, dtype=torch.complex64)
    assert denoiser(images, 0.1, (0.0, 0.0)).shape == images.shape


def test_bfloat16_gives_nearly_the_same(model):
    images = torch.randn(1, 32, 32, dtype=torch.complex64)
    full = weights.load_denoiser("tiny", torch.device("cpu"))(images, 0.1, (0.0, 1.0))
    half = weights.load_denoiser("tiny", torch.device("cpu"), "bfloat16")(images, 0.1, (0.0, 1.0))
    assert (full - half).abs().max() < 0.02 * full.abs().max()


def test_one_flipped_byte_is_noticed(model):
    path = model / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match="damaged"):
        weights.load_denoiser("tiny", torch.device("cpu"))


def test_weights_of_another_network_are_named(model):
    card = yaml.safe_load((model / "card.yaml").read_text())
    card["network_options"] = {"widths": [8, 8], "blocks": 1}
    (model / "card.yaml").write_text(yaml.safe_dump(card))
    with pytest.raises(WeightsError, match="do not fit"):
        weights.load_denoiser("tiny", torch.device("cpu"))


def test_missing_weights_are_a_reason_not_a_crash(model):
    (model / "weights.safetensors").unlink()
    assert "not installed" in weights.load_card("tiny").unavailable()
    with pytest.raises(WeightsError, match="not installed"):
        weights.load_denoiser("tiny", torch.device("cpu"))


def test_an_unknown_model_names_the_known_ones(model):
    with pytest.raises(WeightsError) as caught:
        weights.load_card("nosuch")
    assert "tiny" in caught.value.hint


def test_a_broken_card_is_named(model):
    (model / "card.yaml").write_text("title: [")
    with pytest.raises(WeightsError, match="is not YAML"):
        weights.cards()


def test_a_model_in_the_users_folder_is_found(model, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    model.rename(own / "mine")
    monkeypatch.setattr(weights, "own_models_folder", lambda: own)
    assert "mine" in weights._folders()


def test_models_are_found_by_family_and_network(model):
    priors = [card.id for card in weights.cards() if card.family == "prior"]
    assert [card.id for card in weights.fitting("prior")] == priors
    assert weights.fitting("prior/no-such-network") == []


def test_the_best_model_is_the_first_preferred_one_that_can_be_used(model):
    named(model, "one")
    named(model, "two")
    assert weights.best_of("prior", ["two", "one"]) == "two"
    (model.parent / "two" / "weights.safetensors").unlink()
    assert weights.best_of("prior", ["two", "one"]) == "one"
    assert weights.best_of("prior", ["none", "tiny"]) == "tiny"


def test_without_a_preferred_one_the_best_model_is_another_of_its_kind(model):
    assert weights.best_of("prior", ["none"]) == "tiny"
    assert weights.best_of("reconstruction/unet", ["none"]) == "none"


def test_a_model_that_was_made_again_is_loaded_again(model):
    first = weights.load_denoiser("tiny", torch.device("cpu"))
    network = Preconditioned(NETWORKS.get("unet").of(OPTIONS).build(), 0.25)
    digest = weights.save_weights(network, model / "weights.safetensors")
    weights.write_card(model / "card.yaml", sha256=digest)
    assert weights.load_denoiser("tiny", torch.device("cpu")) is not first


def named(model, name):
    """Copy a model under another name."""
    folder = shutil.copytree(model, model.parent / name)
    weights.write_card(folder / "card.yaml", id=name)
