"""Coils are whitened and compressed on the way in, and mixed back on the way out."""

import pytest
import torch
from prepared_heads import columns, full, head, result_of

from ksyn.data import KSpace
from ksyn.noise import complex_noise
from ksyn.phantoms import head_kspace
from ksyn.pipeline import Preparation, prepare, reference_of


def mixed_coils(kspace, covariance_seed=3):
    """Correlate the coils' noise, as a real array does."""
    rng = torch.Generator().manual_seed(covariance_seed)
    n = kspace.n_coils
    mixing = torch.eye(n, dtype=torch.complex64) + 0.3 * complex_noise((n, n), rng)
    return mixing @ mixing.mH


@pytest.mark.parametrize(
    "preparation",
    [Preparation(whiten=True), Preparation(compress_to=4), Preparation(whiten=True, compress_to=4)],
    ids=["whitened", "compressed", "both"],
)
def test_mixing_all_coils_changes_neither_units_nor_coils_of_the_result(preparation):
    kspace = head()
    prepared = prepare(
        kspace,
        full(kspace.matrix),
        preparation,
        reference=reference_of(kspace),
        noise_covariance=mixed_coils(kspace),
    )
    result = result_of(prepared)
    assert result.scores["nrmse"] < 0.05
    torch.testing.assert_close(result.kspace, kspace.samples, rtol=1e-3, atol=1e-5)


def test_whitened_noise_has_the_same_level_in_every_coil_and_no_correlation():
    rng = torch.Generator().manual_seed(0)
    covariance = mixed_coils(head())
    root = torch.linalg.cholesky(covariance)
    noise = torch.einsum("oc,fcyx->foyx", root, complex_noise((1, 4, 64, 64), rng))
    kspace = KSpace(noise)
    prepared = prepare(
        kspace, full((64, 64)), Preparation(whiten=True), noise_covariance=covariance
    )
    seen = prepared.problem.kspace.samples[0].flatten(1)
    correlation = seen @ seen.mH
    diagonal = correlation.diagonal().real
    torch.testing.assert_close(
        correlation / diagonal.mean(), torch.eye(4, dtype=torch.complex64), atol=0.06, rtol=0
    )


def test_measured_noise_is_told_in_the_units_of_the_problem():
    rng = torch.Generator().manual_seed(0)
    covariance = 2 * 3.0**2 * torch.eye(2, dtype=torch.complex64)
    kspace = KSpace(3.0 * complex_noise((1, 2, 64, 64), rng))
    for preparation in (Preparation(), Preparation(whiten=True), Preparation(compress_to=1)):
        prepared = prepare(kspace, full((64, 64)), preparation, noise_covariance=covariance)
        seen = prepared.problem.kspace.samples.real.std()
        assert prepared.problem.noise_level == pytest.approx(float(seen), rel=0.05)


@pytest.mark.parametrize("off", [1e-3, 1e3])
def test_noise_readouts_on_another_scale_than_the_scan_do_not_count(off):
    kspace = head_kspace((64, 64), 4, noise=0.02)
    covariance = (off * 0.02) ** 2 * 2 * torch.eye(4, dtype=torch.complex64)
    misled = prepare(kspace, columns((64, 64)), noise_covariance=covariance)
    own = prepare(kspace, columns((64, 64)))
    assert misled.problem.noise_level == own.problem.noise_level
    torch.testing.assert_close(misled.problem.sens_maps.maps, own.problem.sens_maps.maps)


def test_outside_the_maps_the_unit_is_that_of_the_rest():
    kspace = head()
    covariance = 1e-10 * mixed_coils(kspace)
    prepared = prepare(
        kspace, full(kspace.matrix), Preparation(whiten=True), noise_covariance=covariance
    )
    assert float(prepared.unit.max() / prepared.unit.min()) < 5


def test_compressed_coils_are_as_few_as_asked_for():
    prepared = prepare(head(), columns(head().matrix), Preparation(compress_to=2))
    assert prepared.problem.kspace.n_coils == prepared.problem.sens_maps.n_coils == 2
    assert result_of(prepared).kspace.shape == head().samples.shape


def test_more_virtual_coils_than_coils_change_nothing():
    assert prepare(head(), columns(head().matrix), Preparation(compress_to=9)).mixing is None
