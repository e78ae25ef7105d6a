"""What the methods that complete k-space keep, remove and refuse."""

from __future__ import annotations

import pytest
import torch

from ksyn.data import Mask, Problem
from ksyn.encoding import energy
from ksyn.methods import METHODS
from ksyn.phantoms import coil_maps, scan_of, shepp_logan

FAMILY = ["grappa", "spirit", "l1-spirit", "loraks", "slr"]
KEEPERS = [name for name in FAMILY if name != "slr"]
MATRIX = (64, 60)

every_method = pytest.mark.parametrize("method", FAMILY)


def columns(matrix=MATRIX, spacing=3, acs_lines=16):
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::spacing] = True
    start = matrix[1] // 2 - acs_lines // 2
    mask[..., start : start + acs_lines] = True
    return Mask(mask)


def problem_of(mask=None, n_coils=6, noise=0.002):
    """Return a scan of the Shepp-Logan head with its true maps, and the head."""
    mask = columns() if mask is None else mask
    image, maps = shepp_logan(mask.matrix), coil_maps(n_coils, mask.matrix)
    return Problem(mask.apply(scan_of(image, maps, noise)), mask, maps, noise), image[None]


def steps(method, problem, **options):
    return list(METHODS.get(method).of(options).stream(problem, torch.Generator().manual_seed(0)))


def last(method, problem, **options):
    return steps(method, problem, **options)[-1]


def error(image, truth):
    return float((energy(image - truth) / energy(truth)).sqrt())


@every_method
def test_aliasing_is_halved_and_more(method):
    problem, truth = problem_of()
    aliased = error(last("zero-filled", problem).image, truth)
    assert error(last(method, problem).image, truth) < 0.4 * aliased
