"""What the methods that complete k-space promise beyond streaming: keep, remove, refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem
from ksyn.encoding import energy
from ksyn.errors import ShapeError
from ksyn.fourier import decentre, image_to_kspace, kspace_to_image
from ksyn.kernels import spirit_rule
from ksyn.lowrank import annihilation, correlate, gram_of, soft_null_space
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.methods.l1_spirit import shorten
from ksyn.methods.loraks import Loraks, disc, evidence_of_discs, on_discs, symmetric_centre
from ksyn.noise import complex_noise
from ksyn.phantoms import coil_maps, scan_of, shepp_logan
from ksyn.wavelet import Wavelet

FAMILY = ["grappa", "spirit", "l1-spirit", "loraks", "slr"]
KEEPERS = [name for name in FAMILY if name != "slr"]
MATRIX = (64, 60)

every_method = pytest.mark.parametrize("method", FAMILY)
every_keeper = pytest.mark.parametrize("method", KEEPERS)


def columns(matrix=MATRIX, spacing=3, acs_lines=16):
    """Return every third column and those in the middle."""
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::spacing] = True
    start = matrix[1] // 2 - acs_lines // 2
    mask[..., start : start + acs_lines] = True
    return Mask(mask)


def rows(matrix=MATRIX):
    return Mask(columns(matrix[::-1]).samples.mT)


def grid(matrix=MATRIX):
    """Return every second sample along both axes, and the middle."""
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::2, ::2] = True
    y, x = (n // 2 for n in matrix)
    mask[..., y - 10 : y + 10, x - 10 : x + 10] = True
    return Mask(mask)


def drawn(pattern, **options):
    return MASKS.get(pattern).of(options).draw(MATRIX, torch.Generator().manual_seed(0))


def problem_of(mask=None, n_coils=6, noise=0.002, phase=0.0):
    """Return a scan of the Shepp-Logan head with its true maps, and the head."""
    mask = columns() if mask is None else mask
    ramp = torch.linspace(-1, 1, mask.matrix[0])[:, None] ** 2
    image = shepp_logan(mask.matrix) * torch.exp(1j * phase * ramp)
    maps = coil_maps(n_coils, mask.matrix)
    return Problem(mask.apply(scan_of(image, maps, noise)), mask, maps, noise), image[None]


def last(method, problem, **options):
    stream = METHODS.get(method).of(options).stream(problem, torch.Generator().manual_seed(0))
    return list(stream)[-1]


def error(image, truth):
    return float((energy(image - truth) / energy(truth)).sqrt())


def real_inner(a, b):
    return float(torch.vdot(a.flatten(), b.flatten()).real)


MASKS_TRIED = {
    "columns": columns(),
    "odd columns": columns((63, 61)),
    "rows": rows(),
    "grid": grid(),
    "poisson": drawn("poisson", acceleration=3, acs_lines=16),
}


@every_method
@pytest.mark.parametrize("mask", MASKS_TRIED.values(), ids=MASKS_TRIED)
def test_aliasing_is_halved_whatever_the_mask(method, mask):
    problem, truth = problem_of(mask)
    aliased = error(last("zero-filled", problem).image, truth)
    assert error(last(method, problem).image, truth) < 0.5 * aliased


@every_method
def test_irregular_columns_come_out_better_than_zero_filled(method):
    problem, truth = problem_of(drawn("random", acceleration=2.5, acs_lines=16))
    aliased = error(last("zero-filled", problem).image, truth)
    assert error(last(method, problem).image, truth) < 0.8 * aliased


@every_keeper
def test_measured_samples_are_kept_to_the_bit(method):
    problem, _ = problem_of()
    step = last(method, problem)
    assert torch.equal(step.kspace * problem.mask.samples, problem.kspace.samples)
    assert step.scalars["data_residual"] == 0


def test_slr_keeps_measured_samples_the_better_the_less_its_penalty():
    problem, _ = problem_of()
    weights = (10, 1, 0.1, 0.01)
    residuals = [
        last("slr", problem, penalty=w, iterations=80).scalars["data_residual"] for w in weights
    ]
    assert residuals == sorted(residuals, reverse=True)
    assert residuals[-1] < 0.2 * residuals[0]


@every_method
def test_a_complete_scan_is_given_back(method):
    problem, truth = problem_of(columns(spacing=1), noise=0)
    assert error(last(method, problem).image, truth) < 0.02


@every_method
def test_one_coil_gives_a_finite_image(method):
    problem, _ = problem_of(n_coils=1)
    assert bool(last(method, problem).image.abs().isfinite().all())


@every_method
def test_frames_may_be_sampled_differently(method):
    still, truth = problem_of(columns(), noise=0)
    mask = Mask(torch.cat([columns().samples, columns().samples.roll(1, -1)]))
    full = scan_of(truth[0], still.sens_maps)
    series = KSpace(torch.cat([full.samples, full.samples])).samples * mask.samples
    image = last(method, Problem(KSpace(series), mask, still.sens_maps)).image
    assert error(image[0], truth[0]) < 0.1
    assert error(image[1], truth[0]) < 0.1


@every_method
def test_a_mask_without_its_centre_is_refused(method):
    mask = columns().samples.clone()
    mask[..., 22:38] = False
    problem, _ = problem_of(Mask(mask))
    with pytest.raises(ShapeError, match="zero frequency") as caught:
        last(method, problem)
    assert "ACS" in caught.value.hint


@every_method
def test_a_centre_smaller_than_the_kernel_is_refused_with_both_sizes(method):
    problem, _ = problem_of(columns(spacing=6, acs_lines=2))
    with pytest.raises(ShapeError, match=r"\(\d+, [12]\).*kernel of \d × \d") as caught:
        last(method, problem)
    assert "ACS" in caught.value.hint


def test_one_dimensional_kernels_do_less_than_two_dimensional_ones():
    problem, truth = problem_of()
    one, two = (error(last("grappa", problem, readout=n).image, truth) for n in (1, 5))
    assert two < 0.9 * one


def test_grappa_leaves_what_has_no_measured_neighbour_empty():
    mask = columns(spacing=30, acs_lines=16)
    problem, _ = problem_of(Mask(mask.samples & (torch.arange(60) > 20)))
    kspace = last("grappa", problem).kspace
    assert float(kspace[..., 10].abs().max()) == 0
    assert float(kspace[..., 21].abs().max()) > 0


def test_without_sparsity_l1_spirit_is_spirit():
    problem, _ = problem_of()
    plain = last("spirit", problem, iterations=60).image
    split = last("l1-spirit", problem, sparsity=0, iterations=60).image
    assert error(split, plain) < 0.01


def test_the_penalty_of_l1_spirit_changes_the_speed_not_the_end():
    problem, _ = problem_of(noise=0.01)
    options = {"sparsity": 0.01, "iterations": 60, "shifts": False}
    loose, tight = (last("l1-spirit", problem, penalty=p, **options).image for p in (0.03, 0.3))
    assert error(loose, tight) < 0.01


def test_l1_spirit_has_no_better_neighbour(rng):
    problem, _ = problem_of(noise=0.01)
    options = {"sparsity": 0.01, "iterations": 100, "levels": 3, "shifts": False}
    kspace = last("l1-spirit", problem, **options).kspace
    gram, prior = spirit_rule(problem, 5, 0.03)

    def objective(kspace):
        images = kspace_to_image(kspace)
        expected = float((prior.weights * kspace.abs().square()).sum()) / 2
        details = Wavelet("db2", 3).forward(images).details
        return (
            expected
            + annihilation(gram, images) / 2
            + 0.01 * sum(float(level.norm(dim=1).sum()) for level in details)
        )

    missing, least = ~problem.mask.samples, objective(kspace)
    nudges = [0.05 * complex_noise(tuple(kspace.shape), rng) for _ in range(3)] + [0.03 * kspace]
    assert all(objective(kspace + missing * nudge) > least for nudge in nudges)
    assert all(objective(kspace - missing * nudge) > least for nudge in nudges)


def test_sparsity_takes_noise_out():
    problem, truth = problem_of(noise=0.02)
    plain, sparse = (error(last("l1-spirit", problem, sparsity=s).image, truth) for s in (0, 0.01))
    assert sparse < 0.97 * plain


def test_coils_are_shortened_together(rng):
    details = complex_noise((2, 4, 3, 5, 5), rng)
    before, after = details.norm(dim=1), shorten(details, 0.7).norm(dim=1)
    torch.testing.assert_close(after, (before - 0.7).clamp_min(0), rtol=0, atol=1e-5)
    direction = torch.nn.functional.cosine_similarity(
        details.abs(), shorten(details, 0.1).abs(), dim=1
    )
    assert float(direction.min()) > 0.999


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_a_disc_holds_the_taps_within_its_radius(radius):
    taps = [(y, x) for y in range(-radius, radius + 1) for x in range(-radius, radius + 1)]
    expected = [y * y + x * x <= radius * radius for y, x in taps]
    assert disc(radius).flatten().tolist() == expected


def only(kspace, mask):
    """Return the problem of a k-space as it is."""
    maps = coil_maps(kspace.shape[1], kspace.shape[-2:])
    return Problem(KSpace(kspace * mask.samples), mask, maps)


@pytest.mark.parametrize(("matrix", "sides"), [((64, 60), (63, 15)), ((41, 37), (41, 15))])
def test_the_symmetric_centre_mirrors_onto_itself(matrix, sides):
    real = image_to_kspace(torch.rand(1, 1, *matrix).to(torch.complex64))
    mask = columns(matrix, acs_lines=16 if matrix[1] % 2 == 0 else 15)
    centre, weights = symmetric_centre(only(real, mask))
    assert centre.shape[1:] == weights.shape == sides
    torch.testing.assert_close(centre, centre.conj().flip(-2, -1), rtol=0, atol=1e-5)


def support_filters(problem, radius=3):
    """Return the filters of the soft null space of discs of all coils."""
    evidence = evidence_of_discs(problem, radius, phase=False)
    return on_discs(soft_null_space(evidence.gram, 0.01), radius).to(torch.complex64)


def test_the_null_space_of_a_small_object_annihilates_it_and_not_another():
    small = torch.zeros(1, 1, 48, 48, dtype=torch.complex64)
    small[..., 18:30, 16:28] = complex_noise((12, 12), torch.Generator().manual_seed(1))
    scan = only(image_to_kspace(small), columns((48, 48), 1))
    gram = gram_of(support_filters(scan), (48, 48))
    elsewhere = torch.roll(small, 24, dims=-1)
    assert annihilation(gram, small) < 0.01 * annihilation(gram, elsewhere)


@pytest.mark.parametrize("matrix", [(32, 30), (31, 33)])
@pytest.mark.parametrize("phase", [True, False])
def test_loraks_sums_the_energies_of_its_filters(matrix, phase, rng):
    problem, _ = problem_of(columns(matrix), n_coils=2, noise=0.01)
    method, z = Loraks(radius=2, phase=phase), complex_noise((1, 2, *matrix), rng)
    twins = torch.cat([z, z.conj()], dim=1) if phase else z
    evidence = evidence_of_discs(problem, 2, phase)
    filters = on_discs(soft_null_space(evidence.gram, method.threshold), 2).to(torch.complex64)
    filtered = correlate(filters, image_to_kspace(twins)[0])
    # The twin's half of the energy is the same again.
    expected = float(energy(filtered)) / (2 if phase else 1)
    normal, _ = method.rule(problem)
    plain = decentre(z)
    assert real_inner(plain, normal(plain)) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("phase", [True, False])
def test_the_normal_operator_of_loraks_is_self_adjoint_over_the_reals(phase, rng):
    problem, _ = problem_of(n_coils=3)
    normal, _ = Loraks(radius=2, phase=phase).rule(problem)
    a, b = (complex_noise((1, 3, *MATRIX), rng) for _ in range(2))
    assert real_inner(a, normal(b)) == pytest.approx(real_inner(normal(a), b), rel=1e-3, abs=0.1)


def test_smooth_phase_fills_the_missing_half_of_one_coils_kspace():
    mask = columns(spacing=1).samples.clone()
    mask[..., :21] = False
    problem, truth = problem_of(Mask(mask), n_coils=1, noise=0, phase=1.0)
    both, support = (error(last("loraks", problem, phase=p).image, truth) for p in (True, False))
    assert both < 0.5 * support


def test_what_loraks_completes_its_null_space_annihilates_better_than_before():
    problem, _ = problem_of()
    gram = gram_of(support_filters(problem), MATRIX)
    before = annihilation(gram, kspace_to_image(problem.kspace.samples))
    after = annihilation(gram, kspace_to_image(last("loraks", problem, phase=False).kspace))
    assert after < 0.1 * before


@pytest.mark.parametrize(
    ("n_coils", "acs_lines", "kernel"),
    [(1, 24, 9), (1, 16, 7), (2, 24, 7), (6, 24, 5), (6, 8, 5), (6, 4, 3)],
)
@pytest.mark.parametrize("method", ["spirit", "l1-spirit"])
def test_automatic_kernels_grow_as_coils_get_fewer_and_the_centre_allows(
    method, n_coils, acs_lines, kernel
):
    problem, _ = problem_of(columns(spacing=6, acs_lines=acs_lines), n_coils=n_coils)
    assert METHODS.get(method)().filled(problem).kernel == kernel


@pytest.mark.parametrize(
    ("pattern", "options", "weights"),
    [
        ("uniform", {"acceleration": 3}, [5e-4, 1e-3, 3e-3]),
        ("centre-only", {}, [5e-4, 5e-4, 9e-4]),
    ],
)
def test_the_sparsity_of_l1_spirit_follows_the_noise_and_is_less_without_aliasing(
    pattern, options, weights
):
    problem, _ = problem_of(drawn(pattern, acs_lines=16, **options))
    noisy = (replace(problem, noise_level=level) for level in (0.0, 0.01, 0.03))
    found = [METHODS.get("l1-spirit")().automatic(one)["sparsity"] for one in noisy]
    assert found == pytest.approx(weights)


@every_method
@pytest.mark.parametrize("n_coils", [1, 2])
@pytest.mark.parametrize("pattern", ["uniform", "random", "centre-only"])
def test_few_coils_are_never_made_worse_than_zero_filled(method, n_coils, pattern):
    options = {"acs_lines": 16} | ({} if pattern == "centre-only" else {"acceleration": 3})
    problem, truth = problem_of(drawn(pattern, **options), n_coils=n_coils, noise=0.01)
    aliased = error(last("zero-filled", problem).image, truth)
    assert error(last(method, problem).image, truth) < 1.005 * aliased
