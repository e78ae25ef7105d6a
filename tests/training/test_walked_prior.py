"""Training a prior on its sampler's way: the way is the sampler's, the gradient each step's own."""

import pytest
import torch
import yaml
from learned_models import write_run

pytest.importorskip("lightning")

from torch.utils.data import default_collate

from ksyn.data import Mask
from ksyn.diffusion.attenuation import widest_blur
from ksyn.diffusion.denoiser import NetworkDenoiser, Preconditioned
from ksyn.errors import WeightsError
from ksyn.methods.ak_diffusion import AkDiffusion, ak_stream, schedule_of
from ksyn.nets import NETWORKS
from ksyn.nets.acquisition import Acquisition
from ksyn.noise import complex_noise
from ksyn.training.checkpoints import trained_model
from ksyn.training.export import export
from ksyn.training.families import load_run
from ksyn.training.images import Images
from ksyn.training.scans import ScanSettings, random_scan
from ksyn.training.train import train
from ksyn.training.walk import walk
from ksyn.training.walked_examples import WalkedExamples
from ksyn.training.walked_prior import WalkedPrior
from ksyn.weights import load_denoiser

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

LEVELS = 4


def network():
    torch.manual_seed(3)
    unet = NETWORKS.get("unet").of({"widths": [4, 4], "blocks": 1}).build()
    for parameter in unet.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return Preconditioned(unet, 0.25)


