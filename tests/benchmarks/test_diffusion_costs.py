"""What diffusion costs beside its network: time, set-up, memory; ratios in one run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from ksyn.data import Mask, Problem, Step
from ksyn.diffusion.denoiser import Denoiser
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.methods.ak_diffusion import AkDiffusion, ak_stream
from ksyn.methods.ve_diffusion import VeDiffusion, ve_stream
from ksyn.phantoms import head_kspace
from ksyn.pipeline import prepare, stream
from ksyn.recipe import Preparation
from ksyn.weights import load_denoiser

SMALL_PART = 0.25
"""Of its network evaluations, what a step may cost beside them."""
GRAM_MEMORY = 1.5 * 2**30
"""What setting up the filters' matrix of 15 coils at 320 × 320 may take [byte]."""
_GRAM_ITSELF = 15 * 15 * 320 * 320 * 8
PAGES = 2000
"""What a step of AK-diffusion may fetch anew from the system [pages of 4 KiB]; the network alone
would fetch 5000, were freed memory not kept."""
FAST = 60.0
"""What `fast` may take with 8 coils at 256 × 256, compressed to 4 [s]."""

_PEAK = """
import torch
torch.set_num_threads(1)
def peak():  # getrusage would begin with the parent's
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
"""
_GRAM = f"""{_PEAK}
from ksyn.data import KSpace, Mask
from ksyn.lowrank import annihilating_gram
kspace = KSpace(torch.randn(1, 15, 320, 320, dtype=torch.complex64))
mask = torch.zeros(1, 1, 320, 320, dtype=torch.bool)
mask[..., 148:172] = True
before = peak()
annihilating_gram(kspace, Mask(mask), kernel=7)
print(peak() - before)
"""
_RUN = f"""{_PEAK}
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.phantoms import head_kspace
from ksyn.pipeline import prepare
kspace = head_kspace((256, 256), 8, noise=0.005)
mask = MASKS.get("uniform")().draw(kspace.matrix, torch.Generator())
problem = prepare(kspace, mask).problem
method = METHODS.get("{{method}}")
before = peak()
values = method.preset_values("{{preset}}") if "{{preset}}" else {{{{}}}}
list(method.of(values | {{{{"steps": 2}}}}).stream(problem, torch.Generator()))
print(peak() - before)
"""
_FETCHED = """
from resource import RUSAGE_SELF, getrusage
import torch
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.phantoms import head_kspace
from ksyn.pipeline import prepare, stream
torch.set_num_threads(1)
kspace = head_kspace((256, 256), 8, noise=0.005)
mask = MASKS.get("uniform")().draw(kspace.matrix, torch.Generator())
pages = []
for _ in stream(prepare(kspace, mask), METHODS.get("ak-diffusion").of({"steps": 8})):
    pages.append(getrusage(RUSAGE_SELF).ru_minflt)
print((pages[-1] - pages[2]) // (len(pages) - 3))
"""


@pytest.fixture(autouse=True)
def one_core(all_cores: None) -> None:
    """Use one core: processor time then counts no waiting of one for the other."""
    torch.set_num_threads(1)


class Clocked:
    """A denoiser that knows how much processor time it took."""

    def __init__(self, denoiser: Denoiser) -> None:
        self.denoiser = denoiser
        self.seconds = 0.0

    def __call__(self, images, sigma, blur):
        started = time.process_time()
        denoised = self.denoiser(images, sigma, blur)
        self.seconds += time.process_time() - started
        return denoised


def points(problem: Problem) -> Problem:
    """Return the problem with a mask that undersamples both axes."""
    mask = MASKS.get("poisson")().draw(problem.kspace.matrix, torch.Generator().manual_seed(0))
    kspace = head_kspace(problem.kspace.matrix, problem.kspace.n_coils, noise=0.005)
    return Problem(mask.apply(kspace), Mask(mask.samples), problem.sens_maps, 0.005)


def part_beside_the_network(steps: Iterator[Step], clocked: Clocked) -> float:
    """Return the least part a step cost beside the network, set-up left out."""
    parts = []
    next(steps)
    while True:
        started, in_network = time.process_time(), clocked.seconds
        if next(steps, None) is None:
            return min(parts)
        network = clocked.seconds - in_network
        parts.append((time.process_time() - started - network) / network)


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
AK: Mapping[str, Mapping[str, object]] = {"default": {}, **AkDiffusion.presets}


@pytest.mark.parametrize("problem_of", [lambda p: p, points], ids=["columns", "points"])
@pytest.mark.parametrize("preset", AK)
def test_a_step_of_ak_costs_little_beside_its_network(
    benchmark: BenchmarkFixture, demo_problem: Problem, preset, problem_of
) -> None:
    clocked = Clocked(load_denoiser("ak-head", demo_problem.device))
    options = AkDiffusion.of({**AK[preset], "steps": 4})
    steps = ak_stream(problem_of(demo_problem), clocked, options, torch.Generator())
    part = benchmark.pedantic(part_beside_the_network, (steps, clocked), rounds=1)
    benchmark.extra_info["part beside the network"] = f"{100 * part:.1f} %"
    assert part < SMALL_PART


def test_a_step_of_ve_costs_little_beside_its_network(
    benchmark: BenchmarkFixture, demo_problem: Problem
) -> None:
    clocked = Clocked(load_denoiser("ak-head", demo_problem.device))
    steps = ve_stream(demo_problem, clocked, VeDiffusion(steps=4), torch.Generator())
    part = benchmark.pedantic(part_beside_the_network, (steps, clocked), rounds=1)
    benchmark.extra_info["part beside the network"] = f"{100 * part:.1f} %"
    assert part < SMALL_PART


def test_the_fast_preset_is_fast(benchmark: BenchmarkFixture) -> None:
    kspace = head_kspace((256, 256), 8, noise=0.005)
    mask = MASKS.get("uniform")().draw(kspace.matrix, torch.Generator())
    fast = AkDiffusion.of(AkDiffusion.preset_values("fast"))

    def run() -> float:
        started = time.process_time()
        list(stream(prepare(kspace, mask, Preparation(compress_to=4)), fast))
        return time.process_time() - started

    assert benchmark.pedantic(run, rounds=1) < FAST


@on_linux
def test_a_step_works_in_memory_that_is_there(benchmark: BenchmarkFixture) -> None:
    fetched = benchmark.pedantic(number_of, (_FETCHED,), rounds=1)
    benchmark.extra_info["pages a step"] = fetched
    assert fetched < PAGES


@on_linux
def test_setting_up_the_filters_takes_little_memory(benchmark: BenchmarkFixture) -> None:
    taken = benchmark.pedantic(number_of, (_GRAM,), rounds=1)
    benchmark.extra_info["memory"] = f"{taken / 2**20:.0f} MiB"
    assert _GRAM_ITSELF < taken < GRAM_MEMORY


@on_linux
@pytest.mark.parametrize(
    ("method", "preset"),
    [(m.name, preset) for m in METHODS if m.family == "diffusion" for preset in ("", *m.presets)],
)
def test_memory_of_a_reconstruction(benchmark: BenchmarkFixture, method, preset) -> None:
    taken = benchmark.pedantic(number_of, (_RUN.format(method=method, preset=preset),), rounds=1)
    benchmark.extra_info["memory"] = f"{taken / 2**20:.0f} MiB"
    assert 0 < taken < GRAM_MEMORY


def number_of(script: str) -> int:
    """Return the number that a fresh process prints."""
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return int(told.stdout)
