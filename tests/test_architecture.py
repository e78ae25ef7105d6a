"""The house rules are kept, and each check is seen to fail on a small house that breaks it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import ClassVar

import architecture as rules
import pytest
from architecture import PROJECT

from ksyn import methods
from ksyn.data import Problem
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.options import Options, option, options_of

Rule = Callable[[Path], list[str]]

BREACHES: list[tuple[Rule, str, str]] = [
    (rules.packages_of_data, "packaging/__init__.py", ""),
    (rules.packages_of_data, "models/ak/__init__.py", ""),
    (rules.vague_names, "ksyn/utils.py", ""),
    (rules.vague_names, "ksyn_gui/panels/panel_manager.py", ""),
    (rules.vague_names, "ksyn/core/fourier.py", ""),
    (rules.machine_paths, "docs/index.md", "Look into /ho" + "me/grace/scans."),
    (rules.machine_paths, "ksyn/io/paths.py", "DATA = '/wo" + "rk/data'"),
    (rules.machine_paths, "README.md", "C:" + "\\Us" + "ers\\grace"),
    (rules.package_hosts, "Makefile", "pip install -i https://py" + "pi.org/simple torch"),
    (rules.pickles, "models/ak/weights.pt", ""),
    (rules.drawing_below_the_window, "ksyn_gui/session.py", "from PySide6.QtGui import QFont"),
    (rules.drawing_below_the_window, "ksyn_gui/runner.py", "from PySide6 import QtGui"),
    (rules.drawing_below_the_window, "ksyn_gui/state/study.py", "import pyqtgraph"),
    (rules.borrowed_secrets, "ksyn/masks/radial.py", "from ksyn.noise import _outermost"),
    (rules.global_draws, "ksyn/masks/radial.py", "import torch\nx = torch.rand(3)"),
    (rules.global_draws, "ksyn/pipeline.py", "import torch\ntorch.manual_seed(1)"),
    (rules.nested_event_loops, "ksyn_gui/app.py", "def f(app):\n    app.processEvents()"),
    (rules.undeclared_imports, "ksyn/io/bruker.py", "import brukerapi"),
    (
        rules.leaking_grad_modes,
        "ksyn/methods/cg.py",
        "def stream():\n    with torch.no_grad():\n        for x in y:\n            yield x",
    ),
]
RULES = list(dict.fromkeys(rule for rule, _, _ in BREACHES))


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of three lines that breaks no rule."""
    root = tmp_path / "house"
    fit = "import torch\nx = torch.rand(3, generator=torch.Generator())\n"
    quiet = "@torch.no_grad()\ndef stream():\n    yield 1\n"
    write(root / "ksyn" / "noise.py", fit + quiet)
    write(root / "ksyn_gui" / "session.py", "from PySide6.QtCore import QObject\n")
    write(root / "ksyn_gui" / "runner.py", "from PySide6 import QtCore\n")
    write(root / "models" / "ak" / "card.yaml", "title: frame/work\n")
    shutil.copy(PROJECT / "pyproject.toml", root)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert rule(PROJECT) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_is_content_with_a_house_that_keeps_it(rule: Rule, house: Path) -> None:
    assert rule(house) == []


@pytest.mark.parametrize(
    ("rule", "path", "text"), BREACHES, ids=lambda value: getattr(value, "__name__", None)
)
def test_the_rule_finds_the_breach(rule: Rule, path: str, text: str, house: Path) -> None:
    write(house / path, text)
    found = rule(house)
    assert len(found) == 1
    assert path.startswith(found[0].partition(":")[0])