def scan_of(matrix, rng):
    image = torch.zeros(matrix, dtype=torch.complex64)
    image[matrix[0] // 4 : -4, 5:-5] = 0.8 + 0.3j
    return random_scan(image, ScanSettings(coils=(3, 3)), rng)[0]


def write_walked(folder, **settings):
    fields = yaml.safe_load(write_run(folder).read_text(encoding="utf-8"))
    fields |= {
        "family": "walked-prior",
        "network_options": {"widths": [4, 4], "blocks": 1},
        "matrix": [16, 16],
        "scan_matrix": [24, 20],
        "levels": LEVELS,
    }
    (folder / "run.yaml").write_text(yaml.safe_dump(fields | settings), encoding="utf-8")
    return folder / "run.yaml"


def run_of(folder, **settings):
    return load_run(write_walked(folder, **({"batch": 2} | settings)))


@pytest.mark.parametrize("matrix", [(32, 28), (31, 33)])
def test_a_walk_ends_where_the_sampler_does(matrix, rng):
    model, problem = network(), scan_of(matrix, rng)
    options = AkDiffusion(steps=LEVELS - 1, turns=False)
    steps = list(ak_stream(problem, NetworkDenoiser(model), options, rng.manual_seed(5)))
    rng.manual_seed(5)
    drawn = [complex_noise((1, 1, *matrix), rng)[:, 0] for _ in range(LEVELS)]
    noise = torch.stack(drawn[::-1], dim=1)
    schedule = schedule_of(problem, options)
    estimates = list(walk(model, Acquisition.of(problem), [schedule], noise))
    assert len(estimates) == len(steps)
    for estimate, step in zip(estimates, steps, strict=True):
        torch.testing.assert_close(estimate.corrected, step.image, atol=2e-4, rtol=1e-3)


def test_scans_of_one_batch_walk_as_each_would_alone(rng):
    model, problems = network(), [scan_of((24, 20), rng) for _ in range(2)]
    options, noise = AkDiffusion(steps=LEVELS - 1), complex_noise((2, LEVELS, 24, 20), rng)
    schedules = [schedule_of(problem, options) for problem in problems]
    alone = [
        list(walk(model, Acquisition.of(p), [s], n[None]))[-1].corrected
        for p, s, n in zip(problems, schedules, noise, strict=True)
    ]
    scans = [Acquisition.of(problem) for problem in problems]
    together = Acquisition(
        *(
            torch.cat([getattr(s, name) for s in scans])
            for name in ("kspace", "mask", "maps", "noise")
        )
    )
    last = list(walk(model, together, schedules, noise))[-1].corrected
    torch.testing.assert_close(last, torch.cat(alone), atol=1e-4, rtol=1e-3)


def test_each_step_of_a_walk_has_a_gradient_of_its_own(rng):
    model, problem = network(), scan_of((24, 20), rng)
    schedule = schedule_of(problem, AkDiffusion(steps=LEVELS - 1))
    noise = complex_noise((1, LEVELS, 24, 20), rng)
    for estimate in walk(model, Acquisition.of(problem), [schedule], noise):
        model.zero_grad()
        estimate.corrected.abs().sum().backward()  # the graph of this step only
        assert any(p.grad is not None and p.grad.abs().max() > 0 for p in model.parameters())


def test_examples_are_a_function_of_seed_epoch_and_index(tmp_path):
    run = run_of(tmp_path)
    first, again = (WalkedExamples(run, Images(run.packs), 1)[3] for _ in range(2))
    other = WalkedExamples(run, Images(run.packs), 2)[3]
    assert torch.equal(first.noise, again.noise)
    assert torch.equal(first.crops.noisy, again.crops.noisy)
    assert torch.equal(first.scan.kspace, again.scan.kspace)
    assert not torch.equal(first.scan.reference, other.scan.reference)


def test_the_blur_of_an_example_is_that_of_its_mask(tmp_path):
    run = run_of(tmp_path)
    example = WalkedExamples(run, Images(run.packs), 0)[0]
    expected = widest_blur(Mask(example.scan.mask[None]), "automatic", run.sigma_max)
    assert tuple(example.blur.tolist()) == pytest.approx(expected)


def test_a_few_steps_on_one_batch_shrink_the_error_along_the_way(tmp_path):
    run = run_of(tmp_path)
    examples = WalkedExamples(run, Images(run.packs), 0)
    batch, trainee = default_collate([examples[0], examples[1]]), WalkedPrior(run)
    adam, before = torch.optim.Adam(trainee.parameters(), 1e-2), trainee.error_along(batch)
    for _ in range(40):
        adam.zero_grad()
        trainee.error_along(batch).backward()
        adam.step()
    assert trainee.error_along(batch) < before - 0.2


def test_what_is_trained_is_a_prior_that_further_training_starts_from(tmp_path, monkeypatch):
    run_file = write_walked(tmp_path / "first")
    checkpoint = train(run_file, tmp_path / "runs")
    card = export(run_file, checkpoint, tmp_path / "models" / "walked", [])
    assert card.family == "prior"
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path / "models")
    started = WalkedPrior(run_of(tmp_path / "second", start="walked")).model
    trained = load_denoiser("walked", torch.device("cpu")).model
    for name, tensor in trained.state_dict().items():
        assert torch.equal(tensor, started.state_dict()[name])


def test_a_run_may_keep_a_share_of_its_start(tmp_path, monkeypatch):
    first = write_walked(tmp_path / "first")
    export(first, train(first, tmp_path / "runs"), tmp_path / "models" / "walked", [])
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path / "models")
    further = run_of(tmp_path / "second", start="walked", batch=1)
    checkpoint = train(tmp_path / "second" / "run.yaml", tmp_path / "more")
    shares = (0.0, 0.25, 1.0 - 1e-9)
    new, mixed, old = (
        trained_model(further.model_copy(update={"kept_start": share}), checkpoint).state_dict()
        for share in shares
    )
    for name, tensor in mixed.items():
        torch.testing.assert_close(tensor, 0.75 * new[name] + 0.25 * old[name])
    assert any(not torch.equal(new[name], old[name]) for name in new)


def test_a_start_of_another_network_is_refused_with_its_name(tmp_path):
    with pytest.raises(WeightsError, match="ak-head"):
        WalkedPrior(run_of(tmp_path, start="ak-head"))
