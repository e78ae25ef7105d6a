"""A world where everything is linear and Gaussian, so that what a sampler makes is known exactly.

A sampler without corrector is linear in its start and its noise. Run on unit impulses of all of
them at once, one frame each, it gives the covariance of its output without a random number.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ksyn.diffusion.ak import ak_sampler
from ksyn.diffusion.attenuation import Schedule
from ksyn.diffusion.coil_space import Space, Unprojected, project
from ksyn.encoding import coil_images


@dataclass(frozen=True, eq=False)
class Toy:
    """Images ``1 x`` with a power-law prior, and smooth coils."""

    maps: Tensor  # 1 coil 1 x
    prior: Tensor  # covariance x x

    @property
    def n(self) -> int:
        return self.maps.shape[-1]

    def covariance(self) -> Tensor:
        """Return S C Sᴴ over (coil x)."""
        return self._spread() @ self.prior @ self._spread().mH

    def root(self) -> Tensor:
        """Return coil images S C^½, one frame a column."""
        values, vectors = torch.linalg.eigh(self.prior)
        columns = vectors * values.clamp_min(0).sqrt()
        return coil_images(columns.T[:, None, None, :], self.maps)

    def attenuation(self, schedule: Schedule, i: int) -> Tensor:
        """Return Sᴴ Fᴴ G_i F S over x."""
        unit = torch.eye(self.n, dtype=self.maps.dtype)[:, None, None, :]
        blurred = schedule.attenuate(coil_images(unit, self.maps), i)
        return (blurred * self.maps.conj()).sum(1)[:, 0].T

    def _spread(self) -> Tensor:
        return torch.cat([torch.diag(m) for m in self.maps[0, :, 0]])


def toy(n: int = 32, n_coils: int = 4) -> Toy:
    x = torch.linspace(-1, 1, n, dtype=torch.float64)
    places = torch.linspace(-1, 1, n_coils, dtype=torch.float64)[:, None]
    loops = torch.polar(torch.exp(-((x - places) ** 2)), 2 * places * x)
    maps = loops / loops.abs().square().sum(0).sqrt()
    k = torch.arange(n, dtype=torch.float64) - n // 2
    waves = torch.polar(torch.ones(n, n, dtype=torch.float64), 2 * torch.pi * torch.outer(k, k) / n)
    power = 1 / (1 + k.abs()) ** 2
    return Toy(maps[None, :, None], (waves * (power / power.sum())) @ waves.mH)


def impulses(world: Toy, space: Space, after: int) -> int:
    """Make the space's noise, draw after draw, unit impulses in the next frames.

    Returns how many frames a draw takes: the directions that its noise has.
    """
    n_coils = world.maps.shape[1]
    if isinstance(space, Unprojected):
        units = torch.eye(world.n * n_coils, dtype=world.maps.dtype)
        units = units.reshape(-1, n_coils, 1, world.n)
    else:
        in_image = torch.eye(world.n, dtype=world.maps.dtype)[:, None, None, :]
        units = space.settle(coil_images(in_image, world.maps))
    place = after

    def noise(like: Tensor, rng: torch.Generator) -> Tensor:
        nonlocal place
        drawn = torch.zeros_like(like)
        drawn[place : place + len(units)] = 2**0.5 * units  # E|n|² = 2 at level 1
        place += len(units)
        return drawn

    space.noise = noise
    return len(units)


def joint_denoiser(world: Toy, schedule: Schedule, space: Space):
    """Return E[z_0 | Sᴴ z_i] as coil images."""

    def matrix(i: int) -> Tensor:
        a = world.attenuation(schedule, i)
        noise = 2 * schedule.sigmas[i] ** 2 * torch.eye(world.n)
        return world.prior @ a.mH @ torch.linalg.inv(a @ world.prior @ a.mH + noise)

    def denoise(state: Tensor, i: int) -> Tensor:
        return coil_images(space.combined(state) @ matrix(i).T, world.maps)

    return denoise


def coilwise_denoiser(world: Toy, schedule: Schedule, space: Space):
    """Return E[z_0c | z_ic] coil by coil, as the network of the paper estimates it."""

    def matrix(i: int, c: int) -> Tensor:
        s = torch.diag(world.maps[0, c, 0])
        target = s @ world.prior @ s.mH
        g = schedule.attenuate(torch.eye(world.n, dtype=s.dtype)[:, None, None], i)
        g = g[:, 0, 0].T
        covariance = torch.eye(world.n) if isinstance(space, Unprojected) else s @ s.mH
        noise = 2 * schedule.sigmas[i] ** 2 * covariance
        return target @ g.mH @ torch.linalg.inv(g @ target @ g.mH + noise)

    def denoise(state: Tensor, i: int) -> Tensor:
        n_coils = world.maps.shape[1]
        return torch.stack([state[:, c] @ matrix(i, c).T for c in range(n_coils)], 1)

    return denoise


def generated(
    world: Toy, schedule: Schedule, space: Space, denoise, predictor="reverse-sde"
) -> Tensor:
    """Return the exact covariance over (coil x) of what the sampler makes."""
    start = world.root()
    frames = (schedule.n_steps + 1) * impulses(world, space, after=len(start))
    silence = start.new_zeros(frames, *start.shape[1:])
    states = ak_sampler(
        torch.cat([start, silence]),
        denoise,
        lambda images, i: images,
        space,
        schedule,
        torch.Generator(),
        predictor=predictor,
        corrector_steps=0,
    )
    *_, last = states
    columns = space.coil_images(last.z).flatten(1)
    return columns.T @ columns.conj()


def relative_error(covariance: Tensor, expected: Tensor) -> float:
    return float(torch.linalg.norm(covariance - expected) / torch.linalg.norm(expected))


def off_coil_energy(world: Toy, covariance: Tensor) -> float:
    """Return the part of the energy outside the coil space."""
    columns = covariance.T.reshape(-1, *world.maps.shape[1:])
    inside = project(columns, world.maps).reshape(covariance.shape).T
    return 1 - float(torch.trace(inside).real / torch.trace(covariance).real)
