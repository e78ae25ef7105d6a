"""Benchmarks measure on a GPU what they measure on the CPU."""

from __future__ import annotations

import pytest
import torch
from both_devices import REAL
from test_benchmark import HEAD, SETTINGS, UNIFORM

from ksyn.evaluation.benchmark import MethodChoice
from ksyn.evaluation.cases import simulated
from ksyn.evaluation.measure import measured, undersampled
from ksyn.evaluation.peers import PEERS

CHOICES = [
    MethodChoice(title="CG", name="cg-sense", options={"iterations": [1, 4]}),
    MethodChoice(title="CG", name="cg-sense", preparation={"compress_to": 2}),
    MethodChoice(title="L1", name="l1-wavelet", options={"iterations": [3]}, samples=4),
]


@pytest.mark.parametrize("choice", CHOICES, ids=["CG", "compressed", "samples"])
def test_methods_are_measured_alike(choice, gpu):
    case = simulated("g", "head", HEAD, 4, 0.005, 0)
    cpu = torch.device("cpu")
    here, there = (measured(undersampled(case, UNIFORM, d), choice) for d in (cpu, gpu))
    assert [row.samples for row in there] == [row.samples for row in here]
    if not (REAL and choice.samples > 1):  # it draws other numbers
        for expected, found in zip(here, there, strict=True):
            assert found.psnr == pytest.approx(expected.psnr, abs=0.1)
            assert found.rank_correlation == pytest.approx(expected.rank_correlation, abs=0.01)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["bart", "sigpy", "pygrappa"])
def test_peers_are_given_what_is_on_the_gpu(name, gpu):
    if PEERS[name].missing():
        pytest.skip(PEERS[name].missing())
    problem = undersampled(simulated("g", "head", HEAD, 4, 0.002, 1), UNIFORM, gpu).prepared
    image, _ = PEERS[name].of(problem.problem)(SETTINGS)
    error = image - problem.reference.cpu()
    assert float(error.norm() / problem.reference.norm()) < 0.2
