"""Window and level, colour tables and complex modes: pure functions."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from ksyn_gui.views import luts
from ksyn_gui.views.complex_modes import (
    DECADES,
    Mode,
    above_floor,
    coloured,
    combined,
    drawable,
    hue_of,
    values_of,
)
from ksyn_gui.views.levels import PRESETS, Levels, preset_levels, sampled, symmetric
from ksyn_gui.views.picture import Picture

RNG = np.random.default_rng(0)
VALUES = RNG.normal(3, 2, (101, 64)).astype(np.float32)
SAMPLES = (RNG.normal(size=(33, 20)) + 1j * RNG.normal(size=(33, 20))).astype(np.complex64)


@pytest.mark.parametrize(("key", "low", "high"), [(0, 0.1, 99.9), (2, 2, 98), (4, 5, 95)])
def test_a_preset_lies_at_its_percentiles(key: int, low: float, high: float) -> None:
    levels = preset_levels(key, VALUES)
    assert (levels.low, levels.high) == pytest.approx(np.percentile(VALUES, (low, high)))


def test_the_full_range_reaches_from_the_least_to_the_largest() -> None:
    levels = preset_levels(5, VALUES)
    assert (levels.low, levels.high) == (VALUES.min(), VALUES.max())


def test_the_low_signal_preset_lifts_dark_tissue() -> None:
    grey = luts.lut("grey", gamma=preset_levels(7, VALUES).gamma)
    assert grey[64, 0] == pytest.approx(255 * (64 / 255) ** 0.5, abs=1)


def test_the_error_preset_is_symmetric_about_zero() -> None:
    levels = symmetric(VALUES)
    assert levels.low == -levels.high
    assert levels.high == pytest.approx(np.percentile(np.abs(VALUES), 99))


def test_presets_of_file_and_user_are_automatic_until_something_is_said() -> None:
    said = Levels(1.0, 2.0)
    assert preset_levels(1, VALUES, from_file=said) == said
    assert preset_levels(9, VALUES, my_own=said) == said
    assert preset_levels(9, VALUES) == preset_levels(1, VALUES) == preset_levels(0, VALUES)


@pytest.mark.parametrize("key", [preset.key for preset in PRESETS])
@pytest.mark.parametrize("value", [0.0, 5.0, -3.0, 1e-12])
def test_no_preset_divides_by_zero_on_a_flat_image(key: int, value: float) -> None:
    assert preset_levels(key, np.full((5, 4), value, np.float32)).window > 0


@pytest.mark.parametrize("key", [preset.key for preset in PRESETS if preset.key != 8])
@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_a_flat_image_is_black(key: int, value: float) -> None:
    assert preset_levels(key, np.full((5, 4), value, np.float32)).low == value


def test_percentiles_look_at_a_bounded_number_of_values() -> None:
    assert sampled(np.zeros((2000, 3000), np.float32)).size <= 65536


def test_dragging_right_widens_and_dragging_down_darkens() -> None:
    start = Levels(0.0, 1.0)
    wide, dark = start.dragged(100, 0, span=3.0), start.dragged(0, 100, span=3.0)
    assert wide.window == pytest.approx(2.0)
    assert wide.level == start.level
    assert dark.level == pytest.approx(1.5)
    assert start.dragged(-5000, 0, span=3.0).window > 0


@pytest.mark.parametrize("name", luts.NAMES)
def test_a_colour_table_has_256_entries_and_turns_over(name: str) -> None:
    table = luts.lut(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    np.testing.assert_array_equal(luts.lut(name, inverted=True), table[::-1])


def test_sequential_tables_get_lighter_all_the_way() -> None:
    for name in ("grey", "heat"):
        lightness = luts.lut(name).astype(float) @ (0.2126, 0.7152, 0.0722)
        assert (np.diff(lightness) >= 0).all()
        assert lightness[-1] - lightness[0] > 200


def test_phase_and_hue_close_their_circle() -> None:
    for table in (luts.lut("phase"), luts.hue_wheel()):
        steps = np.abs(np.diff(table.astype(int), axis=0)).max()
        assert np.abs(table[0].astype(int) - table[-1]).max() <= steps


def test_the_signed_table_is_black_at_zero_and_differs_in_blue_and_red() -> None:
    table = luts.lut("signed").astype(int)
    assert table[127:129].max() <= 2
    assert table[0, 2] > table[0, 0]
    assert table[-1, 0] > table[-1, 2]


def test_modes_show_the_parts_of_a_complex_number() -> None:
    np.testing.assert_allclose(values_of(SAMPLES, Mode.MAGNITUDE), np.abs(SAMPLES))
    np.testing.assert_allclose(values_of(SAMPLES, Mode.PHASE), np.angle(SAMPLES))
    np.testing.assert_allclose(values_of(SAMPLES, Mode.REAL), SAMPLES.real)
    np.testing.assert_allclose(values_of(SAMPLES, Mode.IMAGINARY), SAMPLES.imag)
    log = values_of(SAMPLES, Mode.LOG)
    np.testing.assert_allclose(log, np.log10(np.abs(SAMPLES)), atol=1e-5)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_gives_finite_float32_in_c_order(mode: Mode) -> None:
    samples = SAMPLES.copy()
    samples[3, 4], samples[5, 6], samples[7] = np.nan, np.inf, 0
    values = values_of(samples.T, mode)
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert np.isfinite(values).all()


def test_what_was_not_measured_lies_at_the_floor_and_counts_for_no_level() -> None:
    samples = np.zeros((8, 8), np.complex64)
    samples[:, 3] = 10.0
    samples[0, 3] = 1.0
    log = values_of(samples, Mode.LOG)
    assert log.min() == pytest.approx(1 - DECADES)
    assert set(above_floor(log).round(4)) == {0.0, 1.0}


def test_hue_follows_phase_once_round() -> None:
    phase = np.array([[-np.pi + 1e-3, -np.pi / 2, 0, np.pi / 2, np.pi - 1e-3]])
    np.testing.assert_allclose(hue_of(np.exp(1j * phase)), [[0, 64, 128, 192, 255]], atol=1)


def test_complex_colour_is_black_at_the_low_level_and_full_at_the_high_one() -> None:
    hue = np.array([[0, 100, 200]], np.uint8)
    dark = coloured(np.zeros((1, 3), np.float32), hue, Levels(0.0, 1.0))
    full = coloured(np.ones((1, 3), np.float32), hue, Levels(0.0, 1.0))
    assert not dark.any()
    np.testing.assert_array_equal(full, luts.hue_wheel()[hue])


def test_combined_coils_have_the_root_sum_of_squares_as_magnitude() -> None:
    coils = RNG.normal(size=(5, 17, 12, 2)).astype(np.float32).view(np.complex64)[..., 0]
    together = combined(coils)
    np.testing.assert_allclose(np.abs(together), np.linalg.norm(coils, axis=0), rtol=1e-5)


def test_combined_coils_keep_the_phase_they_share() -> None:
    weights = np.array([1, 2j, -0.5 + 0.5j], np.complex64)
    together = combined(weights[:, None, None] * SAMPLES)
    turn = together / SAMPLES
    np.testing.assert_allclose(turn, np.full_like(turn, turn[0, 0]), rtol=1e-3)


def test_combining_nothing_gives_nothing() -> None:
    assert not combined(np.zeros((4, 6, 6), np.complex64)).any()


def test_drawable_replaces_what_is_not_a_number() -> None:
    values = drawable(np.array([[1.0, np.nan], [np.inf, -np.inf]]))
    np.testing.assert_array_equal(values, [[1, 0], [0, 0]])


def test_pixels_are_black_below_and_white_above_the_levels(qapp: QApplication) -> None:
    values, box = np.array([[-5, 0, 0.5, 1, 9]], np.float32), QRectF(0, 0, 5, 1)
    picture = Picture()
    picture.show_values(values, Levels(0.0, 1.0), luts.lut("grey"), box)
    assert [hex(pixel) for pixel in picture.pixels[0][[0, 1, 3, 4]]] == [
        "0xff000000",
        "0xff000000",
        "0xffffffff",
        "0xffffffff",
    ]
    assert picture.pixels[0, 2] & 0xFF in (127, 128)


def test_pixels_hold_red_green_blue_in_order_and_alpha(qapp: QApplication) -> None:
    picture, box = Picture(), QRectF(0, 0, 2, 1)
    hue = np.array([[0, 40]], np.uint8)
    picture.show_colours(np.ones((1, 2), np.float32), hue, Levels(0.0, 1.0), box)
    red, green, blue = (int(part) for part in luts.hue_wheel()[40])
    assert picture.pixels[0, 1] == 0xFF << 24 | red << 16 | green << 8 | blue
    table = np.array([[10, 20, 30, 0], [255, 0, 128, 255]], np.uint8)
    picture.show_kinds(np.array([[0, 1]], np.uint8), table, box)
    assert picture.pixels.tolist() == [[0, 0xFFFF0080]]


def test_other_levels_leave_the_values_of_a_picture_alone(qapp: QApplication) -> None:
    picture, values, box = Picture(), np.zeros((3, 4), np.float32), QRectF(0, 0, 4, 3)
    changes = []
    picture.sigImageChanged.connect(lambda: changes.append(1))
    for high in (1.0, 2.0):
        picture.show_values(values, Levels(0.0, high), luts.lut("grey"), box)
    assert len(changes) == 1
