"""Why an entry counts or not, tag by tag; and whoever looks changes nothing."""

from __future__ import annotations

import time

import pytest

from caching import entries, tags
from caching.connection import redis_client
from caching.entries import Entry
from caching.inspection.validity import MOST_TAGS, Standing, Validity, of_entry
from caching.stats import Outcome
from tests.caching.inspection.planted import key, plant

WRITER = "abcdef0123456789"


def entry_on(*names: str, life: float = 600) -> Entry:
    stamps = tags.stamps(names)
    return Entry(tuple(stamps), tuple(stamps.values()), 0.1, time.time() + life, b"")


def judged(entry: Entry) -> Validity:
    return of_entry(entry, now=time.time())


def test_an_entry_counts_while_every_tag_has_its_stamp() -> None:
    told = judged(entry_on("user:7", "scenario:456"))
    assert told.counts
    assert told.verdict == "Counts: every tag has the stamp it was computed under."
    assert {ground.standing for ground in told.grounds} == {Standing.SAME}


def test_what_was_invalidated_is_named_and_stands_first() -> None:
    entry = entry_on("scenario:456", "user:7")
    entries.invalidate(["user:7"])
    missing = judged(entry)
    assert missing.verdict.startswith("Does not count: user:7 was invalidated since")
    assert [ground.standing for ground in missing.grounds] == [Standing.MISSING, Standing.SAME]
    tags.stamps(["user:7"])  # somebody has asked for it again
    changed = judged(entry)
    assert changed.verdict == "Does not count: user:7 was invalidated since."
    assert changed.grounds[0].standing is Standing.CHANGED
    assert changed.grounds[0].rests_on != changed.grounds[0].mark.text


def test_a_writer_about_to_commit_is_named() -> None:
    entry = entry_on("user:7")
    tags.announce(WRITER, ["user:7"])
    told = judged(entry)
    assert told.verdict == "Does not count: a writer of user:7 is about to commit."
    (ground,) = told.grounds
    assert ground.standing is Standing.BUSY
    assert [writer.name for writer in ground.mark.writers] == [WRITER]
    assert ground.mark.writers[0].seconds_left > 0


def test_a_writer_that_died_is_not_waited_for() -> None:
    entry = entry_on("user:7")
    plant(["tag:user:7"], f"!{WRITER}=1000".encode())
    (ground,) = judged(entry).grounds
    assert (ground.standing, ground.mark.writers) == (Standing.CHANGED, ())
    assert "run out" in ground.mark.why_not


@pytest.mark.parametrize("planted", [b"", b"!", b"!=;x", b"\xff\xfe", b"x" * 10_000, b"! " * 1000])
def test_what_is_planted_under_a_tag_does_not_count(planted: bytes) -> None:
    entry = entry_on("user:7")
    plant(["tag:user:7"], planted)
    assert not judged(entry).counts


def test_a_value_of_another_type_under_a_tag_is_no_stamp() -> None:
    entry = entry_on("user:7")
    redis_client().unlink(key("tag:user:7"))
    redis_client().rpush(key("tag:user:7"), "x")
    assert judged(entry).grounds[0].standing is Standing.MISSING


def test_one_that_has_expired_says_when() -> None:
    assert judged(entry_on("user:7", life=-65)).verdict == "Does not count: it expired 1 min 5 s ago."


def test_looking_gives_no_tag_a_stamp_and_takes_none_away() -> None:
    entry = entry_on("user:7", "user:8")
    entries.invalidate(["user:7"])
    plant(["tag:user:8"], b"of another primary")
    judged(entry)
    assert not redis_client().exists(key("tag:user:7"))
    assert redis_client().get(key("tag:user:8")) == b"of another primary"


def test_of_very_many_tags_the_first_are_asked_about() -> None:
    names = tuple(f"user:{number}" for number in range(MOST_TAGS + 5))
    told = judged(Entry(names, (b"x",) * len(names), 0, time.time() + 60, b""))
    assert (len(told.grounds), told.unasked) == (MOST_TAGS, 5)
    assert f"{MOST_TAGS - 5} more tags speak against it" in told.verdict


def test_the_verdict_is_that_of_a_reader() -> None:
    entry = entry_on("user:7", "user:8")
    body = entries.storing(key("db_query:x:1").decode(), entry, now=time.time())[2]
    for change in (lambda: None, lambda: tags.announce(WRITER, ["user:8"]), lambda: tags.renew(["user:7"])):
        change()
        told = judged(entry)
        assert isinstance(body, bytes)
        reading = entries.weighed(key("db_query:x:1").decode(), body, tags.present(entry.tags))
        assert told.counts == (reading.outcome is Outcome.HIT)
