"""Benchmarks: every method on the same samples, measured once, told in tables."""

import subprocess
import sys
import time
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
import yaml
from typer.testing import CliRunner

from ksyn.cli.app import app
from ksyn.errors import OptionError, ReadError
from ksyn.evaluation.benchmark import Benchmark, MaskChoice, MethodChoice
from ksyn.evaluation.cases import cases_of, simulated
from ksyn.evaluation.chart import save_sweep
from ksyn.evaluation.clock import timed
from ksyn.evaluation.measure import measured, undersampled
from ksyn.evaluation.peer import shown
from ksyn.evaluation.peers import PEERS
from ksyn.evaluation.ranks import agreement, rank_correlation
from ksyn.evaluation.rows import Row, append, read
from ksyn.evaluation.table import margins, markdown, scores_of, spreads
from ksyn.methods import METHODS
from ksyn.phantoms import head_image, head_kspace
from ksyn.pipeline import stream
from ksyn.weights import read_card

CPU = torch.device("cpu")
UNIFORM = MaskChoice(
    title="uniform 3", name="uniform", options={"acceleration": 3, "acs_lines": 12}
)
HEAD = head_image((64, 72), contrast="t2").to(torch.complex64)
ROW = Row("heads", "a", "uniform", 3.0, "CG", 1, 30.0, 0.9, 0.01, 2.0, None, None, "", "")


@pytest.fixture
def benchmark_file(tmp_path):
    """Two methods on one simulated and one real scan."""
    np.savez(tmp_path / "heads.npz", images=np.stack([np.abs(HEAD.numpy())] * 3))
    np.save(tmp_path / "scan.npy", head_kspace((64, 64), 4).samples[0].numpy())
    fields = {
        "title": "Made-up heads",
        "cases": [
            {"group": "simulated", "path": "heads.npz", "slices": [0, 2], "coils": 4},
            {"group": "real", "path": "scan.npy", "axes": "coil ky kx", "domain": "kspace"},
        ],
        "masks": [UNIFORM.model_dump()],
        "methods": [
            {"title": "Zero-filled", "name": "zero-filled"},
            {"title": "CG", "name": "cg-sense", "options": {"iterations": [1, 8]}},
        ],
    }
    path = tmp_path / "benchmark.yaml"
    path.write_text(yaml.safe_dump(fields))
    return path


def run(*words):
    return CliRunner().invoke(app, ["benchmark", *map(str, words)])


def test_every_method_is_measured_on_every_case_once(benchmark_file, tmp_path):
    out = tmp_path / "rows.csv"
    done = run(benchmark_file, "-o", out, "--ahead-of", "Zero-filled", "--table", tmp_path / "t.md")
    assert done.exit_code == 0, done.output
    rows = read(out)
    assert {(r.group, r.method) for r in rows} == {
        (group, method) for group in ("simulated", "real") for method in ("Zero-filled", "CG")
    }
    assert len(rows) == 6
    better = {r.case: r.psnr for r in rows if r.method == "CG"}
    assert all(better[r.case] > r.psnr for r in rows if r.method == "Zero-filled")
    assert "2 of 2" in (tmp_path / "t.md").read_text()
    written = out.read_bytes()
    assert run(benchmark_file, "-o", out).exit_code == 0
    assert out.read_bytes() == written


def test_the_best_of_several_options_is_kept_and_named():
    problem = undersampled(simulated("g", "head", HEAD, 4, 0.005, 0), UNIFORM, CPU)
    rows = [
        measured(problem, MethodChoice(title="CG", name="cg-sense", options={"iterations": n}))[0]
        for n in (1, 6, [1, 6])
    ]
    assert rows[2].psnr == max(rows[0].psnr, rows[1].psnr)
    assert rows[2].chosen == f"iterations {1 if rows[0].psnr > rows[1].psnr else 6}"


def test_simulated_scans_are_compared_with_the_image_without_noise():
    quiet, noisy = (simulated("g", "head", HEAD, 4, noise, 0) for noise in (0.0, 0.1))
    assert torch.equal(quiet.reference, noisy.reference)
    assert torch.allclose(quiet.reference[0], HEAD.abs())


def test_a_case_has_the_same_mask_every_time(benchmark_file):
    choices = Benchmark.load(benchmark_file).cases
    random = MaskChoice(title="r", name="random", options={"acceleration": 4, "acs_lines": 8})
    first, again = ([case.mask(random).samples for case in cases_of(choices)] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], first[1])


def test_a_slice_that_is_not_there_is_named(benchmark_file):
    choice = Benchmark.load(benchmark_file).cases[0].model_copy(update={"slices": [7]})
    with pytest.raises(OptionError, match="no slice 7"):
        list(cases_of([choice]))


def test_a_file_of_something_else_is_no_rows(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReadError, match="no rows"):
        read(tmp_path / "other.csv")


