"""What is kept of a run's steps: as many as fit the memory, spread evenly over the run."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ksyn_gui.facts import Complex

if TYPE_CHECKING:
    from torch import Tensor

    from ksyn.data import Step

Halves = NDArray[np.float16]
"""Real and imaginary part beside each other: ``… 2``."""

MOST_PICTURES = 64
"""More are not kept: each is measured after the run."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What is worth keeping of a step, at half precision, in the method's units."""

    index: int
    total: int
    image: Halves
    """``frame y x 2``."""
    kspace: Halves
    """``ky kx 2`` of one frame and coil."""
    frame: int
    coil: int

    @classmethod
    def of(cls, step: Step, image: Tensor, kspace: Tensor, frame: int, coil: int) -> Snapshot:
        """Return the snapshot of a step: its image, and the k-space of one frame and coil."""
        return cls(step.index, step.total, _halves(image), _halves(kspace), frame, coil)

    def image_tensor(self) -> Tensor:
        """Return the image, ``frame y x``."""
        import torch  # late: the window shows before torch is read

        return torch.view_as_complex(torch.from_numpy(self.image).float())

    def image_of(self, frame: int) -> Complex:
        """Return the image of a frame, ``y x``."""
        return _whole(self.image[min(frame, len(self.image) - 1)])

    def kspace_of(self, frame: int, coil: int) -> Complex | None:
        """Return the k-space of a frame and coil, ``ky kx``; None where another one was kept."""
        same = self.frame == frame and self.coil == coil
        return _whole(self.kspace) if same else None


@dataclass(frozen=True, eq=False)
class Negative:
    """A step as it is, kept where there was no time to make a snapshot of it."""

    step: Step

    @property
    def index(self) -> int:
        """Its number, from 0."""
        return self.step.index


Kept = Snapshot | Negative


class Album:
    """Keep snapshots and negatives by the index of their step; usable from two threads.

    When there are too many, every second picture is let go, and from then on only every second
    one of those that come is wanted.

    Args:
        room: Memory for all pictures together [bytes].
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._pictures: dict[int, Kept] = {}
        self.stride = 1
        """Steps from one picture that is wanted to the next."""

    def wants(self, step: Step) -> bool:
        """Return whether the step is among those to be kept."""
        return step.index % self.stride == 0

    def has_room_for(self, count: int, negative: Negative) -> bool:
        """Return whether so many steps as they are would take half of the memory at most."""
        return count * _size(negative) <= self._room / 2

    def add(self, picture: Kept) -> None:
        """Keep a picture in place of one of the same step, and let others go if all is full."""
        with self._lock:
            self._pictures[picture.index] = picture
        while len(self._pictures) > 2 and self._is_full:
            self.thin_out()

    def thin_out(self) -> None:
        """Keep every second picture only, from now on and of those there are."""
        with self._lock:
            self.stride *= 2
            self._pictures = {
                index: kept for index, kept in self._pictures.items() if index % self.stride == 0
            }

    def get(self, index: int) -> Kept | None:
        """Return the picture of a step, if there is one."""
        with self._lock:
            return self._pictures.get(index)

    @property
    def pictures(self) -> dict[int, Kept]:
        """What is kept, by the step's index."""
        with self._lock:
            return dict(self._pictures)

    @property
    def negatives(self) -> list[Negative]:
        """What there are no snapshots of, the oldest first."""
        with self._lock:
            kept = list(self._pictures.values())
        return [one for one in kept if isinstance(one, Negative)]

    @property
    def _is_full(self) -> bool:
        with self._lock:
            sizes = [_size(kept) for kept in self._pictures.values()]
        return len(sizes) > MOST_PICTURES or sum(sizes) > self._room


def _size(picture: Kept) -> int:
    """Return the memory of a picture [bytes]."""
    kept = picture.step if isinstance(picture, Negative) else picture
    return int(kept.image.nbytes + kept.kspace.nbytes)


def _halves(tensor: Tensor) -> Halves:
    """Return a complex tensor at half precision; torch does it several times quicker than numpy."""
    import torch  # late: the window shows before torch is read

    halves: Halves = torch.view_as_real(tensor.resolve_conj()).half().cpu().numpy()
    return halves


def _whole(halves: Halves) -> Complex:
    return np.ascontiguousarray(halves.astype(np.float32)).view(np.complex64)[..., 0]
