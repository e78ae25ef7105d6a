"""From measured samples to a problem: undersample, mix coils, scale, estimate maps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from math import frexp, isfinite

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.coils import estimate_maps
from ksyn.coils.compression import compress
from ksyn.coils.whitening import whiten
from ksyn.data import KSpace, Mask, Problem, SensMaps, Step
from ksyn.encoding import magnitude_image
from ksyn.errors import ReadError, ShapeError
from ksyn.io.scan import Scan
from ksyn.noise_floor import noise_floor
from ksyn.pipeline.beyond_maps import with_beyond
from ksyn.pipeline.map_hints import hints_of_maps
from ksyn.quantiles import robust_maximum
from ksyn.recipe import Preparation

_CENTRE = 24
"""Side of the low-resolution centre, for masks without a calibration region [samples]."""
_SPARSEST = 0.2
"""Share of that centre that must be measured."""
_CREDIBLE = 4.0
"""Noise readouts count when they are within this factor of the noise that the scan itself shows:
its estimate may be three times too high, but some files hold readouts on another scale."""
_CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A problem, and what it takes to understand its solutions."""

    problem: Problem
    scale: float
    """One unit of the problem in units of the scan."""
    reference: Float[Tensor, "frame y x"] | None
    """Root sum of squares of the fully sampled scan in the problem's units, to compare steps
    with; no method sees it."""
    mixing: Complex[Tensor, "virtual coil"] | None
    """What made the problem's coils of the scan's; None when they are the same."""
    maps: str
    """How the coil maps were made: as asked for, or what the mask allowed."""
    seconds: float
    """How long this took [s]."""
    hints: tuple[str, ...] = ()
    """Why any reconstruction of this scan and mask may be poor, and what to do; see `hints_of`."""

    @cached_property
    def unit(self) -> Float[Tensor, "#y #x"]:
        """One unit of the problem's image in units of the scan's, at each point."""
        return self.scale * _weight(self.problem.sens_maps, self.mixing)

    @cached_property
    def unmixing(self) -> Complex[Tensor, "coil virtual"] | None:
        """What makes the scan's coils of the problem's; None when they are the same."""
        return None if self.mixing is None else torch.linalg.pinv(self.mixing)

    def whole_image_of(self, step: Step) -> Complex[Tensor, "frame y x"]:
        """Return a step's image in the problem's units, with what is beyond the coil maps."""
        return with_beyond(step, self.problem)

    def image_of(self, step: Step) -> Complex[Tensor, "frame y x"]:
        """Return a step's image in the scan's own units."""
        return self.whole_image_of(step) * self.unit

    def kspace_of(self, step: Step) -> Complex[Tensor, "frame coil ky kx"]:
        """Return a step's k-space in the scan's own coils and units."""
        if self.unmixing is None:
            return step.kspace * self.scale
        return _mixed(step.kspace, self.unmixing) * self.scale


@torch.no_grad()
def prepare(
    kspace: KSpace,
    mask: Mask,
    preparation: Preparation = Preparation(),  # noqa: B008 - frozen
    device: torch.device = _CPU,
    *,
    reference: Float[Tensor, "frame y x"] | None = None,
    noise_covariance: Complex[Tensor, "coil coil"] | None = None,
) -> Prepared:
    """Return the problem of reconstructing a k-space from the samples of a mask.

    Args:
        kspace: As measured; what the mask leaves out is set to 0.
        mask: Which samples a method may see.
        preparation: How coils are mixed and maps estimated.
        device: Where the problem shall live.
        reference: Image of the fully sampled scan, in the scan's units; kept beside the problem.
        noise_covariance: E[n nᴴ] of the complex noise of a sample; for whitening.

    Raises:
        ShapeError: Mask and k-space do not fit, nothing was measured, or there is no centre to
            estimate maps from.
        ReadError: The k-space holds what is no number.
    """
    started = time.perf_counter()
    mask = mask.to(device)
    measured = mask.apply(kspace.to(device))
    magnitude = _magnitude(measured)
    measured = measured.with_samples(measured.samples / magnitude)
    measured, mixing = _mix_coils(measured, mask, preparation, noise_covariance)
    brightest = float(robust_maximum(zero_filled(measured, mask).flatten()))
    measured = measured.with_samples(measured.samples / brightest)
    scale = magnitude * brightest
    noise = _noise_level(measured, mask, mixing, noise_covariance, scale)
    sens_maps, maps = _maps(measured, mask, preparation, noise)
    problem = Problem(measured, mask, sens_maps, noise)
    if reference is not None:
        reference = reference.to(device) / (scale * _weight(sens_maps, mixing))
    hints = hints_of_maps(sens_maps, preparation.maps, maps)
    return Prepared(problem, scale, reference, mixing, maps, time.perf_counter() - started, hints)


@torch.no_grad()
def zero_filled(kspace: KSpace, mask: Mask) -> Float[Tensor, "frame y x"]:
    """Return the root-sum-of-squares image of the samples of a mask; quick enough to paint by."""
    return magnitude_image(mask.apply(kspace).samples)


def reference_of(source: Scan | KSpace, slice: int = 0) -> Float[Tensor, "frame y x"] | None:  # noqa: A002
    """Return the root-sum-of-squares image of a fully sampled scan or k-space.

    Args:
        source: A k-space is taken as complete; a scan may not be, and then there is no reference.
        slice: Which slice of a scan.
    """
    if isinstance(source, Scan):
        return source.reference(slice)
    return magnitude_image(source.samples)


