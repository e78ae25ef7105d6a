"""The learned methods with tiny models; what their networks promise is in tests/nets."""

import shutil

import pytest
import torch
import yaml

from ksyn.errors import WeightsError
from ksyn.methods import METHODS
from ksyn.methods.ak_diffusion import AkDiffusion
from ksyn.methods.with_model import WithModel
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.options import options_of
from ksyn.weights import fitting, write_card

LEARNED = [method.name for method in METHODS if method.family == "learned"]
every_learned = pytest.mark.parametrize("method", LEARNED)


def steps_of(method, problem, **options):
    return list(METHODS.get(method).of(options).stream(problem, torch.Generator()))


@every_learned
def test_without_weights_it_says_how_to_make_them(method, tmp_path, monkeypatch):
    monkeypatch.setattr("ksyn.weights.own_models_folder", lambda: tmp_path)
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path)
    reason = METHODS.get(method).unavailable()
    assert f"'{method}-head'" in reason
    assert "ksyn train" in reason


@every_learned
def test_with_a_model_of_ones_own_it_is_available_and_uses_it(
    method, models, tmp_path, monkeypatch, small_problem
):
    own = shutil.copytree(models / f"{method}-head", tmp_path / "own" / "mine")
    write_card(own / "card.yaml", id="mine")
    monkeypatch.setattr("ksyn.weights.own_models_folder", lambda: own.parent)
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path)
    assert METHODS.get(method).unavailable() == ""
    assert METHODS.get(method)().model_id() == "mine"
    assert options_of(METHODS.get(method))[0].default == "mine"
    assert steps_of(method, small_problem)


@pytest.mark.parametrize("method", [m for m in METHODS if issubclass(m, WithModel)])
def test_it_is_available_where_there_is_a_model_to_choose(method):
    (model,) = (info for info in options_of(method) if info.model_of)
    usable = [card.id for card in fitting(model.model_of) if not card.unavailable()]
    assert (method.unavailable() == "") == bool(usable)
    assert model.default in usable or not usable


@every_learned
def test_a_model_that_ships_goes_before_ones_own(method, models, tmp_path, monkeypatch):
    own = shutil.copytree(models / f"{method}-head", tmp_path / "own" / "a-first")
    write_card(own / "card.yaml", id="a-first")
    monkeypatch.setattr("ksyn.weights.own_models_folder", lambda: own.parent)
    assert METHODS.get(method)().model_id() == f"{method}-head"


@every_learned
def test_missing_weights_are_named_with_what_is_installed(method, small_problem):
    with pytest.raises(WeightsError, match="no model called 'mine'"):
        steps_of(method, small_problem, model="mine")


@every_learned
def test_with_weights_it_is_available(method):
    assert METHODS.get(method).unavailable() == ""
    assert METHODS.get(method)().model_id() == f"{method}-head"


@every_learned
def test_weights_of_another_method_are_refused_with_those_that_fit(method, small_problem):
    other = LEARNED[LEARNED.index(method) - 1]
    with pytest.raises(
        WeightsError, match=f"needs family 'reconstruction' and network '{method}'"
    ) as e:
        steps_of(method, small_problem, model=f"{other}-head")
    assert f"{method}-head" in e.value.hint


@every_learned
def test_a_network_that_reconstructs_is_refused_as_a_prior(method, small_problem):
    steps = AkDiffusion(model=f"{method}-head").stream(small_problem, torch.Generator())
    with pytest.raises(WeightsError, match="reconstruction"):
        next(steps)


@every_learned
def test_damaged_weights_are_noticed(method, models, tmp_path, small_problem, monkeypatch):
    shutil.copytree(models, tmp_path / "models")
    card = tmp_path / "models" / f"{method}-head" / "card.yaml"
    card.write_text(yaml.safe_dump(yaml.safe_load(card.read_text()) | {"sha256": "0" * 64}))
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path / "models")
    with pytest.raises(WeightsError, match="damaged"):
        steps_of(method, small_problem)


@pytest.mark.parametrize("method", ["unet", "h-dslr"])
def test_the_first_step_is_the_zero_filled_image(method, small_problem):
    (expected,) = ZeroFilled().stream(small_problem, torch.Generator())
    torch.testing.assert_close(steps_of(method, small_problem)[0].image, expected.image)


@every_learned
def test_bfloat16_gives_nearly_the_same(method, small_problem):
    full = steps_of(method, small_problem)[-1].image
    half = steps_of(method, small_problem, precision="bfloat16")[-1].image
    assert 0 < (full - half).abs().max() < 0.02 * full.abs().max()


@every_learned
def test_the_callers_arithmetic_is_its_own_between_steps(method, small_problem):
    for _ in METHODS.get(method)(precision="bfloat16").stream(small_problem, torch.Generator()):
        assert not torch.is_autocast_enabled("cpu")
