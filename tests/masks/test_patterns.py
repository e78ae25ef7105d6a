"""Promises of every sampling pattern, and the published definitions of each."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from scipy.spatial import KDTree

from ksyn.calibration import calibration_region
from ksyn.data import Mask
from ksyn.errors import KsynError, OptionError, ShapeError
from ksyn.masks import MASKS
from ksyn.masks.pattern import Pattern

MATRICES = [(128, 128), (97, 115), (160, 96)]
TRUE_R = ["random", "gaussian-1d", "gaussian-2d", "random-2d", "poisson", "spiral"]
TRUE_R_BY_LINES = ["equispaced-fraction", "radial", "centre-only"]
MEAN_R = ["fastmri-random", "igkr-1d"]
COLUMNS = ["uniform", "random", "gaussian-1d", "equispaced", "equispaced-fraction", *MEAN_R]

every_pattern = pytest.mark.parametrize("pattern", list(MASKS), ids=lambda pattern: pattern.name)
every_matrix = pytest.mark.parametrize("matrix", MATRICES, ids=str)


def drawn(name: str, matrix: tuple[int, int] = (128, 128), seed: int = 0, **options: Any) -> Mask:
    return MASKS.get(name).of(options).draw(matrix, torch.Generator().manual_seed(seed))


def columns(mask: Mask) -> list[int]:
    return mask.samples[0, 0, 0].nonzero()[:, 0].tolist()


@every_pattern
@every_matrix
def test_the_mask_has_the_matrix_and_one_frame(
    pattern: type[Pattern], matrix: tuple[int, int]
) -> None:
    mask = drawn(pattern.name, matrix)
    assert mask.samples.shape == (1, 1, *matrix)
    assert mask.samples.dtype == torch.bool
    assert mask.samples.is_contiguous()


@every_pattern
def test_same_seed_same_mask(pattern: type[Pattern]) -> None:
    assert torch.equal(drawn(pattern.name, seed=3).samples, drawn(pattern.name, seed=3).samples)


@pytest.mark.parametrize(
    "name", ["random", "gaussian-1d", "equispaced", *MEAN_R, *TRUE_R[2:], "radial"]
)
def test_random_patterns_follow_the_seed(name: str) -> None:
    masks = {tuple(drawn(name, seed=seed).samples.flatten().tolist()) for seed in range(6)}
    assert len(masks) > 1


@every_pattern
@every_matrix
def test_the_zero_frequency_is_measured(pattern: type[Pattern], matrix: tuple[int, int]) -> None:
    mask = drawn(pattern.name, matrix)
    assert mask.samples[0, 0, matrix[0] // 2, matrix[1] // 2]


@every_pattern
def test_names_and_texts_are_there(pattern: type[Pattern]) -> None:
    assert pattern.name == pattern.name.lower().replace(" ", "-")
    assert pattern.title
    assert pattern.when.endswith(".")


@every_pattern
def test_command_line_options_are_understood(pattern: type[Pattern]) -> None:
    if pattern.name != "full":
        mask = drawn(pattern.name, acceleration=1.5, acs_lines=8)
        assert mask.samples.any()


@pytest.mark.parametrize("name", TRUE_R)
@every_matrix
@pytest.mark.parametrize("acceleration", [2, 3.3, 6])
def test_the_acceleration_asked_for_is_reached(
    name: str, matrix: tuple[int, int], acceleration: float
) -> None:
    mask = drawn(name, matrix, acceleration=acceleration, acs_lines=12)
    line = mask.samples.numel() / matrix[1] if name in COLUMNS else 1
    wished = mask.samples.numel() / acceleration
    assert abs(int(mask.samples.sum()) - wished) <= max(line, 0.02 * wished)


@pytest.mark.parametrize("name", TRUE_R_BY_LINES)
@every_matrix
@pytest.mark.parametrize("acceleration", [2, 3.3, 6])
def test_the_acceleration_asked_for_is_reached_within_a_line(
    name: str, matrix: tuple[int, int], acceleration: float
) -> None:
    mask = drawn(name, matrix, acceleration=acceleration)
    wished = mask.samples.numel() / acceleration
    assert abs(int(mask.samples.sum()) - wished) <= max(*matrix, 0.02 * wished)


@pytest.mark.parametrize("name", MEAN_R)
def test_the_acceleration_asked_for_is_reached_on_average(name: str) -> None:
    counts = [len(columns(drawn(name, (2, 320), seed, acceleration=4))) for seed in range(200)]
    assert sum(counts) / 200 == pytest.approx(80, abs=2)


@pytest.mark.parametrize("name", COLUMNS)
def test_column_patterns_measure_whole_columns(name: str) -> None:
    samples = drawn(name).samples
    assert torch.equal(samples, samples[..., :1, :].expand_as(samples))


@pytest.mark.parametrize("name", [*COLUMNS, "gaussian-2d", "random-2d", "poisson"])
@every_matrix
def test_the_centre_is_fully_sampled(name: str, matrix: tuple[int, int]) -> None:
    mask = drawn(name, matrix, acceleration=2.5, acs_lines=10)
    region = calibration_region(mask)
    # The disc of random-2d holds a smaller square.
    assert min(part.stop - part.start for part in region) >= (6 if name == "random-2d" else 9)


@pytest.mark.parametrize(
    ("acceleration", "acs_lines", "achieved"),
    [(6, 24, 4.32), (6, 22, 4.44), (6, 18, 4.64), (4, 24, 3.27), (10, 24, 5.93)],
)
def test_uniform_reaches_what_the_published_masks_reach(
    acceleration: float, acs_lines: int, achieved: float
) -> None:
    mask = drawn("uniform", (320, 320), acceleration=acceleration, acs_lines=acs_lines)
    assert mask.acceleration == pytest.approx(achieved, abs=0.006)


def test_uniform_counts_columns_without_the_centre() -> None:
    mask = drawn("uniform", (4, 16), acceleration=3, acs_lines=4)
    assert columns(mask) == [0, 3, 6, 7, 8, 9, 10, 13]


def test_random_has_the_published_number_of_columns() -> None:
    assert len(columns(drawn("random", (4, 320), acceleration=6, acs_lines=18))) == 53


def test_equispaced_adds_the_centre_to_every_rth_column() -> None:
    for seed in range(8):
        kept = columns(drawn("equispaced", (2, 320), seed, acceleration=4))
        centre = set(range(147, 173))
        assert centre <= set(kept)
        assert len({column % 4 for column in set(kept) - centre}) == 1


def test_equispaced_is_slower_than_asked_as_published() -> None:
    achieved = [drawn("equispaced", (2, 320), seed).acceleration for seed in range(8)]
    assert sum(achieved) / 8 == pytest.approx(3.23, abs=0.04)


def test_igkr_1d_is_fastmri_random_with_eight_per_cent() -> None:
    igkr = drawn("igkr-1d", (4, 320), seed=5, acceleration=5)
    fastmri = drawn("fastmri-random", (4, 320), seed=5, acceleration=5, centre_fraction=0.08)
    assert torch.equal(igkr.samples, fastmri.samples)


def test_both_readings_of_the_gaussian_centre() -> None:
    sides = []
    for reading in ("side", "points"):
        mask = drawn("gaussian-2d", (100, 100), acceleration=5, reading=reading)
        ky, _ = calibration_region(mask)
        sides.append(ky.stop - ky.start)
    assert sides[0] == pytest.approx(16, abs=1)
    assert sides[1] == pytest.approx(40, abs=1)


def test_gaussian_points_are_denser_at_the_centre() -> None:
    samples = drawn("gaussian-2d", centre_fraction=0.0, uniform_share=0.0).samples[0, 0].float()
    assert samples[48:80, 48:80].mean() > 5 * samples[:32, :32].mean()


def test_centre_only_is_the_published_square() -> None:
    mask = drawn("centre-only", (320, 320), acceleration=6.25)
    assert mask.samples.sum() == 128 * 128
    assert mask.samples[0, 0, 96:224, 96:224].all()


def test_poisson_points_keep_their_distance() -> None:
    mask = drawn("poisson", acceleration=8, acs_lines=0, spread=1, corners=True)
    points = mask.samples[0, 0].nonzero().double()
    apart = KDTree(points.numpy()).query(points.numpy(), k=2)[0][:, 1]
    # 0.85 of the mean spacing is the least that the jitter leaves; random points would touch.
    assert apart.min() >= 1.9


def test_poisson_leaves_the_corners_out() -> None:
    corner = (..., slice(0, 12), slice(0, 12))
    assert not drawn("poisson").samples[corner].any()
    assert drawn("poisson", corners=True).samples[corner].any()


def test_poisson_spreads_towards_the_edge() -> None:
    samples = drawn("poisson", acceleration=6, acs_lines=0, spread=4).samples[0, 0].float()
    assert samples[48:80, 48:80].mean() > 3 * samples[48:80, :24].mean()


def test_spokes_run_through_the_centre() -> None:
    samples = drawn("radial", acceleration=8).samples[0, 0]
    y, x = samples.nonzero().sub(64).unbind(dim=1)
    mirrored = samples[(64 - y).clamp(0, 127), (64 - x).clamp(0, 127)]
    assert mirrored.float().mean() > 0.97


@pytest.mark.parametrize("axis", ["kx", "ky"])
@pytest.mark.parametrize("missing", ["high", "low"])
def test_partial_fourier_measures_one_side_and_the_centre(axis: str, missing: str) -> None:
    samples = drawn("partial-fourier", (96, 128), axis=axis, missing=missing).samples[0, 0]
    lines = samples.all(dim=0 if axis == "kx" else 1)
    lines = lines.flip(0) if missing == "low" else lines
    assert lines.tolist() == [index < round(0.75 * len(lines)) for index in range(len(lines))]


@pytest.mark.parametrize("name", [n for n in MASKS.names() if n not in ("full", "partial-fourier")])
def test_a_centre_larger_than_the_matrix_is_refused(name: str) -> None:
    with pytest.raises(ShapeError) as caught:
        drawn(name, (64, 64), acs_lines=65)
    assert "65" in caught.value.message
    assert "64" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["random", "gaussian-1d", *MEAN_R, "equispaced-fraction", "poisson", "gaussian-2d"]
)
def test_more_centre_than_the_acceleration_allows_is_refused(name: str) -> None:
    with pytest.raises(OptionError) as caught:
        drawn(name, (64, 60), acceleration=8, acs_lines=22)
    assert "Acceleration 8" in caught.value.message
    limit = float(caught.value.hint.split()[-1].rstrip("."))
    drawn(name, (64, 60), acceleration=limit, acs_lines=22)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("poisson", {"acceleration": 1.1}),
        ("spiral", {"acceleration": 8, "arms": 64}),
        ("partial-fourier", {"acceleration": 1.9, "acs_lines": 40}),
    ],
)
def test_what_cannot_be_reached_is_refused_with_a_hint(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(KsynError) as caught:
        drawn(name, (64, 64), **options)
    assert caught.value.hint
