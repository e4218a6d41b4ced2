"""The cells of a process: what was counted can be read from its memory, and is brought once, wherever it was killed."""

import mmap
import threading
from collections import Counter

import pytest

from caching.stats import cells
from caching.stats.cells import FILE_BYTES, MOST_CELLS, Batch, Cells, Counting, Unreadable

MINUTE = 1_800_000_000


@pytest.fixture
def memory() -> mmap.mmap:
    return mmap.mmap(-1, FILE_BYTES)


@pytest.fixture
def counting(memory: mmap.mmap) -> Counting:
    return Counting(Cells(memory))


def successor(memory: mmap.mmap) -> Cells:
    """The cells, as another process finds them."""
    return Cells(memory)


def test_a_successor_reads_what_was_counted(counting: Counting, memory: mmap.mmap) -> None:
    counting.record("query:one", "hit", 3)
    counting.record("query:two", "absent")
    assert successor(memory).counts() == {"query:one hit": 3, "query:two absent": 1}


def test_a_batch_is_what_is_new(counting: Counting) -> None:
    counting.record("a", "hit", 3)
    assert counting.cells.take(MINUTE) == Batch(1, MINUTE, Counter({"a hit": 3}))
    counting.cells.confirm()
    assert counting.cells.take(MINUTE) is None
    counting.record("a", "hit")
    assert counting.cells.take(MINUTE + 60) == Batch(2, MINUTE + 60, Counter({"a hit": 1}))


def test_an_unconfirmed_batch_stays_as_it_is(counting: Counting, memory: mmap.mmap) -> None:
    counting.record("a", "hit", 3)
    taken = counting.cells.take(MINUTE)
    counting.record("a", "hit", 5)
    assert successor(memory).pending() == taken


def test_killed_while_it_took_a_batch_it_has_sent_nothing(counting: Counting, memory: mmap.mmap) -> None:
    counting.record("a", "hit", 3)
    counting.cells.words[16 + 1] = 2  # a part was marked as taken
    assert successor(memory).pending() is None
    assert successor(memory).take(MINUTE) == Batch(1, MINUTE, Counter({"a hit": 3}))


def test_killed_while_it_confirmed_it_sends_a_part_under_the_same_number(
    counting: Counting, memory: mmap.mmap
) -> None:
    counting.record("a", "hit", 3)
    counting.record("b", "hit", 4)
    counting.cells.take(MINUTE)
    counting.cells.words[16 + 2] = 3  # that of `a` was confirmed
    left = successor(memory)
    assert left.pending() == Batch(1, MINUTE, Counter({"b hit": 4}))
    left.confirm()
    assert left.take(MINUTE) is None


def test_a_large_batch_comes_in_parts(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_NAMES_A_BATCH", 4)
    for number in range(10):
        counting.record(f"kind{number}", "hit")
    brought: Counter[str] = Counter()
    sizes = []
    while (batch := counting.cells.take(MINUTE)) is not None:
        brought += batch.amounts
        sizes.append(len(batch.amounts))
        counting.cells.confirm()
    assert sizes == [4, 4, 2]
    assert brought == counting.cells.counts()


def test_the_cells_of_an_ended_thread_are_handed_on(counting: Counting) -> None:
    for _ in range(20):
        thread = threading.Thread(target=counting.record, args=("a", "hit"))
        thread.start()
        thread.join()
    assert counting.cells.counts() == {"a hit": 20}
    assert len(counting.cells._names) == 1 + 1, "the head, and one cell that all of them used"


def test_with_no_cell_left_counting_goes_on_and_counts_nothing(counting: Counting) -> None:
    counting.cells._names.extend(["taken"] * (MOST_CELLS - 2))
    counting.record("a", "hit")
    counting.record("b", "hit")
    assert counting.cells.counts()["b hit"] == 0


def test_kinds_without_end_count_as_one(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_KINDS", 2)
    for number in range(5):
        counting.record(f"query:made_up_{number}", "hit")
    assert counting.cells.counts() == {"query:made_up_0 hit": 1, "query:made_up_1 hit": 1, "other hit": 3}


def test_kinds_without_end_use_up_no_cells(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_KINDS", 1)
    counting.record("a", "hit")
    for number in range(MOST_CELLS):
        counting.record(f"query:made_up_{number}", "hit")
    counting.record("a", "absent")
    assert counting.cells.counts() == {"a hit": 1, "other hit": MOST_CELLS, "a absent": 1}
    assert len(counting._mine.places) == 3


def test_threads_without_a_cell_of_their_own_share_one(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "MOST_CELLS_OF_THREADS", 3)
    begun = threading.Barrier(8)

    def count() -> None:
        counting.record("a", "hit")
        begun.wait(10)
        for _ in range(999):
            counting.record("a", "hit")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counting.cells.counts() == {"a hit": 8000}
    assert len(counting.cells) == 1 + 2 + 1, "the head, two of threads, and one that the others share"


@pytest.mark.parametrize("name", ["query:" + "n" * 300, "ünïcode", "with space"])
def test_whatever_a_kind_is_called_it_fits(counting: Counting, memory: mmap.mmap, name: str) -> None:
    counting.record(name, "hit")
    assert list(successor(memory).counts().values()) == [1]


def test_cells_of_another_version_are_refused(memory: mmap.mmap) -> None:
    memory[0] = 9
    with pytest.raises(Unreadable):
        Cells(memory)
