"""Bad input from the command line: status 1, what is wrong and what to do, and no traceback."""

import shutil

import numpy as np
import pytest

from ksyn import weights
from ksyn.assets import models_folder


@pytest.fixture
def refused(ksyn):
    """Call the command line; it must say what is wrong, give a way out, and write nothing."""

    def call(*arguments, status=1):
        outcome = ksyn(*arguments)
        assert outcome.status == status
        assert "Traceback" not in outcome.err
        assert len(outcome.err.strip().splitlines()) >= 2
        return outcome.err

    return call


def recon(path, *more, method="cg-sense"):
    return ("recon", path, "--method", method, *more, "-o", "out.npy")


@pytest.mark.parametrize(
    ("value", "told"),
    [(np.nan, "not finite (NaN or infinity)"), (np.inf, "not finite"), (0, "no sample")],
)
def test_a_kspace_without_numbers_is_refused(refused, tmp_path, samples, value, told):
    np.save(tmp_path / "bad.npy", np.full_like(samples, value))
    assert told in refused(*recon(tmp_path / "bad.npy"))
    assert not (tmp_path / "out.npy").exists()


def test_a_damaged_slice_is_named_as_its_flag_counts(refused, tmp_path, samples):
    np.save(tmp_path / "bad.npy", np.stack([samples, samples * np.nan]))
    told = refused(*recon(tmp_path / "bad.npy", "--axes", "slice coil ky kx", "--slice", 1))
    assert "Slice 1 (counted from 0) of bad.npy" in told


def test_a_mask_of_another_matrix_is_refused(refused, scan, tmp_path):
    np.save(tmp_path / "mask.npy", np.ones((48, 40), bool))
    assert "(48, 40)" in refused(*recon(scan, "--mask-file", tmp_path / "mask.npy"))


def test_a_mask_that_measures_nothing_is_refused(refused, scan, tmp_path):
    np.save(tmp_path / "mask.npy", np.zeros((48, 44), bool))
    assert "no sample" in refused(*recon(scan, "--mask-file", tmp_path / "mask.npy"))


def test_a_centre_smaller_than_the_kernel_is_refused(refused, scan):
    words = recon(scan, "--mask", "uniform", "--acs", 2, method="loraks")
    assert "calibration centre" in refused(*words)


def test_damaged_weights_are_refused(refused, scan, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "own_models_folder", lambda: tmp_path)
    folder = shutil.copytree(models_folder() / "ak-head", tmp_path / "mine")
    weights.write_card(folder / "card.yaml", id="mine")
    (folder / weights.WEIGHTS).write_bytes(b"nothing")
    assert "damaged" in refused(*recon(scan, "--set", "model=mine", method="ak-diffusion"))


def test_a_model_that_is_not_there_is_refused(refused, scan):
    assert "no-such" in refused(*recon(scan, "--set", "model=no-such", method="ve-diffusion"))


@pytest.mark.parametrize("shape", [(256,), (256, "x"), (0, 20)])
def test_a_matrix_that_is_not_two_sizes_is_wrong_usage(refused, shape):
    told = refused("mask", "uniform", "--shape", *shape, "-o", "m.npy", status=2)
    assert "give two numbers" in told


def test_a_single_coil_is_reconstructed_with_a_word(ksyn, tmp_path, samples):
    np.save(tmp_path / "one.npy", samples[:1])
    outcome = ksyn(*recon(tmp_path / "one.npy", "--mask", "uniform", "--acs", 12))
    assert outcome.status == 0
    assert "CG-SENSE can do little" in outcome.err
