"""Bad input: every method gives a finite result of the right shape, or an error with a way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
import torch

from ksyn import weights
from ksyn.calibration import calibration_region
from ksyn.data import KSpace, Mask, SensMaps, Step
from ksyn.errors import KsynError, ReadError, ShapeError
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.methods.with_model import WithModel
from ksyn.options import options_of
from ksyn.phantoms import head_kspace
from ksyn.pipeline import Preparation, prepare, stream

Scan = tuple[KSpace, Mask]
every_method = pytest.mark.parametrize("method", METHODS.names())
WITH_MODEL = [method.name for method in METHODS if issubclass(method, WithModel)]
every_model = pytest.mark.parametrize("method", WITH_MODEL)


@cache
def head(matrix: tuple[int, int] = (32, 32), coils: int = 4) -> KSpace:
    return head_kspace(matrix, coils, noise=0.002)


def columns(matrix: tuple[int, int], acs: int, every: int = 3) -> Mask:
    samples = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    samples[..., matrix[1] // 2 % every :: every] = True
    start = matrix[1] // 2 - acs // 2
    samples[..., start : start + acs] = True
    return Mask(samples)


def scan(matrix: tuple[int, int] = (32, 32), coils: int = 4, acs: int = 10) -> Scan:
    return head(matrix, coils), columns(matrix, acs)


def changed(change: Callable[[torch.Tensor], torch.Tensor]) -> Scan:
    kspace, mask = scan()
    return kspace.with_samples(change(kspace.samples)), mask


def sampled(*place: int | slice) -> Scan:
    """Return a scan of which this place alone is measured."""
    kspace, mask = scan()
    samples = torch.zeros_like(mask.samples)
    samples[(..., *place)] = True
    return kspace, Mask(samples)


def with_value(value: float) -> Scan:
    return changed(lambda samples: samples.index_fill(-1, torch.tensor([16]), value))


def without_a_coil(samples: torch.Tensor) -> torch.Tensor:
    return torch.cat([samples[:, :3], 0 * samples[:, :1]], dim=1)


def series(samples: torch.Tensor) -> torch.Tensor:
    return torch.cat([samples, 0.5j * samples, -samples])


RESULT: dict[str, Callable[[], Scan]] = {
    "a single coil": lambda: scan(coils=1),
    "two coils": lambda: scan(coils=2),
    "an odd matrix": lambda: scan((33, 27)),
    "a tall matrix": lambda: scan((64, 18)),
    "a wide matrix": lambda: scan((18, 64)),
    "several frames": lambda: changed(series),
    "a coil that is dead": lambda: changed(without_a_coil),
    "large numbers": lambda: changed(lambda samples: 1e30 * samples),
    "small numbers": lambda: changed(lambda samples: 1e-30 * samples),
    "nothing left out": lambda: (head(), Mask(torch.ones(1, 1, 32, 32, dtype=torch.bool))),
    "the centre alone": lambda: sampled(slice(None), slice(8, 24)),
}
REFUSED: dict[str, tuple[Callable[[], Scan], type[KsynError], str]] = {
    "a mask of another matrix": (
        lambda: (head(), columns((32, 40), 10)), ShapeError, r"\(32, 32\).*\(32, 40\)",
    ),
    "a mask of more frames": (
        lambda: (head(), Mask(columns((32, 32), 10).samples.expand(3, -1, -1, -1))),
        ShapeError, "1 frame.*with 3",
    ),
    "nothing measured": (lambda: sampled(0, slice(0, 0)), ShapeError, "no sample"),
    "no centre": (lambda: sampled(slice(None), slice(0, 5)), ShapeError, "centre"),
    "one sample": (lambda: sampled(16, 16), ShapeError, "centre"),
    "zeros": (lambda: changed(torch.zeros_like), ShapeError, "no sample"),
    "NaN": (lambda: with_value(float("nan")), ReadError, "128 of 4096 samples are not finite"),
    "infinity": (lambda: with_value(float("inf")), ReadError, "not finite"),
}  # fmt: skip


def quick(method: str, **options: object) -> Method:
    lengths = {"iterations", "steps", "n_steps"}
    counts = (info for info in options_of(METHODS.get(method)) if info.name in lengths)
    fewest = {info.name: max(2, int(info.low or 0)) for info in counts}
    return METHODS.get(method).of(fewest | options)


def run(method: Method, found: Scan, preparation: Preparation | None = None) -> Step:
    prepared = prepare(*found, preparation or Preparation())
    *_, last = stream(prepared, method)
    return last


def check(step: Step, kspace: KSpace) -> None:
    frames, _, y, x = kspace.samples.shape
    assert step.image.shape == (frames, y, x)
    assert step.kspace.shape == kspace.samples.shape
    assert bool(step.image.isfinite().all())
    assert bool(step.kspace.isfinite().all())
    assert float(step.image.abs().max()) > 0


@every_method
@pytest.mark.parametrize("case", RESULT)
def test_an_unusual_scan_gives_a_finite_result(case, method):
    found = RESULT[case]()
    check(run(quick(method), found), found[0])


@every_method
@pytest.mark.parametrize("case", REFUSED)
def test_an_impossible_scan_is_refused_with_a_way_out(case, method):
    make, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words) as error:
        run(quick(method), make())
    assert error.value.hint


@every_method
@pytest.mark.parametrize("acs", [0, 1, 2, 4])
def test_a_centre_smaller_than_the_kernel_gives_a_result_or_is_named(acs, method):
    found = scan(acs=acs)
    if needs_more(method, found[1]):
        with pytest.raises(ShapeError, match="calibration centre") as error:
            run(quick(method), found)
        assert error.value.hint
    else:
        check(run(quick(method), found), found[0])


def needs_more(method: str, mask: Mask) -> bool:
    """Return whether the method learns from the centre, and its kernel is wider than that."""
    kernels = {
        "grappa": 3,
        "grappa-operator": 2,
        "spirit": 3,
        "l1-spirit": 3,
        "loraks": 7,
        "slr": 5,
    }
    centre = calibration_region(mask)[1]
    return centre.stop - centre.start < kernels.get(method, 0)


@every_method
@pytest.mark.parametrize("sets", [2, 4])
def test_more_sets_of_maps_than_coils_are_as_many_as_coils(sets, method):
    found = scan(coils=2)
    check(run(quick(method), found, Preparation(map_sets=sets)), found[0])


@pytest.mark.parametrize("maps", [(1, 3, 32, 32), (1, 4, 32, 30)])
def test_maps_that_do_not_fit_make_no_problem(maps):
    problem = prepare(*scan()).problem
    with pytest.raises(ShapeError, match="coil maps are of") as error:
        replace(problem, sens_maps=SensMaps(torch.ones(maps, dtype=torch.complex64)))
    assert error.value.hint


def test_a_mask_that_does_not_fit_makes_no_problem():
    problem = prepare(*scan()).problem
    with pytest.raises(ShapeError, match="mask") as error:
        replace(problem, mask=columns((32, 30), 10))
    assert error.value.hint


@pytest.fixture
def mine(request, tmp_path, monkeypatch):
    """The method's default model as the user's own, to be spoilt."""
    cls = METHODS.get(request.getfixturevalue("method"))
    folder = tmp_path / "models" / "mine"
    shutil.copytree(weights.load_card(cls().model_id()).weights_path.parent, folder)
    weights.write_card(folder / "card.yaml", id="mine")
    monkeypatch.setattr(weights, "own_models_folder", lambda: folder.parent)
    return folder


@every_model
def test_weights_that_were_cut_short_are_named(method, mine):
    path = mine / weights.WEIGHTS
    path.write_bytes(path.read_bytes()[:-100])
    refused(method, "damaged")


@every_model
def test_weights_that_are_none_are_named(method, mine):
    path = mine / weights.WEIGHTS
    path.write_bytes(b"not weights")
    weights.write_card(mine / "card.yaml", sha256=weights.sha256(path))
    refused(method, "do not fit")


@every_model
def test_weights_of_another_size_of_network_are_named(method, mine):
    card = weights.read_card(mine / "card.yaml")
    wider = card.network_options | {"widths": [8, 24]}
    weights.write_card(mine / "card.yaml", network_options=wider)
    refused(method, "do not fit")


@every_model
def test_options_that_the_network_does_not_have_are_named(method, mine):
    weights.write_card(mine / "card.yaml", network_options={"storeys": 3})
    refused(method, "storeys")


@every_model
def test_a_model_of_another_kind_is_named(method, mine):
    card = weights.read_card(mine / "card.yaml")
    other = "prior" if card.family == "reconstruction" else "reconstruction"
    weights.write_card(mine / "card.yaml", family=other)
    refused(method, "family")


def refused(method: str, words: str) -> None:
    with pytest.raises(KsynError, match=words) as error:
        run(quick(method, model="mine"), scan())
    assert error.value.hint