def test_rows_come_back_as_they_were_written(tmp_path):
    rows = [
        ROW,
        replace(
            ROW,
            samples=4,
            rank_correlation=0.5,
            local_rank_correlation=0.7,
            chosen="λ 0.1",
            weights="ab12",
        ),
    ]
    append(tmp_path / "rows.csv", rows[:1])
    append(tmp_path / "rows.csv", rows[1:])
    assert read(tmp_path / "rows.csv") == rows


def test_tables_tell_means_spreads_and_the_worst_case():
    rows = [ROW, replace(ROW, case="b", psnr=34.0)]
    rows += [
        replace(row, method="AK", psnr=row.psnr + gain)
        for row, gain in zip(rows, (2, -1), strict=True)
    ]
    assert "| CG | 32.00 ± 2.83 |" in markdown(rows)
    assert "| AK | +0.50 | -1.00 | +0.0000 | 1 of 2 |" in margins(rows, "CG")
    assert scores_of(rows)[0].psnr == {"CG": "32.00 ± 2.83", "AK": "32.50 ± 0.71"}


def test_the_gain_of_averaging_is_against_one_sample_of_the_same_case():
    rows = [ROW, replace(ROW, samples=8, psnr=30.7, rank_correlation=0.6)]
    assert "| CG, mean of 8 | +0.70 | 0.60 | – |" in spreads(rows)


def test_ranks_see_any_growing_relation():
    values = torch.linspace(0.1, 3, 40)
    assert rank_correlation(values, values**5) == pytest.approx(1)
    assert rank_correlation(values, -values.log()) == pytest.approx(-1)


def test_a_deviation_that_is_right_tells_errors_around_better_than_at_a_point(rng):
    size = torch.linspace(0.2, 2, 64).expand(1, 64, 64)  # of the error, known exactly
    error = (size * torch.randn(1, 64, 64, generator=rng)).abs()
    everywhere = torch.ones_like(error, dtype=torch.bool)
    point, around = agreement(size, error, everywhere)
    assert 0.3 < point < 0.7
    assert around > 0.9
    assert agreement(torch.rand(1, 64, 64, generator=rng), error, everywhere).around < 0.2


def test_the_sweep_draws_each_method_in_order_of_acceleration(tmp_path):
    rows = [
        replace(ROW, mask=str(r), acceleration=r, method=name, psnr=40 - r * slope)
        for name, slope in (("CG", 2), ("A & B", 1)) for r in (8.0, 2.0, 4.0)
    ]  # fmt: skip
    save_sweep(rows, "Sweep", tmp_path / "sweep.svg")
    text = (tmp_path / "sweep.svg").read_text()
    lines = [line for line in text.splitlines() if line.startswith("<polyline")]
    assert len(lines) == 2
    assert "A &amp; B" in text
    x = [float(pair.split(",")[0]) for pair in lines[0].split('"')[1].split()]
    assert x == sorted(x)


def test_more_methods_than_colours_are_told_apart_by_dashes(tmp_path):
    rows = [
        replace(ROW, mask=mask, acceleration=float(mask), method=f"method {number}")
        for number in range(10) for mask in "24"
    ]  # fmt: skip
    save_sweep(rows, "Sweep", tmp_path / "sweep.svg")
    lines = (tmp_path / "sweep.svg").read_text().splitlines()
    looks = {line.partition("stroke=")[2] for line in lines if line.startswith("<polyline")}
    assert len(looks) == 10


def test_scores_are_written_into_a_card(benchmark_file, tmp_path):
    words = ("title", "domain", "normalisation", "training_data", "licence", "training_run",
             "intended_use", "limits")  # fmt: skip
    card = dict.fromkeys(words, "–") | {"id": "m", "network": "unet", "network_options": {}}
    (tmp_path / "card.yaml").write_text(yaml.safe_dump(card | {"sha256": "0"}))
    done = run(benchmark_file, "-o", tmp_path / "r.csv", "--card", tmp_path / "card.yaml")
    assert done.exit_code == 0, done.output
    assert {score.test_set for score in read_card(tmp_path / "card.yaml").scores} == {
        "simulated, 2 cases", "real, 1 cases",
    }  # fmt: skip


SETTINGS = {"regularisation": 0.002, "kernel": 5}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_unfolds_the_same_samples(name):
    if PEERS[name].missing():
        pytest.skip(PEERS[name].missing())
    problem = undersampled(simulated("g", "head", HEAD, 6, 0.002, 1), UNIFORM, CPU).prepared
    image, seconds = PEERS[name].of(problem.problem)(SETTINGS)
    error = (image - problem.reference).norm() / problem.reference.norm()
    assert float(error) < 0.15
    assert seconds > 0


