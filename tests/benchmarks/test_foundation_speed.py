"""How long the operators take that every method is made of."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from ksyn.data import Problem
from ksyn.encoding import Encoding
from ksyn.fourier import image_to_kspace
from ksyn.masks import MASKS
from ksyn.phantoms import head_kspace


def test_fourier_transform(benchmark: BenchmarkFixture, demo_problem: Problem) -> None:
    benchmark(image_to_kspace, demo_problem.kspace.samples)


@pytest.mark.parametrize("operator", ["forward", "normal"])
def test_encoding(benchmark: BenchmarkFixture, demo_problem: Problem, operator: str) -> None:
    image = torch.ones(1, 1, *demo_problem.kspace.matrix, dtype=torch.complex64)
    benchmark(getattr(Encoding(demo_problem), operator), image)


@pytest.mark.parametrize("name", MASKS.names())
def test_drawing_a_mask(benchmark: BenchmarkFixture, name: str) -> None:
    pattern = MASKS.get(name).of({})
    benchmark.pedantic(pattern.draw, ((256, 256), torch.Generator().manual_seed(1)), rounds=5)


def test_drawing_the_head(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(partial(head_kspace, (256, 256)), rounds=2)
