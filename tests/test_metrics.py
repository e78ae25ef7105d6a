"""Metrics agree with scikit-image and keep fastMRI's conventions."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ksyn.errors import OptionError, ShapeError
from ksyn.metrics import METRICS, scores

PSNR, SSIM, NMSE, NRMSE, HFEN = (METRICS.get(n) for n in ("psnr", "ssim", "nmse", "nrmse", "hfen"))
SHAPES = [(1, 32, 32), (3, 31, 40), (2, 25, 33)]


def pair(shape):
    rng = np.random.default_rng(0)
    reference = rng.random(shape, dtype=np.float32) * np.arange(1, shape[0] + 1)[:, None, None]
    reference = reference.astype(np.float32)
    return reference + 0.1 * rng.standard_normal(shape, dtype=np.float32) ** 2, reference


@pytest.mark.parametrize("shape", SHAPES)
def test_ssim_is_scikit_images_averaged_over_frames(shape):
    image, reference = pair(shape)
    peak = reference.max()
    expected = [
        structural_similarity(y, x, data_range=peak) for x, y in zip(image, reference, strict=True)
    ]
    assert SSIM(image, reference) == pytest.approx(np.mean(expected), abs=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_psnr_is_scikit_images_with_the_peak_of_the_volume(shape):
    image, reference = pair(shape)
    expected = peak_signal_noise_ratio(reference, image, data_range=reference.max())
    assert PSNR(image, reference) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_nmse_is_taken_over_the_volume(shape):
    image, reference = pair(shape)
    expected = np.linalg.norm(image - reference) ** 2 / np.linalg.norm(reference) ** 2
    assert NMSE(image, reference) == pytest.approx(expected, rel=1e-5)
    assert NRMSE(image, reference) == pytest.approx(expected**0.5, rel=1e-5)


def test_psnr_of_a_known_error():
    reference = torch.zeros(8, 8)
    reference[0, 0] = 2.0
    assert PSNR(reference + 0.2, reference) == pytest.approx(20.0, abs=1e-4)


def test_an_explicit_data_range_replaces_the_peak():
    image, reference = pair((1, 16, 16))
    gain = PSNR(image, reference, 10.0) - PSNR(image, reference, 1.0)
    assert gain == pytest.approx(20.0, abs=1e-4)


@pytest.mark.parametrize("metric", list(METRICS), ids=METRICS.names())
def test_a_phase_changes_nothing(metric):
    image, reference = map(torch.as_tensor, pair((2, 17, 18)))
    turned = torch.polar(image, torch.linspace(0, 6, 18).expand_as(image))
    assert metric(turned, reference) == pytest.approx(metric(image, reference), rel=1e-5)


@pytest.mark.parametrize("metric", list(METRICS), ids=METRICS.names())
def test_a_common_scale_changes_nothing(metric):
    image, reference = pair((2, 17, 18))
    assert metric(1e-5 * image, 1e-5 * reference) == pytest.approx(
        metric(image, reference), rel=1e-3
    )


@pytest.mark.parametrize("metric", list(METRICS), ids=METRICS.names())
def test_no_scale_is_fitted_and_better_means_what_it_says(metric):
    _, reference = pair((1, 16, 17))
    near, far = metric(1.01 * reference, reference), metric(1.5 * reference, reference)
    assert (near > far) == (metric.better == "higher")


@pytest.mark.parametrize("metric", list(METRICS), ids=METRICS.names())
def test_numpy_and_torch_and_a_missing_frame_axis_agree(metric):
    image, reference = pair((1, 16, 17))
    expected = metric(image, reference)
    assert metric(torch.as_tensor(image[0]), torch.as_tensor(reference[0])) == expected


def test_an_image_equal_to_its_reference_is_perfect():
    _, reference = pair((1, 16, 17))
    perfect = scores(reference, reference)
    assert perfect == {
        "psnr": float("inf"),
        "ssim": pytest.approx(1),
        "nmse": 0,
        "nrmse": 0,
        "hfen": 0,
    }


def test_hfen_ignores_what_is_smooth_and_sees_edges():
    reference = torch.zeros(64, 64)
    reference[16:48, 16:48] = 1
    edge = reference.clone()
    edge[16] = 0
    assert HFEN(reference + 0.3, reference) < 1e-4 < 0.1 < HFEN(edge, reference)


@pytest.mark.parametrize("metric", list(METRICS), ids=METRICS.names())
def test_different_shapes_are_refused(metric):
    with pytest.raises(ShapeError, match=r"\(1, 16, 16\).*\(1, 16, 17\)"):
        metric(torch.ones(16, 16), torch.ones(16, 17))


def test_an_empty_reference_is_refused():
    with pytest.raises(ShapeError, match="0 everywhere"):
        NMSE(torch.ones(8, 8), torch.zeros(8, 8))


def test_ssim_refuses_images_smaller_than_its_window():
    with pytest.raises(ShapeError, match="7 pixels"):
        SSIM(torch.ones(6, 16), torch.ones(6, 16))


def test_scores_leave_out_what_needs_larger_images():
    assert list(scores(torch.ones(4, 4), torch.ones(4, 4))) == ["psnr", "nmse", "nrmse", "hfen"]
    assert SSIM.text_of({"psnr": 30.0}) == "–"


def test_an_unknown_metric_is_named_with_the_nearest():
    with pytest.raises(OptionError, match="ssim"):
        METRICS.get("ssmi")
