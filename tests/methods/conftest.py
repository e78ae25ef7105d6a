"""Weights for the learned methods, so that they are tested as all others are."""

from pathlib import Path

import pytest
from learned_models import make_models

from ksyn import weights
from ksyn.methods import METHODS

pytest.register_assert_rewrite("promises")  # its checks shall say what they found

LEARNED = {method.name for method in METHODS if method.family == "learned"}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a tiny model for each learned method."""
    pytest.importorskip("lightning")
    return make_models(tmp_path_factory.mktemp("learned"))


@pytest.fixture
def models(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the tiny models as the user's own, and nothing of their kind beside them."""
    monkeypatch.setattr(weights, "own_models_folder", lambda: trained)
    monkeypatch.setattr(weights, "models_folder", lambda: trained)
    return trained


@pytest.fixture(autouse=True)
def weights_of_learned_methods(request: pytest.FixtureRequest) -> None:
    """Install them for every test that goes over the methods and comes to a learned one."""
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    if parameters.get("method") in LEARNED:
        request.getfixturevalue("models")
