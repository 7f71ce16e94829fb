"""Files that this program makes: private to their owner where it keeps things for itself, usual where people share.

Knows modes and renames. Must not know what is in a file.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = 0o077
"""What nobody but the owner may do."""
_before: list[int] = []


@contextmanager
def private() -> Iterator[None]:
    """New files are 0600 and new folders 0700 while it lasts, whoever in this process makes them; none is changed."""
    _before.append(os.umask(PRIVATE))
    try:
        yield
    finally:
        os.umask(_before.pop())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write beside `path`, which takes its place at the end, on disk and whole, or not at all.

    It has the mode of the file that it replaces, else the usual one; missing folders are made. What is no ordinary
    file (a pipe, a terminal) is written to as it is. Raises OSError.
    """
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not target.is_file():
        yield target
        return
    make_folder(target.parent)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(_shared_mode(target))
        _sync(beside)
        beside.replace(target)
        _sync(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def must_be_possible(path: Path) -> None:
    """That a file may be made or changed there, if need be with its folders; leaves nothing. Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists():
        path.open("ab").close()
        return
    folder = next(one for one in path.absolute().parents if one.exists())
    with tempfile.TemporaryFile(dir=folder):
        pass


def make_folder(folder: Path) -> None:
    """With the parents that are missing, all with the usual mode: what is in them is for others too."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        one.chmod(0o777 & ~_usual_umask())


def open_to_others(path: Path) -> bool:
    """Whether other users of this machine may read, write or search it."""
    return os.name == "posix" and bool(path.stat().st_mode & PRIVATE)


def _shared_mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o666 & ~_usual_umask()


def _usual_umask() -> int:
    """The one that this process was started with."""
    if _before:
        return _before[0]
    umask = os.umask(PRIVATE)
    os.umask(umask)
    return umask


def _sync(path: Path) -> None:
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
