"""The things a reconstruction handles, with their axes and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor

from ksyn.errors import ShapeError


@dataclass(frozen=True, eq=False)
class KSpace:
    """Measured or predicted k-space; samples that were not measured are 0."""

    samples: Complex[Tensor, "frame coil ky kx"]
    """Zero frequency at ``n // 2`` of each of the last two axes."""
    voxel_size: tuple[float, float] = (1e-3, 1e-3)
    """Pixel height and width of its image [m]."""

    @property
    def matrix(self) -> tuple[int, int]:
        """Samples along ky and kx."""
        ky, kx = self.samples.shape[-2:]
        return ky, kx

    @property
    def n_frames(self) -> int:
        """Frames of the series; 1 for a still image."""
        return self.samples.shape[0]

    @property
    def n_coils(self) -> int:
        """Receive channels."""
        return self.samples.shape[1]

    def with_samples(self, samples: Complex[Tensor, "frame coil ky kx"]) -> KSpace:
        """Return other samples of the same geometry."""
        return KSpace(samples, self.voxel_size)

    def to(self, device: torch.device) -> KSpace:
        """Return the same k-space on another device."""
        return self.with_samples(self.samples.to(device))


@dataclass(frozen=True, eq=False)
class Mask:
    """Which samples are measured."""

    samples: Bool[Tensor, "frame 1 ky kx"]
    """True = measured; one frame when all frames share it."""

    @property
    def matrix(self) -> tuple[int, int]:
        """Samples along ky and kx."""
        ky, kx = self.samples.shape[-2:]
        return ky, kx

    @property
    def acceleration(self) -> float:
        """Samples of the grid per sample measured: what was achieved, not what was asked for."""
        return self.samples.numel() / max(int(self.samples.sum()), 1)

    def apply(self, kspace: KSpace) -> KSpace:
        """Return the k-space with everything that is not measured set to 0.

        Raises:
            ShapeError: The mask was drawn for another matrix or number of frames.
        """
        self.check(kspace)
        return kspace.with_samples(kspace.samples * self.samples)

    def check(self, kspace: KSpace) -> None:
        """Refuse a k-space that the mask was not drawn for.

        Raises:
            ShapeError: It is of another matrix or number of frames.
        """
        if self.matrix != kspace.matrix or self.samples.shape[0] not in (1, kspace.n_frames):
            raise ShapeError(
                f"k-space is {kspace.matrix} (ky, kx) with {kspace.n_frames} frame(s), the mask "
                f"{self.matrix} with {self.samples.shape[0]}.",
                hint="Draw the mask for this scan, or load one of the same matrix size.",
            )

    def to(self, device: torch.device) -> Mask:
        """Return the same mask on another device."""
        return Mask(self.samples.to(device))


@dataclass(frozen=True, eq=False)
class SensMaps:
    """How each coil sees each point of the image."""

    maps: Complex[Tensor, "set coil y x"]
    """Root sum of squares over coils 1 in the body; more than one set only where ESPIRiT
    finds that one cannot explain the data (an object larger than the field of view)."""
    overflow: float = 0.0
    """Share of the field of view in which one set does not explain the data and there is no
    second; 0 where nobody looked."""

    @property
    def n_coils(self) -> int:
        """Receive channels."""
        return self.maps.shape[1]

    @property
    def n_sets(self) -> int:
        """Sets of maps."""
        return self.maps.shape[0]

    @cached_property
    def beyond(self) -> Bool[Tensor, "y x"]:
        """Where no coil sees anything: all maps are 0."""
        return (self.maps == 0).flatten(0, 1).all(dim=0)

    def to(self, device: torch.device) -> SensMaps:
        """Return the same maps on another device."""
        return SensMaps(self.maps.to(device), self.overflow)


@dataclass(frozen=True, eq=False)
class Problem:
    """All that a method may see: what was measured, where, and with which coils."""

    kspace: KSpace
    """Undersampled, and scaled so that the zero-filled image has robust maximum 1."""
    mask: Mask
    sens_maps: SensMaps
    noise_level: float = 0.0
    """Standard deviation of the noise in the real and in the imaginary part of a sample,
    in the units of `kspace`; 0 when unknown."""

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other.

        Raises:
            ShapeError: Mask or maps are of another matrix, or of other frames or coils.
        """
        _, coils, *matrix = self.kspace.samples.shape
        _, seen_by, *seen = self.sens_maps.maps.shape
        if (seen_by, *seen) != (coils, *matrix):
            raise ShapeError(
                f"The coil maps are of {seen_by} coils and {tuple(seen)} pixels (y, x), the "
                f"k-space of {coils} and {tuple(matrix)}.",
                hint="Estimate the maps from this scan, of the same coils.",
            )
        self.mask.check(self.kspace)

    @property
    def device(self) -> torch.device:
        """Where the tensors live."""
        return self.kspace.samples.device

    def to(self, device: torch.device) -> Problem:
        """Return the same problem on another device."""
        return Problem(
            self.kspace.to(device),
            self.mask.to(device),
            self.sens_maps.to(device),
            self.noise_level,
        )


@dataclass(frozen=True, eq=False)
class Step:
    """The state of a reconstruction after one iteration; never written again."""

    image: Complex[Tensor, "frame y x"]
    """The coil-combined image."""
    kspace: Complex[Tensor, "frame coil ky kx"]
    """The k-space of that image, all samples."""
    index: int
    """Iterations before this one."""
    total: int
    """Iterations there will be."""
    scalars: Mapping[str, float] = field(default_factory=dict)
    """Numbers to plot against the step; ``data_residual`` is always there."""
    deviation: Float[Tensor, "frame y x"] | None = None
    """Standard deviation of the complex image where it is the mean of several samples."""
