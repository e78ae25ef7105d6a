"""The AK sampler in a linear Gaussian world, where its output is known exactly."""

import sys
from pathlib import Path

import pytest
import torch

from ksyn.diffusion.ak import ak_sampler, diffuse
from ksyn.diffusion.attenuation import Schedule, geometric_sigmas
from ksyn.diffusion.coil_space import AllCoils, CoilSpace, Unprojected, project

sys.path.insert(0, str(Path(__file__).parent))
from gaussian_toy import (
    coilwise_denoiser,
    generated,
    impulses,
    joint_denoiser,
    off_coil_energy,
    relative_error,
    toy,
)

WORLD = toy()
SCHEDULE = Schedule(geometric_sigmas(0.01, 1, 50), (0.0, 2 * 32 / (torch.pi * 8)))
SHORT = Schedule(geometric_sigmas(0.01, 1, 8), SCHEDULE.widest_blur)


def test_projected_drift_makes_what_the_prior_holds():
    space = CoilSpace(WORLD.maps)
    made = generated(WORLD, SCHEDULE, space, joint_denoiser(WORLD, SCHEDULE, space))
    assert relative_error(made, WORLD.covariance()) < 0.015
    assert abs(off_coil_energy(WORLD, made)) < 1e-6


@pytest.mark.parametrize("denoiser", [joint_denoiser, coilwise_denoiser])
def test_printed_drift_makes_nearly_what_the_prior_holds(denoiser):
    space = AllCoils(WORLD.maps)
    made = generated(WORLD, SCHEDULE, space, denoiser(WORLD, SCHEDULE, space))
    assert relative_error(made, WORLD.covariance()) < 0.05
    assert 1e-4 < off_coil_energy(WORLD, made) < 0.02


def test_noise_that_knows_no_coil_space_leaves_it():
    space = Unprojected(WORLD.maps)
    made = generated(WORLD, SHORT, space, coilwise_denoiser(WORLD, SHORT, space))
    kept = AllCoils(WORLD.maps)
    inside = generated(WORLD, SHORT, kept, coilwise_denoiser(WORLD, SHORT, kept))
    assert off_coil_energy(WORLD, made) > 10 * off_coil_energy(WORLD, inside) > 0


def flow_error(schedule: Schedule, predictor: str) -> float:
    space = CoilSpace(WORLD.maps)
    denoise = joint_denoiser(WORLD, schedule, space)
    made = generated(WORLD, schedule, space, denoise, predictor)
    return relative_error(made, WORLD.covariance())


def test_the_flow_makes_what_the_prior_holds():
    assert flow_error(SCHEDULE, "deterministic") < 0.05
    assert flow_error(SCHEDULE, "second-order") < 0.015


def test_second_order_needs_fewer_steps():
    assert flow_error(SHORT, "second-order") < 0.5 * flow_error(SHORT, "deterministic")


def test_a_score_of_the_wrong_sign_diverges(monkeypatch):
    space = CoilSpace(WORLD.maps)
    monkeypatch.setattr(space, "project", lambda state: -state)
    made = generated(WORLD, SHORT, space, joint_denoiser(WORLD, SHORT, space))
    assert relative_error(made, WORLD.covariance()) > 10


def test_more_steps_come_nearer():
    space = CoilSpace(WORLD.maps)
    few, many = (
        relative_error(
            generated(WORLD, schedule, space, joint_denoiser(WORLD, schedule, space)),
            WORLD.covariance(),
        )
        for schedule in (SHORT, SCHEDULE)
    )
    assert many < few / 2


@pytest.mark.parametrize("kind", [AllCoils, CoilSpace])
def test_forward_process_has_the_moments_of_its_kernel(kind):
    images = WORLD.root()[:3]
    space = kind(WORLD.maps)
    frames = SHORT.n_steps * impulses(WORLD, space, after=3)
    silence = images.new_zeros(frames, *images.shape[1:])
    *_, last = diffuse(torch.cat([images, silence]), space, SHORT, torch.Generator())
    mean = space.settle(SHORT.attenuate(images, SHORT.n_steps))
    torch.testing.assert_close(last[:3], mean, rtol=0, atol=1e-9)
    columns = space.coil_images(last[3:]).flatten(1)
    unit = torch.eye(columns.shape[1], dtype=columns.dtype).reshape(-1, *WORLD.maps.shape[1:])
    projector = project(unit, WORLD.maps).flatten(1).T
    variance = 2 * (SHORT.sigmas[-1] ** 2 - SHORT.sigmas[0] ** 2)
    torch.testing.assert_close(columns.T @ columns.conj(), variance * projector)


@pytest.mark.parametrize("kind", [AllCoils, CoilSpace])
def test_langevin_steps_keep_what_the_prior_holds(kind):
    space, rng = kind(WORLD.maps), torch.Generator().manual_seed(0)
    root = WORLD.root()
    weights = torch.randn(2000, len(root), dtype=root.dtype, generator=rng)
    start = torch.einsum("fk,kcyx->fcyx", weights, root)
    levels = Schedule(geometric_sigmas(0.3, 0.31, 1), (0.0, 0.0))
    runs = ak_sampler(
        start, joint_denoiser(WORLD, levels, space), lambda h, i: h, space, levels, rng,
        corrector_steps=5, snr=0.3,
    )  # fmt: skip
    (state,) = runs
    noisy = WORLD.covariance().trace().real + 2 * 0.3**2 * WORLD.n
    energy = space.coil_images(state.z).abs().square().sum((1, 2, 3)).mean()
    assert float(energy) == pytest.approx(float(noisy), rel=0.06)


def test_each_step_is_numbered_from_the_noisiest_and_never_written_again():
    space, rng = CoilSpace(WORLD.maps), torch.Generator().manual_seed(0)
    copies, states = [], []
    for state in ak_sampler(
        WORLD.root()[:2], joint_denoiser(WORLD, SHORT, space), lambda h, i: h, space, SHORT, rng
    ):
        states.append(state)
        copies.append((state.z.clone(), state.h.clone()))
    assert [state.i for state in states] == list(reversed(range(8)))
    assert all(
        torch.equal(s.z, z) and torch.equal(s.h, h)
        for s, (z, h) in zip(states, copies, strict=True)
    )
