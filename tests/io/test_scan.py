from __future__ import annotations

import pytest
import torch

from ksyn.data import Mask
from ksyn.io import READERS, WRITERS, open_scan
from ksyn.io.sampling import is_fully_sampled, measured_mask


def columns(n: int, measured: list[int]) -> Mask:
    mask = torch.zeros(1, 1, 8, n, dtype=torch.bool)
    mask[..., measured] = True
    return Mask(mask)


def test_demo_opens_by_its_name() -> None:
    with open_scan("demo") as scan:
        assert (scan.n_coils, scan.n_frames, scan.n_slices, scan.matrix) == (8, 1, 1, (256, 256))
        assert scan.fully_sampled()
        assert scan.reference() is not None


def test_every_reader_and_writer_says_what_it_is() -> None:
    for entry in [*READERS, *WRITERS]:
        assert entry.title
        assert all(suffix.startswith(".") for suffix in entry.suffixes)
    assert READERS.names()[0] == "fastmri"


@pytest.mark.parametrize("n", [7, 8, 31, 32])
def test_all_columns_are_a_full_scan(n: int) -> None:
    assert is_fully_sampled(columns(n, list(range(n))))


@pytest.mark.parametrize(
    "measured",
    [
        [],
        list(range(0, 32, 2)),
        [*range(10), *range(11, 32)],
        list(range(10, 32)),
        list(range(12, 20)),
    ],
    ids=["nothing", "every second", "a gap", "partial Fourier", "centre only"],
)
def test_less_is_not_a_full_scan(measured: list[int]) -> None:
    assert not is_fully_sampled(columns(32, measured))


def test_a_frame_that_is_not_full_makes_the_scan_not_full() -> None:
    mask = columns(32, list(range(32))).samples.repeat(3, 1, 1, 1)
    mask[1, ..., 5] = False
    assert not is_fully_sampled(Mask(mask))


def test_a_sample_that_is_zero_by_chance_counts_as_measured() -> None:
    samples = torch.ones(1, 2, 64, 64, dtype=torch.complex64)
    samples[0, :, 3, 4] = 0
    assert bool(measured_mask(samples).samples.all())


def test_a_line_that_is_zero_was_not_measured() -> None:
    samples = torch.ones(1, 2, 64, 200, dtype=torch.complex64)
    samples[..., 7] = 0
    found = measured_mask(samples).samples
    assert not found[..., 7].any()
    assert int(found.sum()) == 64 * 199


def test_scattered_samples_are_kept_as_they_are() -> None:
    measured = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0)) < 0.3
    assert torch.equal(measured_mask(measured.to(torch.complex64)).samples, measured)


def test_a_sample_of_one_coil_is_measured() -> None:
    samples = torch.zeros(1, 2, 8, 8, dtype=torch.complex64)
    samples[0, 1, :, ::2] = 1
    assert measured_mask(samples).acceleration == 2


def test_frames_that_agree_share_one_mask() -> None:
    samples = torch.ones(3, 1, 8, 8, dtype=torch.complex64)
    assert measured_mask(samples).samples.shape[0] == 1
    samples[1, ..., ::2] = 0
    assert measured_mask(samples).samples.shape[0] == 3
