"""The GRAPPA operator steps along k-space, and says where it cannot."""

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem
from ksyn.encoding import energy
from ksyn.errors import ShapeError
from ksyn.methods.grappa_operator import GrappaOperator, step_operator
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.noise import complex_noise
from ksyn.phantoms import coil_maps, scan_of, shepp_logan

MATRICES = [(64, 60), (63, 61)]


def columns(matrix, spacing=3, acs_lines=20):
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::spacing] = True
    start = matrix[1] // 2 - acs_lines // 2
    mask[..., start : start + acs_lines] = True
    return Mask(mask)


def head(matrix, mask, n_coils=8):
    image, maps = shepp_logan(matrix), coil_maps(n_coils, matrix)
    return Problem(mask.apply(scan_of(image, maps, 0.002)), mask, maps, 0.002), image


def plane_waves(matrix, mask, rng, n=4):
    """Return coils that see n columns of the image, mixed, so that one step is exact."""
    other = complex_noise((n, matrix[0], 1), rng)
    line = torch.arange(matrix[1]) * torch.tensor([[0.3], [1.1], [2.0], [-0.9]])
    mixing = complex_noise((n, n), rng)
    kspace = torch.einsum("dc,cyx->dyx", mixing, other * torch.polar(torch.ones(()), line)[:, None])
    return Problem(KSpace(kspace[None] * mask.samples), mask, coil_maps(n, matrix)), kspace


def last(method, problem):
    return list(method.stream(problem, torch.Generator()))[-1]


def error(found, truth):
    return float((energy(found - truth) / energy(truth)).sqrt())


def test_the_operator_is_least_squares(rng):
    centre, weights = complex_noise((3, 9, 8), rng), torch.rand(9, 8, generator=rng)
    found = step_operator(centre, weights, 1e-8)
    rows = weights[1:].sqrt().flatten()[:, None]
    sources, targets = (part.flatten(1).T * rows for part in (centre[:, :-1], centre[:, 1:]))
    expected = torch.linalg.lstsq(sources, targets).solution.T
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("matrix", MATRICES)
def test_it_is_exact_where_the_object_is_as_many_points_as_coils(matrix, rng):
    problem, truth = plane_waves(matrix, columns(matrix), rng)
    found = last(GrappaOperator(regularisation=1e-8), problem).kspace
    assert error(found[0, ..., 1:-1], truth[..., 1:-1]) < 1e-3


@pytest.mark.parametrize("matrix", MATRICES)
def test_aliasing_falls_along_columns_and_along_rows(matrix):
    for mask in (columns(matrix), Mask(columns(matrix[::-1]).samples.mT.contiguous())):
        problem, truth = head(matrix, mask)
        aliased = error(last(ZeroFilled(), problem).image[0], truth)
        assert error(last(GrappaOperator(), problem).image[0], truth) < 0.75 * aliased


def test_measured_samples_are_kept_to_the_bit():
    problem, _ = head((64, 60), columns((64, 60)))
    kspace = last(GrappaOperator(), problem).kspace
    assert torch.equal(kspace * problem.mask.samples, problem.kspace.samples)


def test_each_step_reaches_one_line_further_and_none_wraps():
    mask = columns((64, 60), 60, 20)
    problem, _ = head((64, 60), Mask(mask.samples & (torch.arange(60) > 5)))
    steps = GrappaOperator(reach=3).stream(problem, torch.Generator())
    for index, step in enumerate(steps):
        filled = step.kspace.abs().amax(dim=(0, 1, 2)) > 0
        assert bool(filled[20 - index - 1])
        assert not bool(filled[: 20 - index - 1].any())


def test_masks_with_gaps_along_both_axes_are_refused():
    samples = columns((64, 60)).samples & columns((60, 64)).samples.mT
    problem, _ = head((64, 60), Mask(samples))
    with pytest.raises(ShapeError, match="both axes") as caught:
        last(GrappaOperator(), problem)
    assert "SPIRiT" in caught.value.hint


def test_one_coil_is_not_made_worse():
    problem, truth = head((64, 60), columns((64, 60)), n_coils=1)
    aliased = error(last(ZeroFilled(), problem).image[0], truth)
    assert error(last(GrappaOperator(), problem).image[0], truth) < 1.005 * aliased
