"""The calibration region is the fully sampled rectangle around the zero frequency."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from ksyn.calibration import (
    calibration_data,
    calibration_region,
    centred_data,
    centred_region,
    outer_acceleration,
)
from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError
from ksyn.noise import complex_noise


def mask_of(rows: list[str]) -> Mask:
    """Draw a mask of one frame: # is measured."""
    return Mask(torch.tensor([[c == "#" for c in row] for row in rows])[None, None])


def columns(n: int, *measured: int) -> Mask:
    samples = torch.zeros(1, 1, 6, n, dtype=torch.bool)
    samples[..., list(measured)] = True
    return Mask(samples)


@pytest.mark.parametrize("matrix", [(6, 8), (7, 9), (1, 1)])
def test_a_full_mask_is_all_calibration(matrix: tuple[int, int]) -> None:
    region = calibration_region(Mask(torch.ones(1, 1, *matrix, dtype=torch.bool)))
    assert region == (slice(0, matrix[0]), slice(0, matrix[1]))


def test_the_centre_columns_are_found_beside_an_undersampled_periphery() -> None:
    assert calibration_region(columns(12, 0, 3, 5, 6, 7, 9)) == (slice(0, 6), slice(5, 8))


def test_an_even_number_of_lines_is_found_whole() -> None:
    assert calibration_region(columns(12, 1, 4, 5, 6, 7, 10)) == (slice(0, 6), slice(4, 8))


def test_the_largest_rectangle_wins_over_the_tallest() -> None:
    plus = ["...#...", "...#...", "#######", "#######", "#######", "...#...", "...#..."]
    assert calibration_region(mask_of(plus)) == (slice(2, 5), slice(0, 7))


def test_a_rectangle_off_the_middle_is_found_whole() -> None:
    rows = ["......", "......", "..####", "..####", "..####", "......"]
    assert calibration_region(mask_of(rows)) == (slice(2, 5), slice(2, 6))


def test_the_region_holds_the_zero_frequency_and_only_measured_samples(
    rng: torch.Generator,
) -> None:
    for _ in range(20):
        samples = torch.rand(1, 1, 9, 10, generator=rng) < 0.8
        samples[..., 4, 5] = True
        ky, kx = calibration_region(Mask(samples))
        assert samples[..., ky, kx].all()
        assert ky.start <= 4 < ky.stop
        assert kx.start <= 5 < kx.stop


def test_no_rectangle_around_the_zero_frequency_is_larger(rng: torch.Generator) -> None:
    for _ in range(20):
        samples = torch.rand(1, 1, 5, 6, generator=rng) < 0.8
        samples[..., 2, 3] = True
        ky, kx = calibration_region(Mask(samples))
        assert (ky.stop - ky.start) * (kx.stop - kx.start) == largest_area(samples[0, 0], 2, 3)


def largest_area(measured: torch.Tensor, ky: int, kx: int) -> int:
    """Try every rectangle."""
    ny, nx = measured.shape
    corners = product(range(ky + 1), range(ky + 1, ny + 1), range(kx + 1), range(kx + 1, nx + 1))
    return max((b - t) * (r - le) for t, b, le, r in corners if measured[t:b, le:r].all())


def test_a_sample_counts_only_if_every_frame_measures_it() -> None:
    frames = torch.cat([columns(8, 3, 4, 5).samples, columns(8, 4, 5, 6).samples])
    assert calibration_region(Mask(frames)) == (slice(0, 6), slice(4, 6))


def test_a_mask_without_the_zero_frequency_is_refused() -> None:
    with pytest.raises(ShapeError, match="zero frequency") as raised:
        calibration_region(columns(8, 1, 2, 3))
    assert "ACS" in raised.value.hint


def test_the_data_is_the_mean_over_frames_of_that_region(rng: torch.Generator) -> None:
    samples = complex_noise((3, 2, 6, 8), rng)
    centre = calibration_data(KSpace(samples), columns(8, 3, 4, 5))
    torch.testing.assert_close(centre, samples[..., 3:6].mean(dim=0))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["#..###..#"] * 4, 3),
        (["###", "###", "###"], 1),
        ([".....", ".###.", "....."], float("inf")),
        (["#.#.", "#.#.", "#.#."], 3),
        ([".#.", ".#.", ".#."], float("inf")),
        (["#..", "...", "#.."], 4.5),
    ],
)
def test_outside_the_centre_so_many_points_are_folded_onto_one(rows, expected) -> None:
    assert outer_acceleration(mask_of(rows)) == expected


@pytest.mark.parametrize("n", [11, 12])
@pytest.mark.parametrize("lines", [(0, 9), (4, 11), (3, 8), (2, 10)])
def test_the_centred_region_has_the_zero_frequency_where_all_kspace_has_it(n, lines) -> None:
    mask = columns(n, *range(*lines))
    _, region = centred_region(mask)
    length = region.stop - region.start
    assert region.start + length // 2 == n // 2
    assert lines[0] <= region.start
    assert region.stop <= lines[1]
    _, whole = calibration_region(mask)
    assert length >= 2 * min(n // 2 - whole.start, whole.stop - 1 - n // 2) + 1


def test_the_centred_data_of_a_symmetric_mask_is_all_of_it(rng: torch.Generator) -> None:
    kspace, mask = KSpace(complex_noise((2, 3, 6, 12), rng)), columns(12, 4, 5, 6, 7)
    torch.testing.assert_close(centred_data(kspace, mask), calibration_data(kspace, mask))
