"""Virtual coils: fewer, orthonormal, and nearly all of the signal."""

import pytest
import torch
from scans_of_coils import scan

from ksyn.coils.compression import compress
from ksyn.data import Mask
from ksyn.encoding import energy
from ksyn.errors import OptionError


@pytest.fixture(scope="module")
def clean():
    return scan((64, 61), n_coils=8)


@pytest.mark.parametrize("n", [1, 3, 8])
def test_mixing_has_orthonormal_rows(n, clean):
    _, mixing = compress(*clean[:2], n)
    torch.testing.assert_close(mixing @ mixing.mH, torch.eye(n).to(mixing), rtol=0, atol=1e-5)


def test_kspace_is_the_mixing_of_the_coils(clean):
    kspace, mask, _ = clean
    virtual, mixing = compress(kspace, mask, 3)
    expected = (mixing @ kspace.samples.flatten(2)).reshape(1, 3, 64, 61)
    torch.testing.assert_close(virtual.samples, expected)


def test_few_virtual_coils_hold_nearly_all_energy(clean):
    kspace, mask, _ = clean
    virtual, _ = compress(kspace, mask, 5)
    assert float(energy(virtual.samples) / energy(kspace.samples)) > 0.95


def test_as_many_virtual_coils_hold_all_energy(clean):
    kspace, mask, _ = clean
    virtual, _ = compress(kspace, mask, 8)
    assert float(energy(virtual.samples)) == pytest.approx(float(energy(kspace.samples)), rel=1e-5)


def test_strongest_comes_first(clean):
    virtual, _ = compress(*clean[:2], 8)
    energies = [float(energy(virtual.samples[:, c])) for c in range(8)]
    assert energies == sorted(energies, reverse=True)


def test_no_combination_of_coils_in_the_centre_is_stronger_than_the_first(clean):
    kspace, mask, _ = clean
    centre = Mask(torch.zeros_like(mask.samples))
    centre.samples[..., 28:36, 26:36] = True
    first = energy(centre.apply(compress(kspace, centre, 1)[0]).samples)
    others = torch.linalg.qr(torch.randn(8, 8, generator=torch.Generator().manual_seed(0))).Q
    mixed = torch.einsum("vc,fcyx->vfyx", others.to(first.dtype) + 0j, centre.apply(kspace).samples)
    assert all(float(energy(coil)) < float(first) for coil in mixed)


def test_same_scan_gives_the_same_mixing(clean):
    assert torch.equal(compress(*clean[:2], 4)[1], compress(*clean[:2], 4)[1])


def test_a_mask_without_a_centre_uses_all_that_was_measured(clean):
    kspace, mask, _ = clean
    hollow = mask.samples.clone()
    hollow[..., 20:40] = False
    virtual, _ = compress(kspace, Mask(hollow), 5)
    assert float(energy(virtual.samples) / energy(kspace.samples)) > 0.95


@pytest.mark.parametrize("n", [0, 9])
def test_an_impossible_number_of_coils_is_said(n, clean):
    with pytest.raises(OptionError, match="8"):
        compress(*clean[:2], n)
