"""The files of counts: locked by their process, found by its successors, refused where others could write."""

import errno
import os
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from caching import conf, stats
from caching.errors import CacheUnavailable
from caching.stats import Outcome, delivery, files, series, sheets
from caching.stats.files import CountFile

create = files._created


@pytest.fixture(autouse=True)
def in_files(tmp_path: Path, settings: Settings) -> None:
    settings.CACHING = {**settings.CACHING, "COUNTS_FOLDER": str(tmp_path)}


@pytest.fixture
def left(redis_key_prefix: str) -> CountFile:
    """What a killed process has left: three hits, and no lock."""
    file = create("0" * 32)
    file.cells.words[file.cells.add("query:x hit")] = 3
    file.let_go()
    return file


def hits() -> int:
    found = series.totals()
    return found["query:x"].hits if "query:x" in found else 0


def test_a_living_process_is_left_alone(redis_key_prefix: str) -> None:
    living = create("1" * 32)
    assert delivery.adopt() == 0
    assert living.path is not None
    assert living.path.exists()


def test_what_a_killed_one_left_is_brought_once_and_removed(left: CountFile) -> None:
    assert delivery.adopt() == 1
    assert delivery.adopt() == 0
    assert hits() == 3
    assert left.path is not None
    assert not left.path.exists()


def test_a_batch_that_redis_has_already_is_not_counted_again(left: CountFile) -> None:
    batch = left.cells.take(1_800_000_000)
    assert batch is not None
    sheets.post(left.process, batch)
    delivery.adopt()
    assert hits() == 3


def test_without_redis_it_is_brought_later(left: CountFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: object) -> None:
        raise CacheUnavailable("gone")

    with monkeypatch.context() as broken:
        broken.setattr(sheets, "post", unavailable)
        with pytest.raises(CacheUnavailable):
            delivery.adopt()
    assert delivery.adopt() == 1
    assert hits() == 3


@pytest.mark.parametrize("content", [b"", b"no counts of ours", b"\x09" + bytes(files.FILE_BYTES - 1)])
def test_what_is_no_file_of_ours_is_left_alone(content: bytes, redis_key_prefix: str) -> None:
    stranger = files.folder() / f"stranger{files.SUFFIX}"
    stranger.write_bytes(content)
    assert delivery.adopt() == 0
    assert stranger.exists()


def test_a_folder_that_others_may_write_to_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    files.folder().chmod(0o777)
    with pytest.raises(PermissionError):
        files.folder()


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = files.folder()
    folder.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    with pytest.raises((PermissionError, FileExistsError)):
        files.folder()


def test_each_platform_has_a_folder_of_its_own(settings: object) -> None:
    first = files.folder()
    settings.REDIS_KEY_PREFIX = "other:"  # type: ignore[attr-defined]
    assert conf.key_prefix() == "other:"
    assert files.folder() != first


def test_a_child_does_not_hold_its_parents_file(
    monkeypatch: pytest.MonkeyPatch, redis_server: redis.Redis
) -> None:
    monkeypatch.setattr(files, "create", lambda: create("2" * 32))
    stats.reset()
    stats.record("query:x", Outcome.HIT)
    own = stats.own_file()
    assert own is not None
    reader, writer = os.pipe()
    if not (child := os.fork()):
        own.let_go()
        os.write(writer, str(delivery.adopt()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"0", "the parent lives"
    own.let_go()
    assert delivery.adopt() == 1
    stats.reset()


def test_a_full_disk_is_noticed_before_it_kills_the_process(redis_key_prefix: str) -> None:
    """A page of a mapped file for which there is no room cannot be written to: that ends in SIGBUS."""
    file = create("3" * 32)
    assert file.path is not None
    assert file.path.stat().st_blocks * 512 >= files.FILE_BYTES
    file.remove()


def test_without_room_counts_are_kept_in_memory(
    redis_key_prefix: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space"):
        create("4" * 32)
    assert list(files.folder().iterdir()) == []


def test_a_file_that_cannot_be_removed_is_let_go(left: CountFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", refused)
        for _ in range(3):
            with pytest.raises(PermissionError):
                delivery.adopt()
    assert delivery.adopt() == 1
    assert hits() == 3
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_a_file_that_was_never_finished_goes_in_time(redis_key_prefix: str) -> None:
    young, old = (files.folder() / f"{name}.new" for name in ("young", "old"))
    young.touch()
    old.touch()
    os.utime(old, (1, 1))
    delivery.adopt()
    assert [path.name for path in files.folder().iterdir()] == ["young.new"]
