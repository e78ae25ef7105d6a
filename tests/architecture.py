"""The house rules that no linter knows, each a function from a folder to what breaks it there."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1]
DATA_FOLDERS = ("models", "resources", "packaging")
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "misc"}

# Written in pieces, so that this file does not break its own rule. Ada is nobody: tests may need
# somebody's home.
_SOMEBODY = r"(?!ada\b)\w+"
_PLACES = (
    "home/" + _SOMEBODY,
    "ro" + "ot",
    "wo" + "rk",
    "Us" + "ers/" + _SOMEBODY,
    "opt/" + "pypi",
)
_MACHINE = re.compile(
    (
        r"(?<![\w.~)}\-/])/(?:"
        + "|".join(_PLACES)
        + r")\b(?![*:])|[A-Z]:\\{1,2}Us"
        + r"ers\\{1,2}"
        + _SOMEBODY
    ).encode()
)
_HOSTS = re.compile(
    ("py" + r"pi\.org|python" + "hosted|download.py" + "torch|deb.deb" + "ian|n" + "pmjs").encode()
)
_OURS = {".ci", ".gitignore", ".pre-commit-config.yaml"}
_SCANS = {
    ".h5",
    ".hdf5",
    ".dcm",
    ".ima",
    ".dat",
    ".cfl",
    ".hdr",
    ".nii",
    ".gz",
    ".mat",
    ".npz",
    ".npy",
}
_PICKLES = {".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin"}
_DRAW = {"PySide6", "pyqtgraph", "superqt", "qtawesome"}
_DRAWS = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "poisson"}
_GLOBAL_DRAWS = {"manual_seed", "seed", "rand_like", "randn_like", "randint_like"}


def packages_of_data(root: Path) -> list[str]:
    """`models`, `resources` and `packaging` hold data and would shadow real packages."""
    found = (path for name in DATA_FOLDERS for path in (root / name).rglob("__init__.py"))
    return [_say(root, path) for path in found]


def vague_names(root: Path) -> list[str]:
    """A name that fits everything says nothing."""
    paths = (p for package in ("ksyn", "ksyn_gui") for p in (root / package).rglob("*"))
    named = (p for p in paths if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__"))
    return [_say(root, path) for path in named if VAGUE & set(path.stem.split("_"))]


def machine_paths(root: Path) -> list[str]:
    """Nothing that is handed on may point into the machine it was made on."""
    return _found(root, _MACHINE)


def package_hosts(root: Path) -> list[str]:
    """Where packages come from is everybody's own affair, set in pip's settings."""
    return _found(root, _HOSTS)


def pickles(root: Path) -> list[str]:
    """Weights are safetensors: reading a pickle runs what is in it."""
    return [_say(root, path) for path in (root / "models").rglob("*") if path.suffix in _PICKLES]


def drawing_below_the_window(root: Path) -> list[str]:
    """Session, its parts and runner stay usable without a screen."""
    gui = root / "ksyn_gui"
    files = (gui / "session.py", gui / "runner.py", *sorted((gui / "state").glob("*.py")))
    return [
        f"{_say(root, path)}: {module}"
        for path in files
        for module in _imports(_tree(path))
        if module.partition(".")[0] in _DRAW and not module.startswith("PySide6.QtCore")
    ]


def borrowed_secrets(root: Path) -> list[str]:
    """A name with an underscore belongs to its module."""
    return [
        place
        for package in ("ksyn", "ksyn_gui")
        for place in _places(root, package, _borrows_a_secret)
    ]


def leaking_grad_modes(root: Path) -> list[str]:
    """A `with torch.no_grad()` around a yield leaks into whoever consumes the stream."""
    return _places(root, "ksyn", _leaks_grad_mode)


def global_draws(root: Path) -> list[str]:
    """Randomness is an argument: every draw names its generator."""
    found = _places(root, "ksyn", _draws_globally)
    # The trainer seeds its own process, and data loaders their workers.
    return [place for place in found if not place.startswith("ksyn/training/")]


def nested_event_loops(root: Path) -> list[str]:
    """`processEvents` lets a click interrupt a half-done action."""
    return _places(root, "ksyn_gui", lambda node: _called(node) == "processEvents")


def undeclared_imports(root: Path) -> list[str]:
    """What is imported stands in pyproject.toml."""
    declared = {_import_name(name) for name in _requirements(root)} | {"ksyn", "ksyn_gui"}
    known = declared | set(sys.stdlib_module_names)
    return [
        f"{_say(root, path)}: {module}"
        for package in ("ksyn", "ksyn_gui")
        for path in (root / package).rglob("*.py")
        for module in _imports(_tree(path))
        if module.partition(".")[0] not in known
    ]


def foreign_in_wheel(names: list[str]) -> list[str]:
    """A wheel holds our packages, and no scan of anybody."""
    ours = re.compile(r"(ksyn|ksyn_gui|ksyn-[\w.]+\.dist-info)/")
    return [n for n in names if not ours.match(n) or Path(n).suffix.lower() in _SCANS | _PICKLES]


def tracked_files(root: Path) -> list[Path]:
    """Return the files under version control, or all that look as if they were."""
    if not (root / ".git").exists() or not shutil.which("git"):
        return [path for path in root.rglob("*") if path.is_file() and not _made(root, path)]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True)
    paths = (root / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def _made(root: Path, path: Path) -> bool:
    """Return whether tools made the file: what is hidden, but for our own, and what is built."""
    parts = path.relative_to(root).parts
    hidden = any(part.startswith(".") and part not in _OURS for part in parts)
    return hidden or bool({"__pycache__", "_build", "build", "dist", "runs"} & set(parts))


def _found(root: Path, pattern: re.Pattern[bytes]) -> list[str]:
    hits = ((path, pattern.search(path.read_bytes())) for path in tracked_files(root))
    return [f"{_say(root, path)}: {hit[0].decode()}" for path, hit in hits if hit]


def _borrows_a_secret(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and (node.module or "").partition(".")[0] in ("ksyn", "ksyn_gui")
        and any(alias.name.startswith("_") for alias in node.names)
    )


def _leaks_grad_mode(node: ast.AST) -> bool:
    if not isinstance(node, ast.With):
        return False
    modes = {_called(item.context_expr) for item in node.items}
    return bool(modes & {"no_grad", "inference_mode"}) and any(
        _yields(child) for child in node.body
    )


def _yields(node: ast.AST) -> bool:
    """Return whether it yields itself; a function inside yields on its own account."""
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    inner = isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef)
    return not inner and any(_yields(child) for child in ast.iter_child_nodes(node))


def _draws_globally(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not re.fullmatch(r"torch(\.\w+)+", ast.unparse(node.func)):
        return False
    named = any(keyword.arg == "generator" for keyword in node.keywords)
    return _called(node) in _GLOBAL_DRAWS or (_called(node) in _DRAWS and not named)


def _called(node: ast.AST) -> str:
    """Return the last name of what is called."""
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _places(root: Path, package: str, breaks: Callable[[ast.AST], bool]) -> list[str]:
    return [
        f"{_say(root, path)}:{getattr(node, 'lineno', 0)}"
        for path in (root / package).rglob("*.py")
        for node in ast.walk(_tree(path))
        if breaks(node)
    ]


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _requirements(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {})
    usable = [
        line for name in ("siemens", "train", "cluster", "bench") for line in extras.get(name, [])
    ]
    return [re.split(r"[^\w\-.]", line)[0] for line in (*project["dependencies"], *usable)]


def _import_name(requirement: str) -> str:
    """Return the name a distribution is imported by."""
    irregular = {
        "PyYAML": "yaml",
        "PySide6-Essentials": "PySide6",
        "scikit-image": "skimage",
        "pillow": "PIL",
    }
    return irregular.get(requirement, requirement.replace("-", "_"))


def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def _say(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
