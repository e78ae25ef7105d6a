"""Reconstruction networks: what holds of them whatever they have learned."""

from dataclasses import replace

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.encoding import Encoding
from ksyn.fourier import centre, decentre, image_to_kspace
from ksyn.methods.cg_sense import CgSense
from ksyn.nets import RECONSTRUCTORS
from ksyn.nets.acquisition import Acquisition
from ksyn.nets.kspace_network import KSpaceNetwork
from ksyn.nets.unrolled import UnrolledOptions
from ksyn.phantoms import coil_maps

TINY = {
    "unet": {"widths": (8, 16), "blocks": 1},
    "unrolled": {"cascades": 2, "widths": (8, 16)},
    "h-dslr": {"cascades": 2, "channels": 4, "kspace_width": 8, "widths": (8, 16)},
}

every_network = pytest.mark.parametrize("name", RECONSTRUCTORS.names())


def network_of(name, *, silent=False, **options):
    """Return a tiny network with random weights, or as it is before training."""
    torch.manual_seed(0)
    network = RECONSTRUCTORS.get(name).of(TINY[name] | options).build()
    for parameter in network.parameters():
        if parameter.ndim > 1 and not silent:
            torch.nn.init.normal_(parameter, std=0.1)
    return network.requires_grad_(False)


def problem_of(matrix=(24, 20), n_coils=3, n_frames=1, noise=0.01):
    """Return a scan of blurred noise: every third column and six in the middle."""
    torch.manual_seed(1)
    image = torch.nn.functional.avg_pool2d(torch.randn(n_frames, 2, *matrix), 5, 1, 2)
    maps = coil_maps(n_coils, matrix)
    coil_images = torch.complex(image[:, 0], image[:, 1])[:, None] * maps.maps[0]
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::3] = True
    mask[..., matrix[1] // 2 - 3 : matrix[1] // 2 + 3] = True
    kspace = KSpace(image_to_kspace(coil_images) * mask)
    return Problem(kspace, Mask(mask), maps, noise)


def error(image, truth):
    return float((image - truth).abs().max() / truth.abs().max())


@every_network
@pytest.mark.parametrize("matrix", [(16, 24), (17, 23)])
@pytest.mark.parametrize("n_coils", [1, 32])
def test_any_matrix_and_any_number_of_coils_will_do(name, matrix, n_coils):
    images = network_of(name)(Acquisition.of(problem_of(matrix, n_coils)))
    assert all(image.shape == (1, 1, *matrix) for image in images)
    assert all(bool(torch.isfinite(image.abs()).all()) for image in images)


@every_network
def test_as_many_images_come_as_were_announced(name):
    network = network_of(name)
    assert len(network(Acquisition.of(problem_of()))) == network.total


@every_network
def test_the_answer_scales_and_turns_with_the_scan(name):
    network, scan = network_of(name), Acquisition.of(problem_of())
    factor = torch.polar(torch.tensor(300.0), torch.tensor(2.0))
    changed = replace(scan, kspace=factor * scan.kspace, noise=300 * scan.noise)
    assert error(network(changed)[-1], factor * network(scan)[-1]) < 1e-4


@every_network
def test_weights_change_the_answer(name):
    scan = Acquisition.of(problem_of())
    assert error(network_of(name)(scan)[-1], network_of(name, silent=True)(scan)[-1]) > 1e-3


@every_network
def test_frames_do_not_mix(name):
    problem = problem_of(n_frames=3)
    scan = Acquisition.of(problem)
    alone = replace(scan, kspace=scan.kspace[1:2], noise=scan.noise[1:2])
    network = network_of(name)
    assert error(network(scan)[-1][1:2], network(alone)[-1]) < 1e-4


@every_network
def test_coils_that_see_nothing_change_nothing(name):
    network, scan = network_of(name), Acquisition.of(problem_of())
    more = replace(
        scan,
        kspace=torch.cat([scan.kspace, 0 * scan.kspace], dim=1),
        maps=torch.cat([scan.maps, 0 * scan.maps], dim=2),
    )
    assert error(network(more)[-1], network(scan)[-1]) < 1e-4


@every_network
def test_the_order_and_the_phases_of_coils_do_not_matter(name):
    network, scan = network_of(name), Acquisition.of(problem_of(n_coils=6))
    order, turn = torch.tensor([3, 0, 5, 1, 4, 2]), torch.polar(torch.ones(6), torch.arange(6.0))
    turned = replace(
        scan,
        kspace=(turn[:, None, None] * scan.kspace)[:, order],
        maps=(turn[:, None, None] * scan.maps)[:, :, order],
    )
    assert error(network(turned)[-1], network(scan)[-1]) < 1e-3


@every_network
def test_noise_is_heard_of(name):
    network, scan = network_of(name), Acquisition.of(problem_of())
    assert error(network(replace(scan, noise=20 * scan.noise))[-1], network(scan)[-1]) > 1e-3


@every_network
def test_every_weight_gets_a_gradient(name):
    network = network_of(name).requires_grad_(True)
    network(Acquisition.of(problem_of()))[-1].abs().square().mean().backward()
    silent = {
        n for n, p in network.named_parameters() if p.grad is None or not p.grad.isfinite().all()
    }
    assert silent <= {"log_weights"} if name == "unet" else not silent


@every_network
def test_one_scan_is_learned_by_heart(name):
    network = network_of(name, silent=True).requires_grad_(True)
    scan = Acquisition.of(problem_of((16, 16)))
    truth = scan.adjoint().roll(3, -1)  # Nothing a measurement could say.
    optimizer = torch.optim.Adam(network.parameters(), 2e-2)
    losses = []
    for _ in range(25):
        loss = (network(scan)[-1] - truth).abs().square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert min(losses) < 0.5 * losses[0]


# --- Unrolled: data consistency.


def test_without_cnns_the_first_image_is_regularised_least_squares():
    problem = problem_of()
    network = network_of("unrolled", silent=True, cg_iterations=7)
    scan = Acquisition.of(problem)
    weight = float(network.weight(scan.in_units(scan.unit()), 0))
    steps = CgSense(iterations=7, regularisation=weight).stream(problem, torch.Generator())
    assert error(network(scan)[0][:, 0], list(steps)[-1].image) < 1e-5


def test_without_cnns_cascades_walk_to_least_squares():
    problem = problem_of((16, 12), n_coils=6)
    network = network_of("unrolled", silent=True, cascades=60, cg_iterations=10)
    steps = CgSense(iterations=80, regularisation=0.0).stream(problem, torch.Generator())
    images = network(Acquisition.of(problem))
    least_squares = list(steps)[-1].image
    assert error(images[-1][:, 0], least_squares) < 0.02 < error(images[0][:, 0], least_squares)


@pytest.mark.parametrize("sets", [1, 2])
def test_an_image_that_fits_stays_as_it_is(sets):
    problem = problem_of()
    maps = torch.cat([problem.sens_maps.maps, problem.sens_maps.maps.roll(5, -1)])[:sets]
    problem = replace(problem, sens_maps=SensMaps(maps))
    image = torch.randn(1, sets, 24, 20, dtype=torch.complex64)
    network, scan = network_of("unrolled"), Acquisition.of(problem)
    exact = replace(scan, kspace=_measured(scan, image))
    assert error(network.consistent(exact, exact.adjoint(), image, 1), image) < 1e-5


def _measured(scan, image):
    problem = Problem(KSpace(scan.kspace), Mask(scan.mask), SensMaps(scan.maps[0]))
    return Encoding(problem).forward(image)


def test_the_batch_measures_as_the_encoding_does():
    problem = problem_of((15, 18))
    scan, image = Acquisition.of(problem), torch.randn(1, 1, 15, 18, dtype=torch.complex64)
    encoding = Encoding(problem)
    assert error(scan.adjoint(), encoding.adjoint(scan.kspace)) < 1e-5
    assert error(centre(scan.plain_normal(decentre(image))), encoding.normal(image)) < 1e-5


def test_samples_count_less_in_noisier_scans():
    network, scan = network_of("unrolled"), Acquisition.of(problem_of())
    noisier = replace(scan, noise=2 * scan.noise)
    assert float(network.weight(noisier, 1) / network.weight(scan, 1)) == pytest.approx(2)


def test_one_cnn_for_all_cascades_has_as_many_times_fewer_weights():
    counts = [
        sum(
            p.numel()
            for p in UnrolledOptions(cascades=4, shared=shared).build().networks.parameters()
        )
        for shared in (True, False)
    ]
    assert counts[1] == 4 * counts[0]


# --- H-DSLR: k-space of all coils.


def test_without_cnns_the_zero_filled_kspace_stays():
    scan = Acquisition.of(problem_of(n_coils=9))
    *_, last = network_of("h-dslr", silent=True).kspaces(scan)
    assert error(last, scan.kspace) < 1e-5


def test_what_no_virtual_coil_holds_is_kept():
    scan = Acquisition.of(problem_of(n_coils=9))
    network = network_of("h-dslr", channels=2, cascades=1)
    network.log_weights.fill_(-20.0)
    _, last = network.kspaces(scan)
    assert error(last * scan.mask, scan.kspace) < 1e-3


def test_filters_do_not_depend_on_scale():
    torch.manual_seed(0)
    network = KSpaceNetwork(channels=2, width=6, layers=3).requires_grad_(False)
    torch.nn.init.normal_(network.filters[-1].weight, std=0.3)
    kspace = torch.randn(1, 2, 13, 16, dtype=torch.complex64)
    small, large = network(1e-4 * kspace), network(1e4 * kspace)
    assert error(large, 1e8 * small) < 1e-5
    assert large.abs().max() > 1
