"""Running as root without running servers as root.

PostgreSQL refuses to run as root, so root's servers run as `nobody`. That account can reach neither a data folder
below a closed one (`/root` is 0700) nor programs there, and we change no permission outside the data folder. Hence:
the data folder is handed over as an open directory, which needs no way to it, and programs are copied to where
everybody may read them.
"""

import os
import pwd
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from core.embedded.errors import ServerUnavailable


class ServerUser(msgspec.Struct, frozen=True):
    """The account that root's servers run as."""

    uid: int
    gid: int


class Reached(msgspec.Struct, frozen=True):
    """A folder as a server sees it: `path` means it wherever the descriptors `fds` are inherited."""

    path: str
    fds: tuple[int, ...]


def server_user() -> ServerUser | None:
    """`nobody` if we are root; None means the servers run as we do."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerUnavailable(
            "PostgreSQL refuses to run as root and there is no account 'nobody' to run it instead: "
            "start this as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return ServerUser(uid=nobody.pw_uid, gid=nobody.pw_gid)


def hand_over(path: Path, user: ServerUser | None) -> None:
    """Make `path`, which lies inside the data folder, the server's own and nobody else's."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if user is not None:
        os.chown(path, user.uid, user.gid)


def is_open(path: Path) -> bool:
    """Whether everybody may walk to `path` and read it; by mode bits, so an access list may make this too careful."""
    path = path.resolve()
    readable = bool(path.stat().st_mode & stat.S_IROTH)
    return readable and all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


@contextmanager
def reached(folder: Path, user: ServerUser | None) -> Generator[Reached]:
    """How a server of `user` reaches `folder` however closed the folders above it are.

    On Linux `/proc/self/fd/N` leads straight to a directory that was open when the server was born.
    """
    if user is None or sys.platform != "linux":
        yield Reached(path=str(folder), fds=())
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Reached(path=f"/proc/self/fd/{fd}", fds=(fd,))
    finally:
        os.close(fd)
