"""Memory that outlives its process: a mapped file, which stays when the process is killed, and which its successors read.

The owner holds a lock on it, which the kernel drops with the process. Where no file can be made, or none that others may not
write to, the memory is that of the process alone: then what it has not yet brought elsewhere is lost when it is killed.
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

_UNSEEN = ".new"
_SECONDS_TO_CREATE = 3600
_NAME_BYTES = 16

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Mapped:
    """`name` is random, and that of the process for those who read it. `path` is None without a file."""

    name: str
    memory: mmap.mmap
    path: Path | None = None
    _lock: int = field(default=-1, repr=False)

    def let_go(self) -> None:
        """Somebody else may have it. In the child of a fork: the lock is the parent's, and must end with him."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def remove(self) -> None:
        """All that is in it has been brought elsewhere."""
        try:
            if self.path is not None:
                self.path.unlink(missing_ok=True)
        finally:
            self.let_go()


def create(suffix: str, size: int) -> Mapped:
    """So many bytes, all zero, for this process. Without a file if none can be had."""
    try:
        return in_file(secrets.token_hex(_NAME_BYTES), suffix, size)
    except OSError as error:
        logger.warning("What the cache counts is kept in memory only: %s", error)
        return in_memory(size)


def in_memory(size: int) -> Mapped:
    """It ends with the process."""
    return Mapped(secrets.token_hex(_NAME_BYTES), mmap.mmap(-1, size))


def in_file(name: str, suffix: str, size: int) -> Mapped:
    """OSError: there is no room, or no folder that is ours alone."""
    path = folder() / f"{name}{suffix}"
    # It is locked before it has the name under which others look for files without a lock.
    unseen = path.with_name(path.name + _UNSEEN)
    lock = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # With its room on the disk: to write to a page for which there is none left would kill the process.
        os.posix_fallocate(lock, 0, size)
        made = Mapped(name, _mapping(unseen, size), path, lock)
        unseen.rename(path)
    except OSError:
        os.close(lock)
        unseen.unlink(missing_ok=True)
        raise
    return made


def left_behind(suffix: str, size: int) -> Iterator[Mapped]:
    """Those of processes that are no more, each locked: the caller brings what is in it elsewhere and removes it."""
    with suppress(OSError):
        _tidy()
        for path in sorted(folder().glob(f"*{suffix}")):
            if (found := _taken_over(path, size)) is not None:
                yield found


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


def _tidy() -> None:
    """Those of processes that were killed before their files had a name hold nothing."""
    for path in folder().glob(f"*{_UNSEEN}"):
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > _SECONDS_TO_CREATE:
                path.unlink()


def _taken_over(path: Path, size: int) -> Mapped | None:
    """None: its process lives, or somebody else is at it, or it is none of ours."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever was faster may have brought it and removed it since.
        if os.fstat(lock).st_nlink == 0 or os.fstat(lock).st_size != size:
            raise FileNotFoundError
        memory = _mapping(path, size)
    except OSError:
        os.close(lock)
        return None
    return Mapped(path.stem, memory, path, lock)


def _mapping(path: Path, size: int) -> mmap.mmap:
    """Through a descriptor of its own: a mapping keeps it, in children too, and with it would keep the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)
