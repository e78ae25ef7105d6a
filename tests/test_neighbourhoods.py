"""Neighbourhoods of missing samples: which there are, how large, and that none is forgotten."""

import pytest
import torch

from ksyn.data import Mask
from ksyn.errors import ShapeError
from ksyn.neighbourhoods import groups, window_for


def regular(matrix, every_ky, every_kx, centre):
    """Return a regular mask with a fully sampled centre of that height and width."""
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::every_ky, ::every_kx] = True
    y, x = (
        slice(n // 2 - side // 2, n // 2 + -(-side // 2))
        for n, side in zip(matrix, centre, strict=True)
    )
    mask[..., y, x] = True
    return Mask(mask)


def scattered(matrix, seed=0, n_frames=1):
    rng = torch.Generator().manual_seed(seed)
    mask = torch.rand(n_frames, 1, *matrix, generator=rng) < 0.3
    return Mask(mask | regular(matrix, *matrix, (8, 8)).samples)


@pytest.mark.parametrize(
    ("mask", "lines", "readout", "window"),
    [
        (regular((60, 64), 1, 4, (60, 24)), 2, 5, (5, 7)),
        (regular((60, 64), 1, 4, (60, 24)), 4, 1, (1, 15)),
        (regular((64, 60), 3, 1, (24, 60)), 2, 7, (5, 7)),
        (regular((64, 64), 2, 2, (24, 24)), 4, 5, (7, 7)),
    ],
)
def test_windows_span_the_lines_asked_for(mask, lines, readout, window):
    assert window_for(mask, lines, readout) == window


def test_windows_leave_room_in_a_small_centre():
    assert window_for(regular((60, 64), 1, 4, (60, 12)), 4, 5) == (5, 7)
    assert window_for(regular((60, 64), 1, 8, (60, 8)), 2, 5) == (5, 5)


def test_a_centre_alone_and_a_complete_scan_have_windows_too():
    centre = torch.zeros(1, 1, 20, 64, dtype=torch.bool)
    centre[..., 24:40] = True
    assert window_for(Mask(centre), 2, 5) == (5, 7)
    assert window_for(regular((20, 21), 1, 1, (20, 21)), 2, 5) == (5, 5)


@pytest.mark.parametrize("window", [(3, 3), (1, 5), (5, 3)])
@pytest.mark.parametrize("mask", [scattered((13, 16)), scattered((12, 11), n_frames=2)])
def test_every_missing_sample_with_a_measured_neighbour_is_in_one_pattern(mask, window):
    missing = (~mask.samples).flatten()
    some = torch.zeros_like(missing)
    for group in groups(mask, window, 2):
        for row in group.members:
            assert not some[row.unique()].any()
            some[row] = True
    assert not (some & ~missing).any()
    reach = [side // 2 for side in window]
    shifts = [(y, x) for y in _about(reach[0]) for x in _about(reach[1])]
    seen = sum(torch.roll(mask.samples, shift, (-2, -1)).flatten().int() for shift in shifts)
    assert torch.equal(some, missing & (seen > 0))


def _about(reach):
    return range(-reach, reach + 1)


@pytest.mark.parametrize("mask", [scattered((13, 16)), scattered((12, 11), n_frames=2)])
def test_patterns_tell_what_is_measured_around_their_members(mask):
    as_kspace = mask.samples.to(torch.complex64)
    for group in groups(mask, (3, 5), 1):
        every_tap = torch.arange(15).expand(len(group.patterns), -1)
        around = group.around(as_kspace, every_tap)[..., 0].real > 0
        assert torch.equal(around, group.patterns[:, None].expand_as(around))


def test_a_regular_mask_has_as_many_patterns_as_lines_between_two():
    mask = regular((32, 64), 1, 4, (1, 1))
    frequent = groups(mask, (5, 7), 2)[0]
    assert int((frequent.members[0] % 64).unique().numel()) == 16
    assert sum(len(group.patterns) for group in groups(mask, (1, 7), 2)) < 3 + 7


def test_sources_are_the_measured_taps_filled_up_with_others():
    mask = scattered((13, 16))
    for group in groups(mask, (3, 3), 2):
        taps, real = group.sources()
        rebuilt = torch.zeros_like(group.patterns).scatter(1, taps, real)
        assert torch.equal(rebuilt, group.patterns)


def test_the_most_frequent_patterns_come_first():
    rows = [row for group in groups(scattered((23, 26)), (3, 3), 1) for row in group.members]
    counts = [row.unique().numel() for row in rows]
    assert counts[0] > counts[-1]
    assert counts == sorted(counts, reverse=True)


def test_small_groups_fill_the_same_samples_as_one(monkeypatch):
    mask = scattered((13, 16))
    whole = torch.cat([g.members.flatten() for g in groups(mask, (3, 3), 2)]).unique()
    monkeypatch.setattr("ksyn.neighbourhoods._ELEMENTS", 300)
    parts = groups(mask, (3, 3), 2)
    assert len(parts) > 10
    assert torch.equal(torch.cat([g.members.flatten() for g in parts]).unique(), whole)


def test_too_many_patterns_are_refused_with_their_number(monkeypatch):
    monkeypatch.setattr("ksyn.neighbourhoods._MOST_PATTERNS", 50)
    with pytest.raises(ShapeError, match=r"different neighbourhoods of 3 × 3.*50") as caught:
        groups(scattered((30, 30)), (3, 3), 2)
    assert "SPIRiT" in caught.value.hint


def test_nothing_missing_makes_no_group():
    assert groups(regular((12, 11), 1, 1, (12, 11)), (3, 3), 2) == []
