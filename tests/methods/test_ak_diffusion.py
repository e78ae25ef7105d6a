"""AK-diffusion as a method, with a denoiser that is known in closed form."""

import pytest
import torch
from gaussian_images import error, least_squares, posterior_mean, problem_of, wiener

from ksyn.data import KSpace
from ksyn.diffusion.coil_space import project
from ksyn.diffusion.reconstruction import repeated
from ksyn.encoding import Encoding, combine
from ksyn.errors import OptionError, WeightsError
from ksyn.fourier import kspace_to_image
from ksyn.methods.ak_diffusion import AkDiffusion, ak_stream, schedule_of
from ksyn.methods.ve_diffusion import VeDiffusion


def steps_of(problem, seed=0, denoiser=wiener, **options):
    rng = torch.Generator().manual_seed(seed)
    return list(ak_stream(problem, denoiser, AkDiffusion.of({"steps": 6} | options), rng))


def sampled(problem, seed=0, **options):
    """Return the last image of the reverse SDE."""
    options = {"steps": 25, "predictor": "reverse-sde"} | options
    return steps_of(problem, seed, **options)[-1].image


VARIANTS = [
    {},
    {"fading": "none"},
    {"fading": "both"},
    {"corrector_steps": 1},
    {"predictor": "reverse-sde"},
    {"predictor": "deterministic"},
    {"predictor": "second-order", "steps": 12},
    {"projector": "null-space", "kernel": 3, "network_sees": "coils"},
    {"weighting": "constant"},
    {"correction": "low-rank", "kernel": 3},
    {"correction": "samples"},
    {"drift": "printed", "predictor": "reverse-sde"},
    {"network_sees": "coils", "drift": "printed", "predictor": "reverse-sde"},
    {"reinsert": "hard"},
    {"final_denoise": False},
]


@pytest.mark.parametrize("matrix", [(40, 48), (41, 47)])
@pytest.mark.parametrize("options", VARIANTS, ids=str)
def test_every_variant_comes_nearer_to_the_truth_than_least_squares(options, matrix):
    problem, truth = problem_of(matrix)
    steps = steps_of(problem, **{"steps": 25} | options)
    assert error(steps[-1].image, truth) < 0.96 * error(least_squares(problem), truth)


def test_the_reverse_sde_samples_the_posterior():
    problem, truth = problem_of()
    mean = posterior_mean(problem)
    images = [sampled(problem, seed) for seed in range(8)]
    # A sample is as far from the mean as the truth is, and independent of it.
    spread = [error(image, mean) for image in images]
    assert sum(spread) / 8 == pytest.approx(error(truth, mean), rel=0.1)
    assert error(sum(images) / 8, truth) == pytest.approx(error(mean, truth), rel=0.15)


def test_fresh_noise_comes_nearer_to_the_mean_than_a_sample():
    problem, truth = problem_of()
    fresh = steps_of(problem, steps=25)[-1].image
    assert error(fresh, posterior_mean(problem)) < 0.8 * error(truth, posterior_mean(problem))
    assert error(fresh, truth) < 0.95 * error(sampled(problem), truth)


def test_the_score_as_printed_forgets_the_data():
    problem, truth = problem_of()
    printed, ours = (
        error(sampled(problem, score_from_corrected=corrected, sigma_min=0.01), truth)
        for corrected in (False, True)
    )
    assert ours < 0.7 * printed


def test_without_new_noise_the_start_decides_alone():
    problem, draws = problem_of()[0], []
    for predictor in ("deterministic", "second-order"):
        rng = torch.Generator().manual_seed(0)
        options = AkDiffusion(steps=6, predictor=predictor)
        list(ak_stream(problem, wiener, options, rng))
        draws.append(rng.get_state())
    rng = torch.Generator().manual_seed(0)
    torch.randn(1, 1, 40, 48, 2, generator=rng)
    assert all(torch.equal(state, rng.get_state()) for state in draws)


def test_second_order_comes_nearer_to_many_steps_than_first():
    problem, _ = problem_of()
    flow = steps_of(problem, steps=200, predictor="deterministic")[-1].image
    first, second = (
        error(steps_of(problem, steps=10, predictor=predictor)[-1].image, flow)
        for predictor in ("deterministic", "second-order")
    )
    assert second < 0.6 * first


def test_samples_drawn_together_are_those_drawn_one_by_one():
    problem, _ = problem_of(n_frames=2)
    options = AkDiffusion(steps=4, corrector_steps=1)
    rngs = [torch.Generator().manual_seed(seed) for seed in (3, 4, 5)]
    *_, together = ak_stream(repeated(problem, 3), wiener, options, rngs)
    singles = [steps_of(problem, seed, **options.model_dump())[-1].image for seed in (3, 4, 5)]
    torch.testing.assert_close(together.image, torch.cat(singles), rtol=1e-3, atol=1e-4)