def _magnitude(kspace: KSpace) -> float:
    """Return the power of two above all samples; divided by it, no square leaves float32.

    Raises:
        ReadError: Some samples are no numbers.
        ShapeError: All are 0.
    """
    largest = float(kspace.samples.abs().max())
    if not isfinite(largest):
        wrong = int((~kspace.samples.isfinite()).sum())
        raise ReadError(
            f"{wrong} of {kspace.samples.numel()} samples are not finite (NaN or infinity).",
            hint="Find out where they come from: set to 0 they count as not measured. Beyond 3e38 "
            "values are too large for single precision; divide the scan by its largest one.",
        )
    if largest < torch.finfo(torch.float32).tiny:
        raise ShapeError(
            "The mask leaves no sample that was measured.",
            hint="Choose a mask that keeps the centre of k-space, or check the scan.",
        )
    return 2.0 ** frexp(largest)[1]


def _mix_coils(
    kspace: KSpace,
    mask: Mask,
    preparation: Preparation,
    noise_covariance: Complex[Tensor, "coil coil"] | None,
) -> tuple[KSpace, Complex[Tensor, "virtual coil"] | None]:
    """Return the k-space of the problem's coils, and what made them of the scan's."""
    mixing = None
    if preparation.whiten and noise_covariance is not None:
        mixing = _whitening(kspace, noise_covariance)
        kspace = kspace.with_samples(_mixed(kspace.samples, mixing))
    if preparation.compress_to is not None and preparation.compress_to < kspace.n_coils:
        kspace, compression = compress(kspace, mask, preparation.compress_to)
        mixing = compression if mixing is None else compression @ mixing
    return kspace, mixing


def _whitening(
    kspace: KSpace, noise_covariance: Complex[Tensor, "coil coil"]
) -> Complex[Tensor, "coil coil"]:
    """Return the matrix of `whiten`: what it makes of each coil alone."""
    alone = torch.eye(kspace.n_coils, dtype=torch.complex64, device=kspace.samples.device)
    return whiten(KSpace(alone[None, :, None]), noise_covariance / 2).samples[0, :, 0]


def _noise_level(
    kspace: KSpace,
    mask: Mask,
    mixing: Complex[Tensor, "virtual coil"] | None,
    noise_covariance: Complex[Tensor, "coil coil"] | None,
    scale: float,
) -> float:
    """Return the noise level of the problem, measured where it credibly was, else estimated."""
    floor = noise_floor(kspace, mask)
    if noise_covariance is None:
        return floor
    covariance = noise_covariance.to(kspace.samples)
    if mixing is not None:
        covariance = mixing @ covariance @ mixing.mH
    level = float((covariance.diagonal().real.mean() / 2).sqrt()) / scale
    return level if floor / _CREDIBLE <= level <= floor * _CREDIBLE else floor


def _mixed(
    coils: Complex[Tensor, "frame coil a b"], mixing: Complex[Tensor, "virtual coil"]
) -> Complex[Tensor, "frame virtual a b"]:
    return torch.einsum("vc,fcab->fvab", mixing, coils)


def _maps(
    kspace: KSpace, mask: Mask, preparation: Preparation, noise: float
) -> tuple[SensMaps, str]:
    """Return the maps asked for, or rougher ones where the mask has no room for them."""
    kind = preparation.maps
    try:
        return estimate_maps(kind, kspace, mask, **_options(preparation, noise)), kind
    except ShapeError as error:
        low_resolution = _low_resolution(mask)
        if low_resolution is None:
            raise ShapeError(
                error.message,
                hint="Add autocalibration (ACS) lines to the mask; too few samples lie near the "
                "centre of k-space even for rough coil maps.",
            ) from error
    maps = estimate_maps("sum-of-squares", kspace, low_resolution)
    return maps, "sum-of-squares, of an incomplete centre"


def _options(preparation: Preparation, noise: float) -> dict[str, int | float | None]:
    """Return what the estimator asked for wants to know."""
    if preparation.maps != "espirit":
        return {}
    return {
        "n_sets": preparation.map_sets,
        "kernel": preparation.map_kernel,
        "crop": preparation.map_crop,
        "noise": noise,
    }


def _low_resolution(mask: Mask) -> Mask | None:
    """Return the centre as if all of it were measured, if the zero frequency and much of it are."""
    ky, kx = (slice(max(n // 2 - _CENTRE // 2, 0), n // 2 + _CENTRE // 2) for n in mask.matrix)
    measured = mask.samples[..., ky, kx]
    y, x = (n // 2 for n in mask.matrix)
    if not bool(mask.samples[..., y, x].all()) or float(measured.float().mean()) < _SPARSEST:
        return None
    centre_only = torch.zeros_like(mask.samples[:1])
    centre_only[..., ky, kx] = True
    return Mask(centre_only)


def _weight(
    sens_maps: SensMaps, mixing: Complex[Tensor, "virtual coil"] | None
) -> Float[Tensor, "#y #x"]:
    """Return by how much larger the scan's coils see each point than the problem's.

    Where the maps are 0 no coil sees anything, and the median of the rest is taken.
    """
    if mixing is None:
        return torch.ones(1, 1, device=sens_maps.maps.device)
    seen = _mixed(sens_maps.maps[:1], torch.linalg.pinv(mixing))
    weight = torch.linalg.vector_norm(seen, dim=1)[0]
    return torch.where(weight > 0, weight, weight[weight > 0].median())
