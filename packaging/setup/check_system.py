"""Check, before anything is installed, that this machine has what K-Syn needs from its system.

Runs with the system's own Python and its standard library only. Names what is missing with the
command that installs it, and runs that command where it may (root on Debian and its relatives).
"""

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

OLDEST_PYTHON = (3, 11)


class Need(NamedTuple):
    """A shared library that Qt loads, and the package that holds it in each family of systems."""

    library: str
    debian: str
    fedora: str
    arch: str
    suse: str


# Debian, Fedora, Arch, openSUSE. What else Qt loads comes along as their dependency.
NEEDS = (
    Need("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
    Need("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd", "libglvnd"),
    Need("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd", "libglvnd"),
    Need("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    Need("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig", "fontconfig"),
    Need("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11", "libX11-xcb1"),
    Need("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    Need(
        "libxkbcommon-x11.so.0",
        "libxkbcommon-x11-0",
        "libxkbcommon-x11",
        "libxkbcommon-x11",
        "libxkbcommon-x11-0",
    ),
    Need(
        "libxcb-cursor.so.0",
        "libxcb-cursor0",
        "xcb-util-cursor",
        "xcb-util-cursor",
        "libxcb-cursor0",
    ),
    Need("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    Need(
        "libxcb-keysyms.so.1",
        "libxcb-keysyms1",
        "xcb-util-keysyms",
        "xcb-util-keysyms",
        "libxcb-keysyms1",
    ),
    Need("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    Need(
        "libxcb-render-util.so.0",
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "xcb-util-renderutil",
        "libxcb-render-util0",
    ),
    Need("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb", "libxcb-randr0"),
    Need("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb", "libxcb-shape0"),
)
FONT = Need("a font", "fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu", "dejavu-fonts")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")

INSTALL = {
    "debian": "apt-get install -y --no-install-recommends",
    "fedora": "dnf install -y",
    "arch": "pacman -S --needed",
    "suse": "zypper install",
}
APT_WAITS = ["-o", "DPkg::Lock::Timeout=120"]
"""How long apt-get waits while another apt, perhaps one that looks for updates, works [s]."""


def main() -> int:
    """Return 0 when nothing is missing (any more)."""
    if sys.version_info < OLDEST_PYTHON:
        print(f"K-Syn needs Python 3.11 or newer; {sys.executable} is {platform.python_version()}.")
        return 1
    packages = missing_packages()
    if not packages:
        return 0
    return install(family(), packages)


def missing_packages() -> "list[str]":
    """Return the system packages to install, in this system's own names."""
    packages = [] if can_make_environments() else [venv_package()]
    if platform.system() == "Linux":
        packages += [name_here(need) for need in NEEDS if not loads(need.library)]
        packages += [] if has_font() else [name_here(FONT)]
    return list(dict.fromkeys(packages))


def can_make_environments() -> bool:
    """Return whether ``python -m venv`` will work: Debian keeps half of it in another package."""
    probe = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True)
    return probe.returncode == 0


def venv_package() -> str:
    """Return the package with the rest of `venv`, for this very Python."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def loads(library: str) -> bool:
    """Return whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Return whether there is any font for Qt to write with."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(next(folder.rglob("*.[to]t[fc]"), None) for folder in folders if folder.is_dir())


def family(release: Path = Path("/etc/os-release")) -> str:
    """Return ``debian``, ``fedora``, ``arch``, ``suse``, or nothing when it is none of them."""
    if not release.is_file():
        return ""
    lines = (line.partition("=") for line in release.read_text().splitlines())
    facts = {key: value.strip('"') for key, _, value in lines}
    likes = f"{facts.get('ID', '')} {facts.get('ID_LIKE', '')}".replace("rhel", "fedora").split()
    return next((name for like in likes for name in INSTALL if like.startswith(name)), "")


def name_here(need: Need) -> str:
    """Return what this system calls the package; the library itself where that is not known."""
    return str(getattr(need, family() or "library"))


def install(system: str, packages: "list[str]") -> int:
    """Install the packages where that is allowed, else say how."""
    names = " ".join(packages)
    if system not in INSTALL:
        print(f"K-Syn needs from the system, and does not find: {names}")
        return 1
    if system == "debian" and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing from the system: {names}", flush=True)
        return apt_install(packages)
    update = "sudo apt-get update && " if system == "debian" else ""
    print("Some system packages are missing. Install them with\n")
    print(f"    {update}sudo {INSTALL[system]} {names}\n\nand run the same command again.")
    return 1


def apt_install(packages: "list[str]") -> int:
    """Run apt-get without questions; the package lists may be old or absent."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q", *APT_WAITS], env=quiet, check=False)
    command = [*INSTALL["debian"].split(), "-q", *APT_WAITS, *packages]
    if subprocess.run(command, env=quiet, check=False).returncode == 0:
        return 0
    print(f"apt-get failed (see above). The command was: {' '.join(command)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
