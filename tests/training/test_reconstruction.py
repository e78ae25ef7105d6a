"""Training networks to reconstruct: scans made of images, the error, the course of a run."""

import pytest
import torch
import yaml
from learned_models import write_run

pytest.importorskip("lightning")

from torch.utils.data import default_collate

from ksyn.encoding import combine
from ksyn.errors import OptionError
from ksyn.fourier import kspace_to_image
from ksyn.masks import MASKS
from ksyn.training.families import load_run
from ksyn.training.images import Images
from ksyn.training.reconstruction import Reconstruction, relative_error
from ksyn.training.reconstruction_examples import Examples
from ksyn.training.scans import MaskRange, ScanSettings, random_maps, random_mask, random_scan
from ksyn.training.train import losses, train

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

FULL = MaskRange(name="full")


def image_of(matrix=(24, 20)):
    image = torch.zeros(matrix, dtype=torch.complex64)
    image[6:18, 5:15] = 1 + 0.5j
    return image


def examples_of(folder, epoch=0, **settings):
    run = load_run(write_run(folder, **settings))
    return Examples(run, Images(run.packs), epoch)


def test_examples_are_a_function_of_seed_epoch_and_index(tmp_path):
    first, again = (examples_of(tmp_path, 1, batch=4)[3] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.reference, examples_of(tmp_path, 2, batch=4)[3].reference)
    assert not torch.equal(first.reference, examples_of(tmp_path, 1, batch=4)[2].reference)


def test_a_batch_has_one_number_of_coils_and_others_have_others(tmp_path):
    examples = examples_of(tmp_path, batch=3, steps_per_epoch=6)
    counts = [examples[i].kspace.shape[0] for i in range(18)]
    batches = [counts[i : i + 3] for i in range(0, 18, 3)]
    assert all(len(set(batch)) == 1 for batch in batches)
    assert len(set(counts)) > 2


def test_a_complete_scan_without_noise_shows_the_image(rng):
    settings = ScanSettings(noise=(1e-9, 1e-9), estimated_maps=0, masks=[FULL])
    problem, reference = random_scan(image_of(), settings, rng)
    images = kspace_to_image(problem.kspace.samples)
    torch.testing.assert_close(combine(images, problem.sens_maps.maps)[0, 0], reference)
    torch.testing.assert_close(reference, image_of(), atol=1e-5, rtol=1e-4)


def test_noise_has_the_level_the_network_is_told(rng):
    settings = ScanSettings(coils=(8, 8), noise=(0.005, 0.05), estimated_maps=0, masks=[FULL])
    problem, _ = random_scan(0 * image_of(), settings, rng)
    assert 0.005 <= problem.noise_level <= 0.05
    assert float(problem.kspace.samples.real.std()) == pytest.approx(problem.noise_level, rel=0.05)


def test_estimated_maps_are_of_the_scans_own_centre(rng):
    uniform = MaskRange(name="uniform", options={"acceleration": 2, "acs_lines": 12})
    settings = ScanSettings(coils=(4, 4), estimated_maps=1, masks=[uniform], noise=(1e-4, 1e-4))
    _, reference = random_scan(image_of((32, 32)), settings, rng)
    seen = reference.abs() > 0.3
    # The maps have the object's phase, so what they combine is nearly real and positive.
    assert float(reference[seen].angle().abs().mean()) < 0.2 < float(image_of()[12, 10].angle())


def test_a_centre_too_small_for_maps_leaves_the_true_ones(rng):
    lone = MaskRange(name="uniform", options={"acceleration": 3, "acs_lines": 0})
    settings = ScanSettings(coils=(4, 4), estimated_maps=1, masks=[lone], noise=(1e-4, 1e-4))
    _, reference = random_scan(image_of(), settings, rng)
    torch.testing.assert_close(reference, image_of(), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("matrix", [(24, 20), (17, 33)])
@pytest.mark.parametrize("n_coils", [1, 9])
def test_coils_are_drawn_anew_with_norm_one(matrix, n_coils, rng):
    first, second = (random_maps(n_coils, matrix, rng).maps for _ in range(2))
    assert first.shape == (1, n_coils, *matrix)
    torch.testing.assert_close(first.abs().square().sum(dim=1), torch.ones(1, *matrix))
    assert not torch.equal(first, second)


def test_options_of_masks_are_drawn_within_their_range(rng):
    choice = MaskRange.model_validate(
        {"name": "random", "options": {"acceleration": [2.0, 4.0], "acs_lines": [2, 6]}}
    )
    found = [random_mask([choice], (16, 64), rng).acceleration for _ in range(20)]
    assert 1.9 < min(found) < max(found) < 4.3
    assert len(set(found)) > 5


def test_masks_that_cannot_be_measured_are_drawn_again(rng):
    choice = MaskRange(name="random", options={"acceleration": (2.0, 20.0), "acs_lines": (4, 12)})
    assert all(random_mask([choice], (16, 64), rng).acceleration < 17 for _ in range(20))


def test_masks_of_which_none_can_be_measured_are_named(rng):
    choice = MaskRange(name="random", options={"acceleration": 20, "acs_lines": 12})
    with pytest.raises(OptionError, match="None of 50 masks"):
        random_mask([choice], (16, 64), rng)


def test_the_usual_masks_are_all_there(rng):
    usual = ScanSettings().masks
    assert all(random_mask([choice], (128, 128), rng).acceleration > 1.5 for choice in usual)
    assert {choice.name for choice in usual} <= set(MASKS.names())


def test_the_error_does_not_depend_on_scale():
    images, references = torch.randn(2, 3, 9, 8, dtype=torch.complex64)
    error = relative_error(images, references)
    torch.testing.assert_close(relative_error(1e3 * images, 1e3 * references), error)
    assert float(relative_error(references, references)) < 0.02 < float(error)


@pytest.mark.parametrize("network", ["unet", "unrolled", "h-dslr"])
def test_each_network_learns_from_a_batch(network, tmp_path):
    options = {"widths": [8], **({} if network == "unet" else {"cascades": 1})}
    run = load_run(write_run(tmp_path, network=network, network_options=options, batch=2))
    module = Reconstruction(run)
    batch = default_collate([Examples(run, Images(run.packs), 0)[i] for i in range(2)])
    before = module.loss(batch)
    before.backward()
    slope = torch.nn.utils.get_total_norm([p.grad for p in module.parameters()])
    with torch.no_grad():
        for parameter in module.parameters():
            parameter -= 1e-4 * parameter.grad / slope
    assert float(module.loss(batch).detach()) < float(before.detach())


def test_a_run_lowers_the_loss(tmp_path):
    options = {"widths": [8, 16], "blocks": 1}
    settings = {"network": "unet", "network_options": options, "steps": 120, "batch": 2}
    settings |= {"steps_per_epoch": 30, "warm_up": 5, "learning_rate": 2e-3}
    folder = tmp_path / "run"
    train(write_run(tmp_path, **settings), folder)
    course = losses(folder)
    assert course[-1][1] < course[0][1]


def test_a_run_file_with_an_unknown_setting_is_named(tmp_path):
    path = write_run(tmp_path)
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {"sigma_data": 1}))
    with pytest.raises(OptionError, match="sigma_data"):
        load_run(path)
