"""Memory in a file: locked by its process, found by its successors, refused where others could write."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from caching import conf, mapped
from caching.mapped import Mapped

SUFFIX, SIZE = ".test", 8192


@pytest.fixture(autouse=True)
def in_files(tmp_path: Path, settings: Settings, redis_key_prefix: str) -> None:
    settings.CACHING = {**settings.CACHING, "COUNTS_FOLDER": str(tmp_path)}


@pytest.fixture
def own() -> Iterator[Mapped]:
    made = mapped.in_file("1" * 32, SUFFIX, SIZE)
    yield made
    made.let_go()


def left() -> list[Mapped]:
    """Those of processes that are no more, let go at once."""
    found = []
    for file in mapped.left_behind(SUFFIX, SIZE):
        file.let_go()
        found.append(file)
    return found


def test_that_of_a_living_process_is_left_alone(own: Mapped) -> None:
    assert left() == []
    assert own.path is not None
    assert own.path.exists()


def test_what_a_process_wrote_is_found_when_it_is_no_more(own: Mapped) -> None:
    own.memory[:5] = b"hello"
    own.let_go()
    (found,) = left()
    assert found.name == own.name
    assert found.memory[:6] == b"hello\0"


def test_what_was_removed_is_not_found(own: Mapped) -> None:
    own.remove()
    assert left() == []


def test_two_do_not_find_the_same(own: Mapped) -> None:
    own.let_go()
    finding = mapped.left_behind(SUFFIX, SIZE)
    first = next(finding)
    assert left() == []
    first.let_go()


def test_what_has_another_size_is_none_of_ours() -> None:
    stranger = mapped.folder() / f"stranger{SUFFIX}"
    for content in (b"", bytes(SIZE - 1), bytes(SIZE + 1)):
        stranger.write_bytes(content)
        assert left() == []
    assert stranger.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(bytes(SIZE))
    (mapped.folder() / f"link{SUFFIX}").symlink_to(target)
    assert left() == []


def test_a_folder_that_others_may_write_to_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    mapped.folder().chmod(0o777)
    with pytest.raises(PermissionError):
        mapped.folder()
    assert left() == []


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = mapped.folder()
    folder.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    with pytest.raises((PermissionError, FileExistsError)):
        mapped.folder()


def test_each_platform_has_a_folder_of_its_own(settings: Settings) -> None:
    first = mapped.folder()
    settings.REDIS_KEY_PREFIX = "other:"
    assert conf.key_prefix() == "other:"
    assert mapped.folder() != first


def test_a_child_that_lets_go_does_not_hold_its_parents(own: Mapped) -> None:
    reader, writer = os.pipe()
    if not (child := os.fork()):
        own.let_go()
        os.write(writer, str(len(left())).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"0", "the parent lives"
    own.let_go()
    assert len(left()) == 1


def test_a_full_disk_is_noticed_before_it_kills_the_process(own: Mapped) -> None:
    """A page of a mapped file for which there is no room cannot be written to: that ends in SIGBUS."""
    assert own.path is not None
    assert own.path.stat().st_blocks * 512 >= SIZE


def test_without_room_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space"):
        mapped.in_file("2" * 32, SUFFIX, SIZE)
    assert list(mapped.folder().iterdir()) == []


def test_a_file_that_was_never_finished_goes_in_time() -> None:
    young, old = (mapped.folder() / f"{name}.new" for name in ("young", "old"))
    young.touch()
    old.touch()
    os.utime(old, (1, 1))
    left()
    assert [path.name for path in mapped.folder().iterdir()] == ["young.new"]
