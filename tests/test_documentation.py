"""What the documentation tells people to type works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
TUTORIAL = PROJECT / "docs" / "tutorial.md"


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def commands(page: Path, name: str) -> list[str]:
    """Return the lines that call a program, without their comments."""
    lines = (line.partition(" #")[0].strip() for b in blocks(page, "sh") for line in b.splitlines())
    return [line for line in lines if line.split(" ")[0] == name]


def unknown_words(line: str) -> list[str]:
    """Return the command, the flags, names and options in a line that K-Syn does not know."""
    import typer

    from ksyn.cli.app import app

    _, name, *words = shlex.split(line)
    subcommands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    if name not in subcommands:
        return [name]
    known = {flag for param in subcommands[name].params for flag in param.opts}
    flags = [word for word in words if re.match(r"--?[a-z]", word) and word not in known]
    return flags + unknown_names(name, words)


def unknown_names(command: str, words: list[str]) -> list[str]:
    """Return the methods, masks and options of methods that are in no table."""
    from ksyn.masks import MASKS
    from ksyn.methods import METHODS

    after = dict(pairwise(words))
    methods = [m for flag in ("--method", "--methods") for m in after.get(flag, "").split(",") if m]
    patterns = [words[0]] if command == "mask" else [after[f] for f in ("--mask",) if f in after]
    wrong = [m for m in methods if m not in METHODS.names()]
    wrong += [p for p in patterns if p not in MASKS.names()]
    if wrong or "--set" not in after:
        return wrong
    return [after["--set"]] if not fits(methods[0], after["--set"]) else []


def fits(method: str, assignment: str) -> bool:
    from ksyn.errors import OptionError
    from ksyn.methods import METHODS
    from ksyn.options import parse_assignments

    try:
        METHODS.get(method).of(parse_assignments([assignment]))
    except OptionError:
        return False
    return True


WRITTEN = [(page, line) for page in PAGES for line in commands(page, "ksyn")]


def test_there_is_something_to_check() -> None:
    assert len(WRITTEN) >= 15


@pytest.mark.parametrize(("page", "line"), WRITTEN, ids=lambda v: getattr(v, "name", v))
def test_every_command_that_is_written_down_exists(page: Path, line: str) -> None:
    assert unknown_words(line) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("ksyn reconstruct demo", "reconstruct"),
        ("ksyn recon demo --methd cg-sense -o a.png", "--methd"),
        ("ksyn recon demo --method cg-sence -o a.png", "cg-sence"),
        ("ksyn recon demo --method cg-sense --mask unifrom -o a.png", "unifrom"),
        ("ksyn recon demo --method cg-sense --set iterations=0 -o a.png", "iterations=0"),
        ("ksyn mask spyral --shape 8 8 -o a.npy", "spyral"),
        ("ksyn compare demo --methods cg-sense,magic -o a.csv", "magic"),
    ],
)
def test_a_wrong_word_in_a_command_is_found(line: str, wrong: str) -> None:
    assert unknown_words(line) == [wrong]


def test_the_window_knows_its_flags() -> None:
    lines = [line for page in PAGES for line in commands(page, "ksyn-gui")]
    used = {word for line in lines for word in line.split() if word.startswith("--")}
    helped = run_python("-m", "ksyn_gui", "--help")
    assert used
    assert {flag for flag in used if flag not in helped} == set()


ONE_AFTER_THE_OTHER = """
import shlex, sys
from ksyn.cli import main
for line in sys.argv[1:]:
    sys.argv = shlex.split(line)
    try:
        main()
    except SystemExit as end:
        assert not end.code, line
"""


@pytest.mark.slow
def test_the_tutorial_runs_from_top_to_bottom(tmp_path: Path) -> None:
    run_python("-c", ONE_AFTER_THE_OTHER, *commands(TUTORIAL, "ksyn"), folder=tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"folded.png", "again.png", "sparse.png", "unfolded.npy", "table.csv"} <= made


@pytest.mark.slow
def test_the_python_of_the_tutorial_runs() -> None:
    (code,) = blocks(TUTORIAL, "python")
    last = run_python("-c", code).splitlines()[-1].split()
    assert int(last[0]) == 9
    assert float(last[1]) < 0.2


@pytest.mark.slow
def test_the_pages_are_built_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    run_python("-m", "sphinx", "-W", "-q", PROJECT / "docs", tmp_path)
    assert "cg-sense" in (tmp_path / "methods" / "classical.html").read_text()


def run_python(*arguments: str | Path, folder: Path | None = None) -> str:
    """Return what a fresh Python prints; fail with its errors."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