# Who imports whom.


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    lint = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [lint, "--no-cache", "--config", root / "pyproject.toml"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    shutil.copy(PROJECT / "pyproject.toml", root)
    for package in ("ksyn", "ksyn_gui"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / package, root / package, ignore=leave)
    return root


def test_the_import_contracts_are_kept() -> None:
    done = lint_imports(PROJECT)
    assert done.returncode == 0, done.stdout


IMPORTS = [
    ("ksyn/encoding.py", "import PySide6", "The engine knows no window"),
    ("ksyn/fourier.py", "import ksyn.pipeline", "The engine's layers"),
    ("ksyn/nets/unet.py", "import ksyn.methods", "The engine's layers"),
    ("ksyn/methods/zero_filled.py", "import ksyn.methods.cg_sense", "Methods do not import"),
    ("ksyn/methods/zero_filled.py", "import tqdm", "Nothing below the command line prints"),
    ("ksyn_gui/views/levels.py", "import ksyn_gui.session", "Views know neither"),
    ("ksyn_gui/runner.py", "import ksyn_gui.session", "The window's layers"),
    ("ksyn_gui/theme.py", "import ksyn.training", "The window never trains"),
]


@pytest.mark.parametrize(("path", "line", "contract"), IMPORTS)
def test_a_forbidden_import_breaks_its_contract(
    path: str, line: str, contract: str, copied_house: Path
) -> None:
    file = copied_house / path
    before = file.read_text()
    file.write_text(f"{before}\n{line}\n")
    done = lint_imports(copied_house)
    file.write_text(before)
    broken = [text for text in done.stdout.splitlines() if "BROKEN" in text]
    assert done.returncode == 1
    assert any(text.startswith(contract) for text in broken), done.stdout


def test_a_panel_that_imports_another_breaks_its_contract(copied_house: Path) -> None:
    panels = copied_house / "ksyn_gui" / "panels"
    write(panels / "one.py", "import ksyn_gui.panels.other\n")
    write(panels / "other.py", '"""Another panel."""\n')
    done = lint_imports(copied_house)
    (panels / "one.py").unlink()
    (panels / "other.py").unlink()
    assert "Panels do not import each other BROKEN" in done.stdout


def test_torch_fft_is_a_lint_error_outside_its_file(tmp_path: Path) -> None:
    write(tmp_path / "ksyn" / "coils.py", "import torch\n\nx = torch.fft.fft2\n")
    write(tmp_path / "ksyn" / "masks.py", "from torch.fft import fft2\n\nx = fft2\n")
    write(tmp_path / "ksyn" / "fourier.py", "import torch\n\nx = torch.fft.fft2\n")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251"]
    done = subprocess.run(
        [*ruff, "--output-format", "concise", "."], cwd=tmp_path, capture_output=True, text=True
    )
    files = [line.partition(":")[0] for line in done.stdout.splitlines() if "TID251" in line]
    assert sorted(set(files)) == ["ksyn/coils.py", "ksyn/masks.py"]


# What a method may see, and what its options say.


def test_a_problem_holds_no_reference() -> None:
    names = [field.name for field in fields(Problem)]
    assert names == ["kspace", "mask", "sens_maps", "noise_level"]


def mute_options(kind: type[Options]) -> list[str]:
    """Return the options without help, and the numbers without limits."""
    infos = options_of(kind)
    no_help = [f"{info.name}: no help" for info in infos if not info.help.strip()]
    numbers = [info for info in infos if info.kind in (int, float)]
    return no_help + [f"{i.name}: no limits" for i in numbers if i.low is None or i.high is None]


class Mute(Options):
    title: ClassVar[str] = "Mute"
    steps: int = option(3, low=1, help="Steps.")
    width: float | None = option(None, high=1, help="Width.")
    name: str = option("", help=" ")
    fine: int = option(3, low=1, high=4, help="Fine.")


def test_options_without_help_or_limits_are_found() -> None:
    assert mute_options(Mute) == ["name: no help", "steps: no limits", "width: no limits"]


@pytest.mark.parametrize("kind", [*METHODS, *MASKS], ids=lambda kind: kind.name)
def test_every_option_has_help_and_every_number_limits(kind: type[Options]) -> None:
    assert mute_options(kind) == []


@pytest.mark.parametrize("table", [METHODS, MASKS], ids=["methods", "masks"])
def test_every_row_of_a_table_introduces_itself(table: object) -> None:
    for entry in table:  # type: ignore[attr-defined]
        assert entry.name == entry.name.lower().replace(" ", "-")
        assert entry.title
        assert entry.when.endswith(".")


# How quickly the command line answers.


def test_every_method_stands_in_the_table() -> None:
    for module in pkgutil.iter_modules(methods.__path__):
        importlib.import_module(f"{methods.__name__}.{module.name}")
    written = {kind for kind in kinds_of(Method) if kind.__module__.startswith(methods.__name__)}
    written = {kind for kind in written if not inspect.isabstract(kind) and hasattr(kind, "name")}
    assert written == {METHODS.get(name) for name in METHODS.names()}


def kinds_of(kind: type[Method]) -> Iterator[type[Method]]:
    for further in kind.__subclasses__():
        yield further
        yield from kinds_of(further)


def modules_after(line: str) -> set[str]:
    """Return what is imported in a fresh Python after a line of code."""
    quietly = f"try:\n    {line}\nexcept SystemExit: pass"
    code = f"import sys\n{quietly}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


def test_help_answers_without_torch_and_without_qt() -> None:
    loaded = modules_after("sys.argv = ['ksyn', '--help']; import ksyn.cli; ksyn.cli.main()")
    assert "ksyn.cli" in loaded
    assert not {"torch", "PySide6", "scipy", "skimage"} & loaded


def test_torch_would_be_noticed() -> None:
    assert "torch" in modules_after("import ksyn.data")


# What is handed on.


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=PROJECT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.mark.slow
def test_the_wheel_holds_models_and_resources_and_nobodys_scan(unpacked_wheel: Path) -> None:
    assert rules.foreign_in_wheel(files_in(unpacked_wheel)) == []
    for folder, inside in (("models", "ksyn/_models"), ("resources", "ksyn_gui/_resources")):
        assert files_in(PROJECT / folder) == files_in(unpacked_wheel / inside)


@pytest.mark.slow
@pytest.mark.parametrize(
    "function", ["ksyn.assets.models_folder", "ksyn_gui.assets.resources_folder"]
)
def test_what_is_installed_finds_its_own_files(unpacked_wheel: Path, function: str) -> None:
    module = function.rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}; print({function}())"],
        cwd=unpacked_wheel,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(unpacked_wheel)


def files_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "name", ["tests/test_noise.py", "models/ak/card.yaml", "ksyn/_models/head.dcm", "ksyn/a.nii.gz"]
)
def test_what_does_not_belong_into_a_wheel_is_found(name: str) -> None:
    assert rules.foreign_in_wheel([name, "ksyn/cli.py", "ksyn-0.1.0.dist-info/METADATA"]) == [name]
