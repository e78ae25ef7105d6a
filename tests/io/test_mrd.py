from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from fastmri_file import mrd_xml, random_complex
from mrd_file import BOTH, CALIBRATION, NAVIGATION, NOISE, REVERSED, lines, readout, write_mrd

from ksyn.errors import ReadError
from ksyn.fourier import kspace_to_image, resize_centred
from ksyn.io import open_scan
from ksyn.io.scan import Scan


def mrd(path: Path, readouts: list, matrix: tuple[int, int] = (16, 12), **header) -> Scan:  # type: ignore[type-arg]
    size = (*matrix, 1)
    return open_scan(write_mrd(path / "a.h5", mrd_xml(size, size, **header), readouts))


def test_readouts_become_columns(tmp_path: Path) -> None:
    kspace = random_complex(3, 16, 11)
    with mrd(tmp_path, lines(kspace), (16, 11), centre=5) as scan:
        assert scan.format == "ismrmrd"
        assert torch.equal(scan.kspace().samples[0], torch.from_numpy(kspace))
        assert scan.fully_sampled()


def test_lines_left_out_are_zero_and_not_measured(tmp_path: Path) -> None:
    with mrd(tmp_path, lines(random_complex(3, 16, 12), range(0, 12, 4)), centre=6) as scan:
        columns = scan.mask().samples[0, 0].any(dim=0)
        assert columns.nonzero().flatten().tolist() == [0, 4, 8]
        assert not scan.kspace().samples[..., 1:4].any()
        assert scan.reference() is None


def test_the_encoding_centre_falls_on_the_zero_frequency(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 8)
    with mrd(tmp_path, lines(kspace), centre=2, lines=8) as scan:  # partial Fourier: 8 of 12
        assert torch.equal(scan.kspace().samples[0, :, :, 4:], torch.from_numpy(kspace))
        assert not scan.fully_sampled()


def test_an_asymmetric_echo_sits_with_its_centre_at_zero(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 12)
    cut = [readout(kspace[:, 6:, c], centre=2, kspace_encode_step_1=c) for c in range(12)]
    with mrd(tmp_path, cut, centre=6) as scan:
        assert torch.equal(scan.kspace().samples[0, :, 6:], torch.from_numpy(kspace[:, 6:]))
        assert not scan.mask().samples[:, :, :6].any()


def test_samples_to_discard_are_left_out(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 12)
    cut = [readout(kspace[:, :, c], discard=(2, 3), kspace_encode_step_1=c) for c in range(12)]
    with mrd(tmp_path, cut, centre=6) as scan:
        rows = scan.mask().samples[0, 0].all(dim=1)
        assert rows.nonzero().flatten().tolist() == list(range(2, 13))


@pytest.mark.parametrize("rows", [15, 16])
def test_reversed_readouts_are_turned(tmp_path: Path, rows: int) -> None:
    kspace = random_complex(2, rows, 12)
    echoes = lines(kspace, range(0, 12, 2)) + [
        readout(kspace[:, ::-1, c], flags=[REVERSED], kspace_encode_step_1=c)
        for c in range(1, 12, 2)
    ]
    with mrd(tmp_path, echoes, (rows, 12), centre=6) as scan:
        assert torch.equal(scan.kspace().samples[0], torch.from_numpy(kspace))


def test_a_reversed_asymmetric_readout_sits_with_its_centre_at_zero(tmp_path: Path) -> None:
    kspace = random_complex(2, 10, 12)  # as measured: 8 samples, the zero frequency, one more
    echoes = [
        readout(kspace[:, ::-1, c], flags=[REVERSED], centre=8, kspace_encode_step_1=c)
        for c in range(12)
    ]
    with mrd(tmp_path, echoes, (20, 12), centre=6) as scan:
        assert torch.equal(scan.kspace().samples[0, :, 9:19], torch.from_numpy(kspace))