def test_the_paper_preset_is_the_published_sampler():
    paper = AkDiffusion.of(AkDiffusion.preset_values("paper"))
    numbers = (paper.steps, paper.corrector_steps, paper.snr, paper.sigma_max, paper.sigma_min)
    assert numbers == (50, 1, 0.16, 1.0, 0.01)
    assert (paper.correction, paper.weighting, paper.prior_weight) == ("low-rank", "constant", 0.1)
    assert (paper.drift, paper.predictor, paper.projector) == (
        "printed",
        "reverse-sde",
        "coil-maps",
    )
    assert paper.network_sees == "coils"
    assert not paper.score_from_corrected


@pytest.mark.parametrize("final", [True, False])
def test_steps_are_numbered_and_say_how_noisy_the_state_was(final):
    steps = steps_of(problem_of()[0], final_denoise=final)
    assert [step.index for step in steps] == list(range(6 + final))
    assert {step.total for step in steps} == {6 + final}
    sigmas = [step.scalars["sigma"] for step in steps]
    assert sigmas == sorted(sigmas, reverse=True)
    assert sigmas[0] == pytest.approx(AkDiffusion().sigma_max)


def test_a_step_shows_the_image_of_its_kspace():
    problem, _ = problem_of(n_frames=2)
    step = steps_of(problem)[-1]
    assert step.image.shape == (2, 40, 48)
    combined = combine(kspace_to_image(step.kspace), problem.sens_maps.maps)[:, 0]
    torch.testing.assert_close(step.image, combined, rtol=0, atol=1e-5)
    residual = Encoding(problem).residual(step.kspace, problem.kspace.samples)
    assert step.scalars["data_residual"] == pytest.approx(residual)


def test_seeds_decide_the_steps():
    problem, _ = problem_of()
    first, again, other = (steps_of(problem, seed)[-1].image for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_samples_lie_apart_as_far_as_the_temperature_says():
    problem, _ = problem_of()

    def apart(temperature):
        one, other = (steps_of(problem, seed, temperature=temperature)[-1].image for seed in (0, 1))
        return float((one - other).norm())

    assert apart(0) == 0
    assert 0 < apart(0.3) < 0.5 * apart(1)


def test_the_temperature_is_of_fresh_noise_alone():
    problem, _ = problem_of()
    assert torch.equal(sampled(problem, temperature=0), sampled(problem, temperature=1))


def test_hard_reinsertion_keeps_every_measured_sample():
    problem, _ = problem_of()
    last = steps_of(problem, reinsert="hard")[-1]
    kept = problem.mask.apply(KSpace(last.kspace)).samples
    assert torch.equal(kept, problem.kspace.samples)


def test_without_projector_energy_leaves_the_coil_space():
    problem, _ = problem_of()
    maps = problem.sens_maps.maps

    def outside(drift):
        options = {"drift": drift, "network_sees": "coils", "correction": "samples"}
        options["temperature"] = 1.0
        images = kspace_to_image(steps_of(problem, **options)[-1].kspace)
        return error(project(images, maps), images)

    assert outside("unprojected") > 1.5 * outside("printed")


def test_the_network_runs_once_a_step_and_once_a_corrector():
    problem, calls = problem_of()[0], []

    def counting(images, sigma, blur):
        calls.append((len(images), sigma, blur))
        return wiener(images, sigma, blur)

    steps_of(problem, denoiser=counting, corrector_steps=2)
    assert len(calls) == 6 * (1 + 2) + 1
    assert {batch for batch, _, _ in calls} == {1}
    assert calls[-1][2] == (0.0, 0.0)


def test_a_network_that_sees_coils_sees_each_of_them():
    problem, batches = problem_of(n_frames=2)[0], set()

    def counting(images, sigma, blur):
        batches.add(len(images))
        return wiener(images, sigma, blur)

    steps_of(problem, denoiser=counting, network_sees="coils")
    assert batches == {2 * 4}


def test_columns_fade_along_kx_only():
    schedule = schedule_of(problem_of()[0], AkDiffusion())
    y, x = schedule.blur(schedule.n_steps)
    assert y == 0
    assert x > 0


def test_grad_mode_is_left_alone_between_steps():
    stream = ak_stream(problem_of()[0], wiener, AkDiffusion(steps=2), torch.Generator())
    for _ in stream:
        assert torch.is_grad_enabled()


def test_missing_weights_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path)
    assert "ak-head" in AkDiffusion.unavailable()
    with pytest.raises(WeightsError, match="no-such-model"):
        next(AkDiffusion(model="no-such-model").stream(problem_of()[0], torch.Generator()))


@pytest.mark.parametrize("method", [AkDiffusion, VeDiffusion])
@pytest.mark.parametrize("sigma_min", [0.4, 0.5])
def test_noise_that_does_not_fall_is_refused(method, sigma_min):
    with pytest.raises(OptionError, match=r"sigma_min = 0\.[45] must be below sigma_max = 0\.4"):
        method.of({"sigma_max": 0.4, "sigma_min": sigma_min})
