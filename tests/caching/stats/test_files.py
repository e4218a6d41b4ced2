"""What killed processes have counted is brought by others, once."""

from pathlib import Path

import pytest
from pytest_django import Settings

from caching import mapped
from caching.errors import CacheUnavailable
from caching.stats import delivery, files, series, sheets
from caching.stats.cells import Cells
from caching.stats.files import CountFile


@pytest.fixture(autouse=True)
def in_files(tmp_path: Path, settings: Settings) -> None:
    settings.CACHING = {**settings.CACHING, "COUNTS_FOLDER": str(tmp_path)}


@pytest.fixture
def left(redis_key_prefix: str) -> CountFile:
    """What a killed process has left: three hits, and no lock."""
    memory = mapped.in_file("0" * 32, files.SUFFIX, files.FILE_BYTES)
    file = CountFile(memory, Cells(memory.memory))
    file.cells.words[file.cells.add("query:x hit")] = 3
    memory.let_go()
    return file


def hits() -> int:
    found = series.totals()
    return found["query:x"].hits if "query:x" in found else 0


def test_what_a_killed_one_left_is_brought_once_and_removed(left: CountFile) -> None:
    assert delivery.adopt() == 1
    assert delivery.adopt() == 0
    assert hits() == 3
    assert left.mapped.path is not None
    assert not left.mapped.path.exists()


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


def test_what_is_no_file_of_ours_is_left_alone(redis_key_prefix: str) -> None:
    stranger = mapped.folder() / f"stranger{files.SUFFIX}"
    stranger.write_bytes(b"\x09" + bytes(files.FILE_BYTES - 1))
    assert delivery.adopt() == 0
    assert stranger.exists()


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
