"""Of a run every number is kept, and as many pictures as fit memory and time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ksyn.data import Step
from ksyn_gui.album import MOST_PICTURES
from ksyn_gui.recorder import Recorder

SLOW = 0.005
"""Time that a metric takes [s]."""


class Clock:
    """Time that passes only when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


CLOCK = Clock()


@pytest.fixture(autouse=True)
def no_real_time(monkeypatch):
    """Let a busy machine change nothing."""
    monkeypatch.setattr("ksyn_gui.recorder.monotonic", CLOCK)


class Source:
    """A run without an engine: images in units of a thousandth."""

    title, learned = "Test", False
    slowness = 0.0
    look_slowness = 0.0
    measured = looked = 0
    ends = ()

    def ends_sample(self, step):
        return step.index in self.ends

    def image_of(self, step):
        return step.image

    def kspace_of(self, step, frame, coil):
        self.looked += 1
        CLOCK.sleep(self.look_slowness)
        return step.kspace[frame, max(coil, 0)]

    def scale_image(self, image):
        return image * np.float32(1000)

    def scale_kspace(self, kspace):
        return kspace * np.float32(1000)

    def measure(self, image, names):
        self.measured += 1
        CLOCK.sleep(self.slowness)
        return dict.fromkeys(names, float(image.real.max()))


def steps(n: int, seconds: float = 0.0):
    """Yield steps of 2 frames, 3 coils, 16 × 12, all samples of which are the step's number."""
    for index in range(n):
        CLOCK.sleep(seconds)
        image = torch.full((2, 16, 12), complex(index, -index), dtype=torch.complex64)
        kspace = torch.full((2, 3, 16, 12), complex(index, 1), dtype=torch.complex64)
        yield Step(image, kspace, index, n, {"data_residual": 1 / (index + 1)})


PICTURE = (2 + 1) * 16 * 12 * 2 * 2
"""Size of one kept picture: two frames, one k-space, complex, half precision [byte]."""


def watched(recorder: Recorder, n: int, seconds: float = 0.0) -> Recorder:
    for _ in recorder.watch(steps(n, seconds)):
        pass
    return recorder


def test_the_numbers_of_every_step_are_kept():
    progress = watched(Recorder(Source(), 0), 50).progress()
    np.testing.assert_array_equal(progress.curve("data_residual")[0], np.arange(50))


def test_another_sample_starts_after_each_end_but_the_last():
    source = Source()
    source.ends = (3, 7, 9)
    assert watched(Recorder(source, 0), 10).progress().sample_starts == (4, 8)


def test_a_step_called_back_is_what_it_was():
    recorder = watched(Recorder(Source(), 2**20), 20, seconds=1)
    step = recorder.recall(7)
    assert step.index == 7
    np.testing.assert_allclose(step.image, np.full((16, 12), 7000 - 7000j), rtol=1e-3)
    np.testing.assert_allclose(step.kspace, np.full((16, 12), 7000 + 1000j), rtol=1e-3)


def test_the_last_step_is_called_back_at_full_precision():
    recorder = Recorder(Source(), 2**20)
    for step in recorder.watch(steps(3)):
        step.image[:] = np.pi
    np.testing.assert_array_equal(recorder.recall(2).image, np.full((16, 12), np.pi * 1000, "c8"))


@pytest.mark.parametrize("room", [3, 10, 100])
def test_the_memory_is_never_exceeded(room):
    recorder = watched(Recorder(Source(), room * PICTURE), 300)
    assert 2 <= len(recorder.kept) <= room + 1


def test_what_is_kept_covers_the_whole_run_evenly():
    kept = np.array(watched(Recorder(Source(), 20 * PICTURE), 200, 1.0).kept)
    assert kept[0] == 0
    assert kept[-1] == 199
    assert np.diff(kept).max() <= 2 * np.diff(kept)[:-1].min()


def test_another_frame_is_shown_of_a_kept_step():
    recorder = watched(Recorder(Source(), 10 * PICTURE), 5)
    recorder.look_at(1, 0)
    assert recorder.recall(2).image.shape == (16, 12)
    assert recorder.recall(2).kspace is None  # only the frame on the screen was kept


def test_slow_metrics_are_measured_of_few_steps():
    source = Source()
    source.slowness = SLOW
    watched(Recorder(source, 2**20), 100, 0.02)
    assert 1 <= source.measured < 5


def test_a_run_that_is_over_at_once_is_not_measured_on_the_way():
    source = Source()
    recorder = watched(Recorder(source, 2**20), 15, 0.008)
    assert source.measured == 0
    recorder.fill_in()
    assert source.measured == len(recorder.kept)


def test_no_picture_is_made_in_a_run_that_is_over_at_once():
    source = Source()
    recorder = watched(Recorder(source, 2**20), 15, 0.008)
    assert source.looked == 0
    assert len(recorder.kept) >= 5
    recorder.fill_in()
    assert source.looked >= 4


def test_a_step_kept_as_it_was_becomes_a_picture_after_the_run():
    recorder = watched(Recorder(Source(), 2**20), 4)
    whole = recorder.recall(2)
    recorder.fill_in()
    picture = recorder.recall(2)
    assert picture.index == whole.index == 2
    np.testing.assert_allclose(picture.image, whole.image, rtol=1e-3)
    np.testing.assert_allclose(picture.kspace, whole.kspace, rtol=1e-3)


def test_pictures_that_cost_too_much_are_few_and_evenly_spread():
    source = Source()
    source.look_slowness = 0.001
    kept = watched(Recorder(source, 2**20), 40, 0.01).kept
    assert 5 <= len(kept) <= 12
    assert kept[0] == 0
    assert kept[-1] == 39
    assert len(set(np.diff(kept)[:-1])) == 1


def test_steps_too_large_to_be_kept_as_they_are_do_not_hold_the_run_up():
    source = Source()
    source.look_slowness = 0.01
    recorder = watched(Recorder(source, 15 * PICTURE), 40, 0.01)
    assert 1 <= source.looked <= 2
    assert recorder.kept[0] == 0
    assert recorder.kept[-1] == 39


def test_no_more_pictures_are_kept_than_can_be_measured():
    assert len(watched(Recorder(Source(), 2**30), 1000).kept) <= MOST_PICTURES + 1


def test_after_the_run_every_kept_step_is_measured():
    source = Source()
    source.slowness = SLOW
    recorder = watched(Recorder(source, 2**20), 60)
    recorder.fill_in()
    steps_measured, values = recorder.progress().curve("ssim")
    assert set(steps_measured) >= set(recorder.kept)
    np.testing.assert_array_equal(values, steps_measured)


def test_time_left_is_estimated_from_the_steps_so_far():
    recorder = Recorder(Source(), 2**20)
    stream = recorder.watch(steps(20, 0.02))
    for _ in range(10):
        next(stream)
    assert recorder.progress().seconds_left == pytest.approx(0.2, rel=0.2)


def test_closing_the_recorder_closes_the_stream():
    closed = []

    def stream():
        try:
            yield from steps(5)
        finally:
            closed.append(True)

    watched_stream = Recorder(Source(), 0).watch(stream())
    next(watched_stream)
    watched_stream.close()
    assert closed == [True]


def test_in_a_pause_the_newest_step_shows_its_own_metrics():
    source = Source()
    source.slowness = SLOW
    recorder = watched(Recorder(source, 2**20), 40, 0.02)
    assert recorder.newest().scalars["psnr"] < 39  # of an earlier step, as metrics are dear
    recorder.measure_newest()
    assert recorder.newest().scalars["psnr"] == 39
