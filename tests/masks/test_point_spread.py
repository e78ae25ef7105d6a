"""The point-spread function of masks."""

from __future__ import annotations

import pytest
import torch

from ksyn.data import Mask
from ksyn.fourier import kspace_to_image
from ksyn.masks import MASKS
from ksyn.masks.point_spread import peak_sidelobe, point_spread


def mask_of(name: str, matrix: tuple[int, int], **options: float) -> Mask:
    return MASKS.get(name).of(options).draw(matrix, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", MASKS.names())
@pytest.mark.parametrize("matrix", [(64, 64), (65, 64), (80, 63)])
def test_it_is_the_zero_filled_image_of_a_point(name: str, matrix: tuple[int, int]) -> None:
    mask = mask_of(
        name, matrix, **({} if name == "full" else {"acceleration": 1.8, "acs_lines": 6})
    )
    image = kspace_to_image(mask.samples[0, 0].to(torch.complex64))
    expected = image / image[matrix[0] // 2, matrix[1] // 2]
    assert torch.allclose(point_spread(mask), expected, atol=2e-6)


def test_a_full_mask_spreads_nothing() -> None:
    spread = point_spread(mask_of("full", (9, 8)))
    assert spread[4, 4] == pytest.approx(1)
    assert spread.abs().sum() == pytest.approx(1, abs=1e-5)
    assert peak_sidelobe(mask_of("full", (9, 8))) == pytest.approx(0, abs=1e-6)


def test_every_fourth_column_makes_ghosts_as_bright_as_the_object() -> None:
    mask = mask_of("uniform", (16, 32), acceleration=4, acs_lines=0)
    ghosts = point_spread(mask).abs()[8].gt(0.99).nonzero()[:, 0].tolist()
    assert ghosts == [0, 8, 16, 24]
    assert peak_sidelobe(mask) == pytest.approx(1)


def test_random_columns_have_lower_sidelobes_than_regular_ones() -> None:
    options = {"acceleration": 4, "acs_lines": 8}
    regular, chance = (
        peak_sidelobe(mask_of(n, (64, 128), **options)) for n in ("uniform", "random")
    )
    assert chance < 0.75 * regular


def test_the_main_lobe_of_a_low_resolution_scan_is_no_sidelobe() -> None:
    # A box has its first sidelobe at 0.217 of its peak along an axis.
    assert peak_sidelobe(mask_of("centre-only", (256, 256), acceleration=16)) < 0.23


def test_an_empty_mask_spreads_nothing_at_all() -> None:
    empty = Mask(torch.zeros(1, 1, 8, 8, dtype=torch.bool))
    assert point_spread(empty).abs().max() == 0
    assert peak_sidelobe(empty) == 0