def test_calibration_lines_are_measured_lines(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 12)
    readouts = [
        *lines(kspace, range(0, 12, 3)),
        readout(kspace[:, :, 5], flags=[CALIBRATION], kspace_encode_step_1=5),
        readout(kspace[:, :, 7], flags=[BOTH], kspace_encode_step_1=7),
    ]
    with mrd(tmp_path, readouts, centre=6) as scan:
        columns = scan.mask().samples[0, 0].any(dim=0).nonzero().flatten().tolist()
        assert columns == [0, 3, 5, 6, 7, 9]
        assert torch.equal(scan.kspace().samples[0, :, :, 5], torch.from_numpy(kspace[:, :, 5]))


def test_a_measured_line_is_not_mixed_with_its_calibration(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 12)
    again = readout(100 * kspace[:, :, 6], flags=[CALIBRATION], kspace_encode_step_1=6)
    with mrd(tmp_path, [*lines(kspace), again], centre=6) as scan:
        assert torch.equal(scan.kspace().samples[0], torch.from_numpy(kspace))


def test_navigators_are_left_out(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 12)
    navigator = readout(random_complex(2, 30), flags=[NAVIGATION])
    with mrd(tmp_path, [navigator, *lines(kspace)], centre=6) as scan:
        assert torch.equal(scan.kspace().samples[0], torch.from_numpy(kspace))


def test_averages_are_averaged(tmp_path: Path) -> None:
    first, second = random_complex(2, 16, 12), random_complex(2, 16, 12, seed=2)
    with mrd(tmp_path, lines(first) + lines(second, average=1), centre=6) as scan:
        mean = torch.from_numpy((first + second) / 2)
        torch.testing.assert_close(scan.kspace().samples[0], mean)


@pytest.mark.parametrize("counter", ["repetition", "phase", "contrast", "set"])
def test_repetitions_phases_contrasts_and_sets_are_frames(tmp_path: Path, counter: str) -> None:
    frames = [random_complex(2, 16, 12, seed=n) for n in range(3)]
    readouts = [line for n, frame in enumerate(frames) for line in lines(frame, **{counter: 5 * n})]
    with mrd(tmp_path, readouts, centre=6) as scan:
        assert scan.n_frames == 3
        assert torch.equal(scan.kspace().samples, torch.from_numpy(np.stack(frames)))


def test_each_frame_has_its_own_mask(tmp_path: Path) -> None:
    kspace = random_complex(2, 16, 12)
    readouts = lines(kspace, range(0, 12, 2)) + lines(kspace, range(1, 12, 2), repetition=1)
    with mrd(tmp_path, readouts, centre=6) as scan:
        columns = scan.mask().samples[:, 0].any(dim=1)
        assert torch.equal(columns[0], ~columns[1])


def test_interleaved_slices_are_told_apart(tmp_path: Path) -> None:
    slices = [random_complex(2, 16, 12, seed=n) for n in range(3)]
    each = [lines(kspace, slice=n) for n, kspace in enumerate(slices)]
    readouts = [line for together in zip(*each, strict=True) for line in together]
    with mrd(tmp_path, readouts, centre=6) as scan:
        assert scan.n_slices == 3
        for n, kspace in enumerate(slices):
            assert torch.equal(scan.kspace(n).samples[0], torch.from_numpy(kspace))


def test_readout_oversampling_is_removed(tmp_path: Path) -> None:
    kspace = random_complex(2, 32, 12)
    xml = mrd_xml((32, 12, 1), (16, 12, 1), centre=6)
    with open_scan(write_mrd(tmp_path / "a.h5", xml, lines(kspace))) as scan:
        wanted = resize_centred(kspace_to_image(torch.from_numpy(kspace)[None]), (16, 12))
        torch.testing.assert_close(kspace_to_image(scan.kspace().samples), wanted)


def test_an_asymmetric_echo_stays_so_without_its_oversampling(tmp_path: Path) -> None:
    cut = [readout(random_complex(2, 22), centre=6, kspace_encode_step_1=c) for c in range(12)]
    xml = mrd_xml((32, 12, 1), (16, 12, 1), centre=6)
    with open_scan(write_mrd(tmp_path / "a.h5", xml, cut)) as scan:
        rows = scan.mask().samples[0, 0].all(dim=1)
        assert rows.nonzero().flatten().tolist() == list(range(5, 16))