def test_a_peer_is_shown_like_ours_where_its_maps_end():
    prepared = undersampled(simulated("g", "head", HEAD, 6, 0.002, 1), UNIFORM, CPU).prepared
    problem = prepared.problem
    *_, step = stream(prepared, METHODS.get("cg-sense")())
    maps = problem.sens_maps.maps[0].clone()
    maps[:, :, :20] = 0
    image = step.image[0] * (maps != 0).any(dim=0)
    theirs = shown(problem, image, maps)[0]
    inside = (maps != 0).any(dim=0)
    torch.testing.assert_close(theirs[inside], image.abs()[inside])
    assert float(theirs[:, :20].min()) > 0


def test_a_peer_that_is_not_installed_is_left_out_with_a_word(benchmark_file, tmp_path):
    fields = yaml.safe_load(benchmark_file.read_text())
    fields["methods"].append({"title": "Theirs", "name": "pygrappa", "options": SETTINGS})
    benchmark_file.write_text(yaml.safe_dump(fields))
    with patch("ksyn.evaluation.pygrappa.find_spec", return_value=None):
        done = run(benchmark_file, "-o", tmp_path / "rows.csv", "--cases", "1")
    assert done.exit_code == 0, done.output
    assert "Theirs is left out: the package `pygrappa`" in done.output
    assert "Theirs" not in {row.method for row in read(tmp_path / "rows.csv")}


def test_a_method_that_refuses_a_mask_is_told_in_the_table_with_its_reason(
    benchmark_file, tmp_path
):
    fields = yaml.safe_load(benchmark_file.read_text())
    fields["masks"] = [{"title": "square", "name": "centre-only", "options": {"acs_lines": 20}}]
    fields["methods"].append({"title": "Operator", "name": "grappa-operator"})
    benchmark_file.write_text(yaml.safe_dump(fields))
    done = run(benchmark_file, "-o", tmp_path / "rows.csv", "--cases", "1")
    assert done.exit_code == 0, done.output
    assert "| Operator | refuses 1 of 1: The mask leaves out samples along both axes" in done.output
    rows = read(tmp_path / "rows.csv")
    assert {row.method for row in rows if row.refused} == {"Operator"}
    assert {m for s in scores_of(rows) for m in s.psnr} == {"Zero-filled", "CG"}


def test_rows_of_an_earlier_version_get_the_new_column(tmp_path):
    path = tmp_path / "rows.csv"
    append(path, [ROW])
    lines = path.read_text().splitlines()
    path.write_text("".join(f"{line.rpartition(',')[0]}\n" for line in lines))
    append(path, [replace(ROW, case="b", refused="too small, by far")])
    assert read(path) == [ROW, replace(ROW, case="b", refused="too small, by far")]


def test_a_method_without_its_model_is_left_out(benchmark_file, tmp_path, monkeypatch):
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: tmp_path)
    fields = yaml.safe_load(benchmark_file.read_text())
    fields["methods"].append({"title": "Learned", "name": "unrolled"})
    benchmark_file.write_text(yaml.safe_dump(fields))
    done = run(benchmark_file, "-o", tmp_path / "rows.csv", "--cases", "1")
    assert done.exit_code == 0, done.output
    assert "Learned is left out: no model 'unrolled-head' is installed" in done.output


def test_on_one_thread_waiting_costs_nothing_and_work_of_programs_counts():
    _, waited = timed(lambda: time.sleep(0.1))
    busy = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.2: pass"]
    _, worked = timed(lambda: subprocess.run(busy, check=True))
    assert waited < 0.05
    assert worked > 0.15


def test_a_method_may_ask_for_its_own_maps_and_preset(monkeypatch):
    problem = undersampled(simulated("g", "head", HEAD, 4, 0.005, 0), UNIFORM, CPU)
    monkeypatch.setattr(METHODS.get("cg-sense"), "presets", {"short": {"iterations": 1}})
    short = MethodChoice(title="CG", name="cg-sense", preset="short")
    written = MethodChoice(title="CG", name="cg-sense", options={"iterations": 1})
    other = written.model_copy(update={"preparation": {"maps": "ones"}})
    (by_preset,), (by_hand,), (no_maps,) = (measured(problem, c) for c in (short, written, other))
    assert by_preset.psnr == by_hand.psnr
    assert no_maps.psnr < by_hand.psnr - 1


def test_a_setting_that_is_missing_or_wrong_is_named_with_its_value(benchmark_file):
    fields = yaml.safe_load(benchmark_file.read_text())
    benchmark_file.write_text(yaml.safe_dump({k: v for k, v in fields.items() if k != "title"}))
    with pytest.raises(OptionError, match="title is missing"):
        Benchmark.load(benchmark_file)
    benchmark_file.write_text(yaml.safe_dump(fields | {"masks": "all"}))
    with pytest.raises(OptionError, match="masks = 'all' will not do"):
        Benchmark.load(benchmark_file)
