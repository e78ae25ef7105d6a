"""Presets: under each name, options that are valid and differ from the defaults."""

import pytest

from ksyn.errors import OptionError
from ksyn.methods import METHODS
from ksyn.methods.ak_diffusion import AkDiffusion

PRESETS = [(method, name) for method in METHODS for name in method.presets]
every_preset = pytest.mark.parametrize(
    ("method", "name"), PRESETS, ids=[f"{method.name}:{name}" for method, name in PRESETS]
)


@every_preset
def test_every_preset_builds_its_method(method, name):
    built = method.of(method.preset_values(name))
    assert built.preset_name() == name
    assert all(getattr(built, key) == value for key, value in method.presets[name].items())


@every_preset
def test_every_preset_names_only_what_it_changes(method, name):
    default = method()
    assert all(getattr(default, key) != value for key, value in method.presets[name].items())


@pytest.mark.parametrize("method", list(METHODS), ids=METHODS.names())
def test_no_two_presets_are_the_same(method):
    built = [method.of(method.preset_values(name)) for name in method.presets]
    assert all(a != b for a in built for b in built if a is not b)


def test_the_defaults_are_no_preset():
    assert {method().preset_name() for method in METHODS} == {""}


def test_changed_options_are_no_preset_any_more():
    fast = AkDiffusion.preset_values("fast")
    assert AkDiffusion.of(fast | {"snr": 0.2}).preset_name() == ""


@pytest.mark.parametrize(("asked", "hint"), [("papr", "Did you mean 'paper'"), ("x", "fast")])
def test_an_unknown_preset_is_refused(asked, hint):
    with pytest.raises(OptionError, match="no preset") as caught:
        AkDiffusion.preset_values(asked)
    assert hint in caught.value.hint
