"""A network that sees its images turned gives them back as they were."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ksyn.diffusion.denoiser import Blur
from ksyn.diffusion.turning import Turned, turn_of
from ksyn.noise import complex_noise

TURNS = range(32)


class Recorder:
    """Keeps what it sees, and gives it back with a mark at the top left."""

    def __call__(self, images: Tensor, sigma: float, blur: Blur) -> Tensor:
        self.seen, self.blur = images, blur
        marked = images.clone()
        marked[:, 0, 0] += 5
        return marked


def images() -> Tensor:
    return complex_noise((2, 6, 7), torch.Generator().manual_seed(1))


def seen(turn: int) -> Recorder:
    recorder = Recorder()
    Turned(recorder, turn)(images(), 0.1, (2.0, 3.0))
    return recorder


@pytest.mark.parametrize("turn", TURNS)
def test_what_the_network_leaves_alone_comes_back_bit_for_bit(turn: int) -> None:
    assert torch.equal(Turned(lambda x, sigma, blur: x, turn)(images(), 0.1, (0, 0)), images())


@pytest.mark.parametrize("turn", TURNS)
def test_the_blur_stays_with_its_axis(turn: int) -> None:
    upright = seen(turn).seen.shape[-2:] == (6, 7)
    assert seen(turn).blur == ((2.0, 3.0) if upright else (3.0, 2.0))


def test_every_turn_shows_the_network_something_else() -> None:
    views = [seen(turn).seen.flatten() for turn in TURNS if not turn & 4]
    assert len({tuple(view.tolist()) for view in views}) == len(views)


def test_a_habit_of_the_network_lands_on_all_four_corners() -> None:
    image = torch.zeros(1, 6, 7, dtype=torch.complex64)
    marks = sum(Turned(Recorder(), turn)(image, 0.1, (0, 0)) for turn in range(8))
    assert isinstance(marks, Tensor)
    assert marks[0, [0, 0, -1, -1], [0, -1, 0, -1]].real.tolist() == [10, 10, 10, 10]


def test_eight_steps_in_a_row_see_every_flip_and_transpose() -> None:
    for first in range(24):
        assert {turn_of(first + i) % 8 for i in range(8)} == set(range(8))


def test_all_quarter_turns_of_phase_come_up() -> None:
    assert {turn_of(i) // 8 for i in range(32)} == {0, 1, 2, 3}
