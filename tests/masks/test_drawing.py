"""Masks drawn by hand."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import label

from ksyn.data import Mask
from ksyn.masks.drawing import set_columns, set_disc, set_rows, set_stroke, undo

place = st.tuples(st.floats(-5, 44), st.floats(-5, 38))


def empty(frames: int = 1) -> Mask:
    return Mask(torch.zeros(frames, 1, 40, 33, dtype=torch.bool))


def random_mask() -> Mask:
    return Mask(torch.rand(1, 1, 40, 33, generator=torch.Generator().manual_seed(0)) < 0.5)


@given(start=place, end=place, radius=st.floats(0, 4))
def test_a_stroke_has_no_gaps(
    start: tuple[float, float], end: tuple[float, float], radius: float
) -> None:
    drawn = set_stroke(empty(), start, end, radius).mask.samples[0, 0]
    assert label(drawn.numpy(), structure=torch.ones(3, 3).numpy())[1] <= 1


@given(end=st.tuples(st.integers(0, 39), st.integers(0, 32)), radius=st.floats(0, 4))
def test_a_stroke_reaches_both_its_ends(end: tuple[int, int], radius: float) -> None:
    drawn = set_stroke(empty(), (20.0, 16.0), (float(end[0]), float(end[1])), radius).mask.samples
    assert drawn[0, 0, 20, 16]
    assert drawn[0, 0, *end]


@given(start=place, end=place, radius=st.floats(1, 6))
def test_a_stroke_holds_what_lies_within_its_radius_and_nothing_else(
    start: tuple[float, float], end: tuple[float, float], radius: float
) -> None:
    drawn = set_stroke(empty(), start, end, radius).mask.samples[0, 0].flatten()
    part = torch.linspace(0, 1, 400, dtype=torch.float64)[:, None]
    way = torch.tensor(start).double() * (1 - part) + torch.tensor(end).double() * part
    samples = torch.cartesian_prod(torch.arange(40), torch.arange(33)).double()
    away = torch.cdist(samples, way).min(dim=1).values
    assert not drawn[away > radius + 0.1].any()
    assert drawn[away < radius - 0.1].all()


@given(start=place, end=place, radius=st.floats(0, 6), measured=st.booleans())
def test_undo_brings_back_the_mask_before(
    start: tuple[float, float], end: tuple[float, float], radius: float, measured: bool
) -> None:
    before = random_mask()
    drawn = set_stroke(before, start, end, radius, measured=measured)
    assert torch.equal(undo(drawn.mask, drawn.changed).samples, before.samples)
    assert torch.equal(undo(before, drawn.changed).samples, drawn.mask.samples)


def test_only_what_differs_is_reported() -> None:
    first = set_columns(empty(), 3, 5)
    second = set_columns(first.mask, 5, 6)
    assert first.changed.numel() == 3 * 40
    assert second.changed.numel() == 40


def test_a_disc_is_round() -> None:
    drawn = set_disc(empty(), (20.0, 16.0), 6).mask.samples[0, 0]
    y, x = drawn.nonzero().unbind(dim=1)
    assert ((y - 20) ** 2 + (x - 16) ** 2).max() == 36
    assert drawn.sum() == 113


def test_a_disc_of_radius_0_is_one_sample() -> None:
    drawn = set_disc(empty(), (7.3, 8.6), 0).mask.samples[0, 0]
    assert drawn.nonzero().tolist() == [[7, 9]]


def test_erasing_undoes_drawing() -> None:
    drawn = set_stroke(empty(), (3.0, 3.0), (30.0, 20.0), 2).mask
    assert not set_stroke(drawn, (3.0, 3.0), (30.0, 20.0), 2, measured=False).mask.samples.any()


def test_columns_and_rows_are_whole_and_in_either_order() -> None:
    columns = set_columns(empty(), 6, 4).mask.samples[0, 0]
    rows = set_rows(empty(), 39, 38).mask.samples[0, 0]
    assert columns.all(dim=0).nonzero()[:, 0].tolist() == [4, 5, 6]
    assert rows.all(dim=1).nonzero()[:, 0].tolist() == [38, 39]


def test_what_lies_outside_the_matrix_is_left_out() -> None:
    assert set_columns(empty(), -9, -2).changed.numel() == 0
    assert set_columns(empty(), 33, 50).changed.numel() == 0
    assert set_rows(empty(), -3, 0).changed.numel() == 33
    assert set_stroke(empty(), (-20.0, 3.0), (-15.0, 8.0), 3).changed.numel() == 0
    assert set_stroke(empty(), (3.0, 90.0), (8.0, 99.0), 3).changed.numel() == 0


def test_all_frames_are_drawn_and_the_old_mask_stays() -> None:
    before = empty(frames=3)
    drawn = set_disc(before, (5.0, 5.0), 2)
    assert drawn.mask.samples.sum() == drawn.changed.numel() == 3 * 13
    assert not before.samples.any()
