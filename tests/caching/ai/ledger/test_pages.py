"""Pages of the ledger: what is on them can be read by another process, however they were left."""

import mmap
from itertools import count

import pytest

from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.pages import PAGE_BYTES, Page, Unreadable, pages_in
from caching.ai.ledger.postings import Cell, Key

KEY = Key(20_000, "persona_reply", "chat", "gpt-5-mini", "12", Outcome.HIT)


@pytest.fixture
def memory() -> mmap.mmap:
    return mmap.mmap(-1, 2 * PAGE_BYTES)


@pytest.fixture
def opened(memory: mmap.mmap) -> Page:
    page = pages_in(memory)[0]
    page.begin(1)
    return page


def post(page: Page, key: Key, *parts: int) -> None:
    place = page.add(key)
    assert place is not None
    for number, part in enumerate(parts):
        page.words[place + number] += part


def test_another_process_reads_what_was_posted(opened: Page, memory: mmap.mmap) -> None:
    post(opened, KEY, 1, 1000, 400, 200, 0, 7)
    post(opened, KEY._replace(model="gpt-5", outcome=Outcome.FRESH), 2)
    first, second = pages_in(memory)
    assert (first.number, second.number) == (1, 0)
    assert first.postings() == {
        KEY: Cell(1, 1000, 400, 200, 0, 7),
        KEY._replace(model="gpt-5", outcome=Outcome.FRESH): Cell(2),
    }


def test_two_entries_of_a_key_add_up(opened: Page) -> None:
    post(opened, KEY, 1)
    post(opened, KEY, 2, 5)
    assert opened.postings() == {KEY: Cell(3, 5)}


def test_a_page_ends(opened: Page, memory: mmap.mmap) -> None:
    keys = (KEY._replace(scenario=str(number)) for number in count())
    posted = 0
    while opened.add(next(keys)) is not None:
        posted += 1
    assert posted > 3000
    assert len(opened.postings()) == posted
    assert pages_in(memory)[1].postings() == {}
    opened.clear()
    assert memory[:] == bytes(len(memory))


@pytest.mark.parametrize("part", ["\ud800", "\0\x1b[2J", "x" * 10_000, "\N{GRINNING FACE}" * 10_000])
def test_names_of_any_kind_are_bounded(opened: Page, part: str) -> None:
    post(opened, KEY._replace(operation=part, model=part, scenario=part), 1)
    ((key, cell),) = opened.postings().items()
    assert cell == Cell(1)
    assert len(key.model) <= 200
    assert key.model.isprintable()


def test_an_entry_whose_process_was_killed_before_it_had_a_name_is_none(opened: Page) -> None:
    first = opened.words[2]
    post(opened, KEY, 1)
    post(opened, KEY._replace(scenario="13"), 1)
    opened.words[first + 1] = 0
    assert opened.postings() == {KEY._replace(scenario="13"): Cell(1)}


@pytest.mark.parametrize("word", range(2, 12))
@pytest.mark.parametrize("value", [0, 1, 3, 70_000, 2**63])
def test_what_is_damaged_is_passed_over(opened: Page, word: int, value: int) -> None:
    post(opened, KEY, 1)
    opened.words[word] = value
    assert len(opened.postings()) <= 1


def test_a_page_of_another_version_is_refused(memory: mmap.mmap) -> None:
    memory[0] = 9
    with pytest.raises(Unreadable):
        pages_in(memory)