@pytest.mark.parametrize("partitions", [4, 5])
def test_a_3d_scan_is_shown_slice_by_slice(tmp_path: Path, partitions: int) -> None:
    volume = torch.from_numpy(random_complex(2, 8, 6, partitions))
    readouts = [
        readout(volume[:, :, c, p].numpy(), kspace_encode_step_1=c, kspace_encode_step_2=p)
        for p in range(partitions)
        for c in range(6)
    ]
    xml = mrd_xml((8, 6, partitions), (8, 6, partitions), centre=3)
    with open_scan(write_mrd(tmp_path / "a.h5", xml, readouts)) as scan:
        assert scan.n_slices == partitions
        got = torch.stack([scan.kspace(z).samples[0] for z in range(partitions)], dim=-1)
    torch.testing.assert_close(got, _along_partitions(volume))


def _along_partitions(volume: torch.Tensor) -> torch.Tensor:
    """Return the centred orthonormal inverse transform of the last axis, written as a sum."""
    n = volume.shape[-1]
    index = torch.arange(n) - n // 2
    kernel = torch.exp(2j * torch.pi * index[:, None] * index[None, :] / n) / n**0.5
    return volume @ kernel.to(volume.dtype)


def test_a_3d_scan_without_all_partitions_is_refused(tmp_path: Path) -> None:
    kspace = random_complex(2, 8, 6)
    readouts = [line for p in (0, 2) for line in lines(kspace, kspace_encode_step_2=p)]
    path = write_mrd(tmp_path / "a.h5", mrd_xml((8, 6, 4), (8, 6, 4), centre=3), readouts)
    with pytest.raises(ReadError, match="partitions"):
        open_scan(path)


def test_noise_readouts_give_the_covariance_at_the_image_bandwidth(tmp_path: Path) -> None:
    mixing = np.array([[2, 0], [1j, 1]])
    noise = (mixing @ random_complex(2, 60_000)).astype(np.complex64)
    readouts = [readout(noise, flags=[NOISE], dwell_time=8.0), *lines(random_complex(2, 16, 12))]
    with mrd(tmp_path, readouts, centre=6) as scan:
        found = scan.noise_covariance()
    # Twice the dwell time, half the bandwidth; the receiver passes 0.8 of it; E|n|² = 2.
    expected = torch.from_numpy(mixing @ mixing.conj().T) * 2 * (8.0 / 4.0) / 0.8
    assert found is not None
    torch.testing.assert_close(found.to(torch.complex128), expected, rtol=0.05, atol=0.2)


def test_without_noise_readouts_there_is_no_covariance(tmp_path: Path) -> None:
    with mrd(tmp_path, lines(random_complex(2, 16, 12)), centre=6) as scan:
        assert scan.noise_covariance() is None


def test_the_header_shows_no_patient(tmp_path: Path) -> None:
    with mrd(tmp_path, lines(random_complex(2, 16, 12)), centre=6) as scan:
        header = str(scan.header())
    assert "70 °" in header
    assert "Secret" not in header


@pytest.mark.parametrize("trajectory", ["radial", "spiral"])
def test_other_trajectories_are_refused(tmp_path: Path, trajectory: str) -> None:
    with pytest.raises(ReadError, match=trajectory):
        mrd(tmp_path, lines(random_complex(2, 16, 12)), trajectory=trajectory)


def test_a_line_beside_the_matrix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="does not fit the encoded matrix of 12"):
        mrd(tmp_path, lines(random_complex(2, 16, 13)), centre=6)


def test_a_readout_longer_than_the_matrix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="20 samples"):
        mrd(tmp_path, lines(random_complex(2, 20, 12)), centre=6)


def test_a_noise_scan_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="none of which makes an image"):
        mrd(tmp_path, [readout(random_complex(2, 16), flags=[NOISE])])


def test_readouts_with_other_coils_are_refused(tmp_path: Path) -> None:
    readouts = lines(random_complex(2, 16, 6)) + lines(random_complex(3, 16, 6))
    with pytest.raises(ReadError, match="coils"):
        mrd(tmp_path, readouts)
