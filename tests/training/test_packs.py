"""Training images come from packs, volumes and scans of any format, their coils combined."""

import nibabel
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from ksyn.cli.app import app
from ksyn.errors import ReadError
from ksyn.phantoms import head_image, head_kspace
from ksyn.training.images import Images
from ksyn.training.packs import load_pack, save_pack
from ksyn.training.run import PHANTOMS, Pack

HEAD = head_image((64, 64), contrast="t2").to(torch.complex64)
AXES = {"axes": "coil ky kx", "domain": "kspace"}


def correlation(a, b):
    return float(torch.linalg.vecdot(a.flatten(), b.flatten()).abs() / (a.norm() * b.norm()))


def test_the_coils_of_a_scan_are_combined_to_the_image_scanned(tmp_path):
    scan = head_kspace((64, 64), 6, contrast="t2", noise=0.001)
    np.save(tmp_path / "scan.npy", scan.samples[0].numpy())
    (image,) = load_pack(Pack(path=tmp_path / "scan.npy", **AXES))
    assert correlation(image.abs(), HEAD.abs()) > 0.99
    assert float(image.abs().flatten().quantile(0.995)) == pytest.approx(1, abs=1e-3)


def test_a_folder_holds_scans_packs_and_volumes_and_other_files_do_not_matter(tmp_path):
    (tmp_path / "deep").mkdir()
    np.savez(tmp_path / "deep" / "a.npz", images=np.abs(HEAD.numpy())[None])
    volume = nibabel.Nifti1Image(np.abs(HEAD.numpy())[..., None] * np.ones(2), np.eye(4))
    nibabel.save(volume, tmp_path / "b.nii.gz")
    (tmp_path / "README.txt").write_text("about these scans")
    (tmp_path / "empty.dcm").touch()
    images = load_pack(Pack(path=tmp_path))
    assert [tuple(image.shape) for image in images].count((64, 64)) == 3


def test_scans_that_are_not_complete_are_passed_over(tmp_path):
    samples = head_kspace((64, 64), 4).samples[0].numpy()
    samples[:, :, 1::3] = 0
    np.save(tmp_path / "scan.npy", samples)
    with pytest.raises(ReadError, match="no images"):
        load_pack(Pack(path=tmp_path / "scan.npy", **AXES))


def test_a_pack_that_is_written_is_read_again(tmp_path):
    save_pack([HEAD, 2 * HEAD], tmp_path / "pack.npz")
    first, second = load_pack(Pack(path=tmp_path / "pack.npz"))
    assert torch.allclose(first, second, atol=2e-3)
    assert correlation(first, HEAD) > 0.9999


def test_images_of_two_sizes_do_not_fit_one_pack(tmp_path):
    with pytest.raises(ReadError, match="2 sizes"):
        save_pack([HEAD, HEAD[:40]], tmp_path / "pack.npz")


def test_made_up_heads_of_validation_are_other_people():
    pack = Pack(path=PHANTOMS, stride=32)
    (seen,), (kept,) = Images([pack]), Images([pack], validation=True)
    assert correlation(seen.abs(), kept.abs()) < 0.99


def test_a_stride_takes_each_so_many_th_slice(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.abs(HEAD.numpy())[None] * np.ones((7, 1, 1)))
    assert len(load_pack(Pack(path=tmp_path / "a.npz", stride=3))) == 3


def test_the_command_packs_a_scan(tmp_path):
    np.save(tmp_path / "scan.npy", head_kspace((64, 64), 6).samples[0].numpy())
    words = ["pack", tmp_path / "scan.npy", "--axes", AXES["axes"], "--domain", AXES["domain"]]
    done = CliRunner().invoke(app, [*map(str, words), "-o", str(tmp_path / "pack.npz")])
    assert done.exit_code == 0, done.output
    assert len(load_pack(Pack(path=tmp_path / "pack.npz"))) == 1


def test_a_pack_that_cannot_be_read_is_named(tmp_path):
    np.savez(tmp_path / "flat.npz", images=np.ones((64, 64)))
    np.savez(tmp_path / "none.npz")
    for name in ("cut.npz", "cut.nii.gz", "cut.dcm"):
        (tmp_path / name).write_bytes(b"no such thing at all")
    for name in ("flat.npz", "none.npz", "cut.npz", "cut.nii.gz", "cut.dcm", "missing.npz"):
        with pytest.raises(ReadError, match=name):
            load_pack(Pack(path=tmp_path / name))


def test_the_array_of_a_pack_is_chosen_by_its_name(tmp_path):
    head = np.abs(HEAD.numpy())[None]
    np.savez(tmp_path / "a.npz", images=head, others=np.concatenate([head, head]))
    assert len(load_pack(Pack(path=tmp_path / "a.npz", key="others"))) == 2
    with pytest.raises(ReadError, match="no array 'third'"):
        load_pack(Pack(path=tmp_path / "a.npz", key="third"))
