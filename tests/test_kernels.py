"""SPIRiT's kernels annihilate what k-space is, and nothing else."""

import torch

from ksyn.data import Mask, Problem
from ksyn.fourier import kspace_to_image
from ksyn.kernels import spirit_rule
from ksyn.lowrank import annihilation
from ksyn.phantoms import coil_maps, scan_of, shepp_logan


def head_scan(matrix=(64, 60), n_coils=6):
    return scan_of(shepp_logan(matrix), coil_maps(n_coils, matrix))


def full_problem(scan):
    full = Mask(torch.ones(1, 1, *scan.matrix, dtype=torch.bool))
    return Problem(scan, full, coil_maps(scan.n_coils, scan.matrix))


def test_spirit_annihilates_a_full_scan_to_a_few_per_cent():
    scan = head_scan()
    images = kspace_to_image(scan.samples)
    gram, _ = spirit_rule(full_problem(scan), 5, 0.01)
    assert annihilation(gram, images) < 0.03**2 * float(images.abs().square().sum())
