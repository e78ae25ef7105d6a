"""Every family learns on a GPU what it learns on the CPU."""

from __future__ import annotations

import pytest
import torch
import yaml
from both_devices import REAL, assert_alike
from learned_models import MODELS, write_run

pytest.importorskip("lightning")

from lightning.fabric.utilities import move_data_to_device
from torch.utils.data import default_collate

from ksyn.training.families import family_of, load_run
from ksyn.training.images import Images
from ksyn.training.run import Run
from ksyn.training.trainee import Trainee
from ksyn.training.validation import ShortReconstructions, _cases

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SMALL = {"matrix": [16, 16], "batch": 2, "reconstruct_every": 1, "reconstruct_scans": 1}
PRIOR = SMALL | {"network_options": {"widths": [4, 4], "blocks": 1}}
RUNS = {
    "prior": PRIOR | {"family": "prior"},
    "walked-prior": PRIOR | {"family": "walked-prior", "scan_matrix": [24, 20], "levels": 3},
} | {
    network: SMALL | {"network": network, "network_options": options, "matrix": [24, 24]}
    for network, options in MODELS.values()
}


@pytest.fixture(params=RUNS)
def run(request, tmp_path):
    path = write_run(tmp_path)
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "prior" in request.param:
        del fields["scans"], fields["family"]
    path.write_text(yaml.safe_dump(fields | RUNS[request.param]), encoding="utf-8")
    return load_run(path)


def fresh(run: Run) -> Trainee:
    """Return a module, none of whose layers is 0: those would teach the others nothing."""
    torch.manual_seed(0)
    module = family_of(run).module(run)
    for weight in module.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    module.log = lambda *_, **__: None
    return module


def learnt(run: Run, device: torch.device) -> Trainee:
    """Return a module with the gradients of one batch."""
    examples = family_of(run).examples(run, Images(run.packs), 0, False)
    batch = move_data_to_device(default_collate([examples[0], examples[1]]), device)
    module = fresh(run).to(device)
    module.loss(batch).backward()
    return module


def test_a_batch_teaches_the_same(run, gpu):
    here, there = (learnt(run, device) for device in (torch.device("cpu"), gpu))
    largest = max(float(weight.grad.abs().max()) for weight in here.parameters())
    for expected, found in zip(here.parameters(), there.parameters(), strict=True):
        assert_alike(found.grad / largest, expected.grad / largest)


def test_validation_reconstructs_where_the_network_is(run, gpu):
    images = Images(run.validation, validation=True)
    short, (case, *_) = ShortReconstructions(run, images), _cases(run, images)["uniform4"]
    model = fresh(run).model.eval()
    expected = short._psnr(model, case)
    found = short._psnr(model.to(gpu), case)
    assert found > 10
    if not (REAL and "prior" in run.family):  # it draws other numbers
        assert found == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("run", ["prior"], indirect=True)
def test_validation_leaves_other_gpus_alone(run, gpu, monkeypatch):
    images = Images(run.validation, validation=True)
    short, (case, *_) = ShortReconstructions(run, images), _cases(run, images)["uniform4"]
    model, asked, state_of = fresh(run).model.eval().to(gpu), [], torch.cuda.get_rng_state
    with monkeypatch.context() as there:
        there.setattr(torch.cuda, "device_count", lambda: 2)
        there.setattr(torch.cuda, "get_rng_state", lambda d: asked.append(d) or state_of(d))
        short._psnr(model, case)
    assert asked == [gpu]
