"""The tables show every choice there is."""

import pytest

from ksyn.io import READERS, WRITERS
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.options import options_of
from ksyn.weights import cards


def test_every_method_is_listed(ksyn):
    out = ksyn("methods").out
    assert all(name in out for name in METHODS.names())


def test_every_mask_is_listed(ksyn):
    out = ksyn("masks").out
    assert all(name in out for name in MASKS.names())


def test_every_format_is_listed(ksyn):
    out = ksyn("formats").out
    assert all(entry.title in out for entry in (*READERS, *WRITERS))


def test_every_model_is_listed(ksyn):
    out = ksyn("models").out
    assert all(card.id in out for card in cards())


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.id)
def test_every_card_can_be_read(ksyn, card):
    outcome = ksyn("card", card.id)
    assert outcome.status == 0
    assert card.sha256 in outcome.out


@pytest.mark.parametrize("method", list(METHODS), ids=METHODS.names())
def test_every_option_of_a_method_is_explained(ksyn, method):
    out = ksyn("methods", method.name).out
    assert all(option.name in out for option in options_of(method))


@pytest.mark.parametrize("mask", list(MASKS), ids=MASKS.names())
def test_every_option_of_a_mask_is_explained(ksyn, mask):
    out = ksyn("masks", mask.name).out
    assert all(option.name in out for option in options_of(mask))


def test_a_method_that_cannot_run_says_why(ksyn, monkeypatch):
    method = next(iter(METHODS))
    monkeypatch.setattr(method, "unavailable", classmethod(lambda cls: "its weights are away"))
    assert "its weights are away" in ksyn("methods").out


@pytest.mark.parametrize("command", ["methods", "masks", "card"])
def test_an_unknown_name_is_refused(ksyn, command):
    outcome = ksyn(command, "nonsense")
    assert outcome.status == 1
    assert "nonsense" in outcome.err


@pytest.mark.parametrize("method", list(METHODS), ids=METHODS.names())
def test_every_preset_is_listed_with_what_it_changes(ksyn, method):
    out, own = ksyn("methods").out, ksyn("methods", method.name).out
    assert all(name in out and name in own for name in method.presets)
    words = own.split()
    assert all(key in words for values in method.presets.values() for key in values)
