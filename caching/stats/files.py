"""Where the counters of a process lie: in a file that stays when the process is killed, and that its successors read.

The owner holds a lock on it, which the kernel drops with the process. Where no file can be made, or none that others may not
write to, they lie in memory alone: then what a killed process had not yet brought to Redis is lost, which is what it
counted in a second.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.crypto import salted_hmac

from caching import conf
from caching.stats.cells import FILE_BYTES, Cells, Unreadable

SUFFIX = ".counts"
_UNSEEN = ".new"
_SECONDS_TO_CREATE = 3600
_PROCESS_BYTES = 16

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class CountFile:
    """The cells of a process, and the file that they lie in; None: in memory."""

    process: str
    cells: Cells
    path: Path | None = None
    _lock: int = field(default=-1, repr=False)

    def let_go(self) -> None:
        """Somebody else may have it. In the child of a fork: the lock is the parent's, and must end with him."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def remove(self) -> None:
        """All of it has been brought to Redis."""
        try:
            if self.path is not None:
                self.path.unlink(missing_ok=True)
        finally:
            self.let_go()


def create() -> CountFile:
    """For this process. Without a file if none can be had."""
    try:
        return _created(secrets.token_hex(_PROCESS_BYTES))
    except OSError as error:
        logger.warning("Counts of the cache are kept in memory only: %s", error)
        return in_memory()


def in_memory() -> CountFile:
    """Cells that end with the process."""
    return CountFile(secrets.token_hex(_PROCESS_BYTES), Cells(mmap.mmap(-1, FILE_BYTES)))


def left_behind() -> Iterator[CountFile]:
    """The files of processes that are no more, each locked: the caller brings their counts to Redis and removes them."""
    with suppress(OSError):
        _tidy()
        for path in sorted(folder().glob(f"*{SUFFIX}")):
            if (found := _taken_over(path)) is not None:
                yield found


def _tidy() -> None:
    """Those of processes that were killed before their files had a name have counted nothing."""
    for path in folder().glob(f"*{_UNSEEN}"):
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > _SECONDS_TO_CREATE:
                path.unlink()


def folder() -> Path:
    """One for each platform, user and machine. OSError: it is not ours alone."""
    # Keyed: the address may hold a password, which somebody could guess and compare.
    platform = f"{conf.redis_url()} {conf.key_prefix()}"
    of = salted_hmac("caching.stats.files", platform, algorithm="sha256").hexdigest()[:16]
    path = Path(conf.current().counts_folder or tempfile.gettempdir()) / f"cache-counts-{os.getuid()}-{of}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{path} belongs to somebody else, or others may write there")
    return path


def _created(process: str) -> CountFile:
    path = folder() / f"{process}{SUFFIX}"
    # It is locked before it has the name under which others look for files without a lock.
    unseen = path.with_suffix(_UNSEEN)
    lock = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # With its room on the disk: to write to a page for which there is none left would kill the process.
        os.posix_fallocate(lock, 0, FILE_BYTES)
        made = CountFile(process, _mapped(unseen), path, lock)
        unseen.rename(path)
    except OSError:
        os.close(lock)
        unseen.unlink(missing_ok=True)
        raise
    return made


def _taken_over(path: Path) -> CountFile | None:
    """None: its process lives, or somebody else is bringing it, or it is none of ours."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever was faster may have brought it and removed it since.
        if os.fstat(lock).st_nlink == 0 or os.fstat(lock).st_size != FILE_BYTES:
            raise FileNotFoundError
        cells = _mapped(path)
    except (OSError, Unreadable):
        os.close(lock)
        return None
    return CountFile(path.stem, cells, path, lock)


def _mapped(path: Path) -> Cells:
    """Through a descriptor of its own: a mapping keeps it, in children too, and with it would keep the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        return Cells(mmap.mmap(descriptor, FILE_BYTES))
    finally:
        os.close(descriptor)
