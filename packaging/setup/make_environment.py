"""Make the virtual environment, or repair it, and install K-Syn into it with the tools to test it.

Runs with the system's own Python and its standard library only.

    python make_environment.py ENVIRONMENT [EXTRA …]
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CONSTRAINTS = PROJECT / "constraints.txt"
HELP = """
The installation stopped. The lines above say why; mostly it is one of these:
  - no network, or a proxy that pip does not know (set HTTPS_PROXY);
  - the disk is full (the environment takes about 2 GB, with a CUDA torch several more);
  - the download was cut short.
Nothing is broken: run the same command again, and it goes on from here."""


def main(environment: Path, extras: "list[str]") -> int:
    """Return 0 once everything is installed."""
    try:
        prepare(environment)
        # torch goes first: a build that is already there, or that was chosen with pip's own
        # settings, then stays, and no other package pulls another one in.
        install(environment, pinned("torch"))
        install(environment, "--constraint", str(CONSTRAINTS), "--editable", target(extras))
    except subprocess.CalledProcessError:
        print(HELP)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again, and it goes on from here.")
        return 130
    return 0


def prepare(environment: Path) -> None:
    """Make the environment unless a working one of this very folder is there."""
    if works(environment):
        return
    print(f"Making the environment {environment} with Python {sys.version.split()[0]}", flush=True)
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(environment)


def works(environment: Path) -> bool:
    """Return whether its Python runs, finds pip, and believes to live where it does."""
    probe = "import pip, sys; print(sys.prefix)"
    try:
        done = subprocess.run(
            [str(python_of(environment)), "-c", probe], capture_output=True, text=True
        )
    except OSError:
        return False
    launcher = environment / "bin" / "pip"
    moved = launcher.is_file() and str(environment) not in launcher.read_text(errors="replace")
    return done.returncode == 0 and not moved


def install(environment: Path, *what: str) -> None:
    """Run pip, which shows its own progress."""
    command = [str(python_of(environment)), "-m", "pip", "install", *what]
    subprocess.run([*command, "--disable-pip-version-check"], check=True)


def pinned(name: str) -> str:
    """Return the line of the constraints for one package, such as ``torch==2.13.0``."""
    lines = CONSTRAINTS.read_text().splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def target(extras: "list[str]") -> str:
    """Return the project with its extras, as pip writes it."""
    return f"{PROJECT}[{','.join(extras)}]" if extras else str(PROJECT)


def python_of(environment: Path) -> Path:
    """Return the environment's own Python."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), sys.argv[2:]))
