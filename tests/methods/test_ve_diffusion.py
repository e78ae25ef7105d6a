"""VE-diffusion with a denoiser that is known in closed form."""

import shutil

import pytest
import torch
from gaussian_images import error, least_squares, posterior_mean, problem_of, wiener

from ksyn.assets import models_folder
from ksyn.methods.ve_diffusion import VeDiffusion, ve_stream
from ksyn.weights import write_card


def last_of(problem, seed=0, denoiser=wiener, **options):
    rng = torch.Generator().manual_seed(seed)
    *_, last = ve_stream(problem, denoiser, VeDiffusion.of({"steps": 25} | options), rng)
    return last


@pytest.mark.parametrize("matrix", [(40, 48), (41, 47)])
@pytest.mark.parametrize("options", [{}, {"corrector_steps": 0}, {"predictor": "second-order"}])
def test_it_comes_nearer_to_the_truth_than_least_squares(options, matrix):
    problem, truth = problem_of(matrix)
    image = last_of(problem, **options).image
    assert error(image, truth) < 0.96 * error(least_squares(problem), truth)


def test_the_mean_of_samples_is_nearer_to_the_posterior_mean_than_any():
    problem, _ = problem_of()
    mean = posterior_mean(problem)
    images = [last_of(problem, seed).image for seed in range(4)]
    assert error(sum(images) / 4, mean) < min(error(image, mean) for image in images)


def test_the_network_sees_one_combined_image_and_no_blur():
    problem, seen = problem_of()[0], set()

    def noting(images, sigma, blur):
        seen.add((len(images), blur))
        return wiener(images, sigma, blur)

    last_of(problem, denoiser=noting, steps=3)
    assert seen == {(1, (0.0, 0.0))}


def test_a_prior_of_its_own_goes_before_that_of_ak_diffusion(tmp_path, monkeypatch):
    shipped = models_folder() / "ak-head"
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path)
    chosen = []
    for name in ("ak-head", "ve-head"):
        shutil.copytree(shipped, tmp_path / name)
        write_card(tmp_path / name / "card.yaml", id=name)
        chosen.append(VeDiffusion().model)
    assert chosen == ["ak-head", "ve-head"]
