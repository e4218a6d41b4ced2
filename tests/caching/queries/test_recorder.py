"""What a computation rests on: the stamps as they were before the first reading."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue

import pytest

from caching import pending, tags
from caching.flight.lease import Lease, _Renewal
from caching.near import tracking
from caching.near.copies import NearCache
from caching.queries.recorder import Recorder, current, recording


@dataclass(frozen=True)
class Needed:
    tags: frozenset[str]
    absent: frozenset[str] = field(default_factory=frozenset)
    rows: int = 0


def needed(*names: str, absent: str = "", rows: int = 0) -> Needed:
    return Needed(frozenset(names), frozenset({absent} - {""}), rows)


def test_the_stamp_of_the_first_reading_counts() -> None:
    recorder = Recorder((), {})
    recorder.before(needed("a"))
    first = recorder.stamps()
    tags.renew(["a"])
    recorder.before(needed("a", "b"))
    assert recorder.stamps()["a"] == first["a"] != tags.stamps(["a"])["a"]


def test_stamps_that_were_taken_ahead_are_used() -> None:
    recorder = Recorder((), {"a": b"earlier"})
    recorder.before(needed("a"))
    assert recorder.stamps() == {"a": b"earlier"}


def test_scopes_are_part_of_what_it_rests_on() -> None:
    recorder = Recorder(("user:7",), {})
    recorder.before(needed("a"))
    assert recorder.stamps() == tags.stamps(["a", "user:7"])


def test_the_scopes_hold_as_well_when_everything_came_from_other_results() -> None:
    recorder = Recorder(("user:7",), {})
    recorder.rest_on({"a": b"stamp"})
    assert recorder.stamps() == {"a": b"stamp"} | tags.stamps(["user:7"])


def test_a_copy_that_is_older_than_what_was_read_already_forbids_storing() -> None:
    copied = tags.stamps(["a"])
    tags.renew(["a"])
    recorder = Recorder((), {})
    recorder.before(needed("a"))
    recorder.rest_on(copied)
    assert "changed meanwhile" in recorder.why_not_stored


def test_an_absent_row_is_something_to_rest_on() -> None:
    recorder = Recorder((), {})
    recorder.before(needed("t:id=1", absent="t:any", rows=1))
    assert set(recorder.stamps()) == {"t:id=1", "t:any"}


def test_a_row_that_was_there_is_all_to_rest_on() -> None:
    recorder = Recorder((), {})
    statement = needed("t:id=1", absent="t:any", rows=1)
    recorder.before(statement)
    recorder.fetched_all(statement)
    assert set(recorder.stamps()) == {"t:id=1"}


def test_one_row_that_was_there_does_not_excuse_another_that_was_not() -> None:
    recorder = Recorder((), {})
    there, absent = needed("t:id=1", absent="t:any", rows=1), needed("t:id=2", absent="t:any", rows=1)
    recorder.before(there)
    recorder.before(absent)
    recorder.fetched_all(there)
    assert set(recorder.stamps()) == {"t:id=1", "t:id=2", "t:any"}


def test_a_busy_tag_forbids_storing() -> None:
    tags.announce(tags.new_writer(), ["a"])
    recorder = Recorder((), {})
    recorder.before(needed("a"))
    assert "about to commit" in recorder.why_not_stored


def test_a_busy_tag_among_those_taken_ahead_forbids_storing() -> None:
    recorder = Recorder((), {"a": b"!w=1"})
    recorder.before(needed("a"))
    assert recorder.why_not_stored


def test_what_this_transaction_has_written_forbids_storing() -> None:
    transaction = pending.begin({"a"})
    try:
        recorder = Recorder((), {})
        recorder.before(needed("b"))
        assert not recorder.why_not_stored
        recorder.before(needed("a"))
        assert "this transaction" in recorder.why_not_stored
    finally:
        pending.end(transaction)


def test_a_result_that_read_nothing_is_not_stored() -> None:
    assert "nothing" in Recorder((), {}).why_not_stored


def test_one_recorder_listens_at_a_time() -> None:
    outer, inner = Recorder((), {}), Recorder((), {})
    assert current() is None
    with recording(outer):
        with recording(inner):
            assert current() is inner
        assert current() is outer
    assert current() is None


def test_a_failure_ends_the_recording() -> None:
    with pytest.raises(ZeroDivisionError), recording(Recorder((), {})):
        _ = 1 / 0
    assert current() is None


class TestThreadsThatStay:
    """They are started while a recorder listens, and go on working for others."""

    def test_a_worker_of_a_pool(self) -> None:
        with ThreadPoolExecutor(1) as pool:
            with recording(Recorder((), {})) as recorder:
                assert pool.submit(current).result() is recorder
            assert pool.submit(current).result() is None

    def test_the_one_that_renews_leases(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: SimpleQueue[Recorder | None] = SimpleQueue()
        monkeypatch.setattr(_Renewal, "_run", lambda renewal: seen.put(current()))
        with recording(Recorder((), {})):
            _Renewal().add(Lease("d"))
        assert seen.get(timeout=10) is None

    def test_the_one_that_looks_for_idleness(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: SimpleQueue[Recorder | None] = SimpleQueue()
        monkeypatch.setattr(tracking, "IDLE_SECONDS", 0.0)
        monkeypatch.setattr(tracking.Tracker, "close_if_idle", lambda tracker: seen.put(current()))
        with recording(Recorder((), {})):
            tracking.Tracker(NearCache())._watch_idleness()
        assert seen.get(timeout=10) is None
