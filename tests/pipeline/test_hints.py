"""Hints: what would make a reconstruction poor is told before it runs, and nothing else is."""

import pytest
import torch

from ksyn.coils.espirit import OVERFLOW_SHARE, espirit
from ksyn.data import KSpace, Mask
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.methods import METHODS
from ksyn.phantoms import head_kspace
from ksyn.pipeline import Preparation, hints_of, prepare


def columns(matrix, every, acs=16):
    samples = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    samples[..., matrix[1] // 2 % every :: every] = True
    samples[..., matrix[1] // 2 - acs // 2 : matrix[1] // 2 + acs // 2] = True
    return Mask(samples)


def prepared(matrix=(64, 60), coils=4, every=3, acs=16, **options):
    kspace = head_kspace(matrix, coils, noise=0.002)
    return prepare(kspace, columns(matrix, every, acs), Preparation(**options))


def folded(part, coils=4):
    """Return the k-space of a head in a field of view that is smaller along x."""
    images = kspace_to_image(head_kspace((64, 60), coils, noise=0.002).samples)
    left, right = (60 - part) // 2, (60 + part) // 2
    inside = images[..., left:right].clone()
    inside[..., part - left :] += images[..., :left]
    inside[..., : 60 - right] += images[..., right:]
    return KSpace(image_to_kspace(inside))


@pytest.mark.parametrize("method", METHODS.names())
def test_where_all_is_well_nothing_is_told(method):
    assert hints_of(prepared(), METHODS.get(method)()) == ()


@pytest.mark.parametrize("matrix", [(64, 60), (65, 61)])
@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize("coils", [2, 8])
def test_an_object_inside_the_field_of_view_does_not_overflow(matrix, noise, coils):
    kspace = head_kspace(matrix, coils, noise=noise)
    assert espirit(kspace, columns(matrix, 3)).overflow < 0.1 * OVERFLOW_SHARE


def test_an_object_larger_than_the_field_of_view_gets_two_sets_of_maps():
    whole, parts = prepared(), prepare(folded(32), columns((64, 32), 2))
    assert (whole.problem.sens_maps.n_sets, parts.problem.sens_maps.n_sets) == (1, 2)
    assert parts.hints == ()


def test_who_wants_one_set_of_maps_is_told_that_two_would_do_better():
    (hint,) = prepare(folded(32), columns((64, 32), 2), Preparation(map_sets=1)).hints
    assert "larger than the field of view" in hint
    assert "map_sets = 2" in hint


def test_the_smaller_the_field_of_view_the_more_of_it_overflows():
    shares = [espirit(folded(part), columns((64, part), 2)).overflow for part in (44, 36, 32, 30)]
    assert shares == sorted(shares)
    assert shares[0] < OVERFLOW_SHARE < shares[-1]


def test_a_centre_too_small_for_the_maps_is_told():
    (hint,) = prepared(acs=4).hints
    assert "calibration centre is too small for espirit maps" in hint
    assert "ACS" in hint


@pytest.mark.parametrize(
    ("coils", "every", "told"),
    [(1, 3, "3 points are folded onto one, and a single coil"), (2, 3, "2 coils must"), (3, 3, "")],
)
def test_too_few_coils_are_told_to_methods_that_unfold_by_coils_alone(coils, every, told):
    found = prepared(coils=coils, every=every)
    hints = hints_of(found, METHODS.get("cg-sense")())
    assert [told in hint for hint in hints] == [True] * bool(told)
    assert hints_of(found, METHODS.get("l1-wavelet")()) == ()


def test_a_mask_of_the_centre_alone_is_told_to_methods_that_unfold_by_coils_alone():
    kspace, mask = head_kspace((64, 60), 4), columns((64, 60), 60, acs=30)
    (hint,) = hints_of(prepare(kspace, mask), METHODS.get("cg-sense")())
    assert "nothing outside the centre" in hint


def test_with_nothing_left_out_few_coils_are_enough():
    assert hints_of(prepared(coils=1, every=1), METHODS.get("cg-sense")()) == ()


@pytest.mark.parametrize(("acs", "told"), [(6, True), (12, False)])
def test_an_image_that_is_mostly_guessed_is_called_so(acs, told):
    lone_centre = prepared((64, 96), every=96, acs=acs)
    for method in METHODS:
        guesses = [hint for hint in hints_of(lone_centre, method()) if "guessed" in hint]
        assert bool(guesses) is (told and method.family != "classical")
