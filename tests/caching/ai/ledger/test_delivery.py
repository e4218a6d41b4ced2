"""What was counted arrives in Redis exactly once, whatever happens to Redis or to the process meanwhile."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import redis

from caching import keys, mapped
from caching.ai import ledger
from caching.ai.ledger import book, delivery, sheets, totals
from caching.ai.ledger.accounts import Counts, Outcome
from caching.ai.ledger.pages import Page
from caching.ai.usage import Usage
from caching.connection import wire
from caching.errors import CacheUnavailable
from tests.caching.ai.ledger.conftest import TODAY

Post = Callable[..., None]
Held = Callable[..., Counts]

HIT = Counts(hit_requests=1, saved_input_tokens=1000, saved_cached_input_tokens=400, saved_output_tokens=200)
FRESH = Counts(
    fresh_requests=1, spent_input_tokens=1000, spent_cached_input_tokens=400, spent_output_tokens=200
)


@pytest.fixture
def sheet_key(redis_key_prefix: str) -> str:
    return keys.ai_sheet(redis_key_prefix, TODAY)


def test_a_flush_brings_what_was_counted(post: Post, held: Held) -> None:
    post(Outcome.HIT)
    post(Outcome.FRESH)
    ledger.flush()
    assert held() == HIT + FRESH


def test_a_second_flush_brings_only_what_is_new(post: Post, held: Held) -> None:
    post(Outcome.HIT, times=3)
    ledger.flush()
    ledger.flush()
    post(Outcome.HIT)
    ledger.flush()
    assert held() == sum([HIT] * 4, Counts())


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_count(post: Post, held: Held, outcome: Outcome) -> None:
    post(outcome, usage=Usage())
    ledger.flush()
    assert held() == Counts(**{f"{outcome}_requests": 1})


def test_nothing_counted_costs_no_round_trip(redis_server: redis.Redis, sheet_key: str) -> None:
    ledger.flush()
    assert not redis_server.exists(sheet_key)


def test_a_sheet_expires_after_the_database_had_time_to_copy_it(
    post: Post, redis_server: redis.Redis, sheet_key: str
) -> None:
    post(Outcome.HIT)
    ledger.flush()
    assert redis_server.ttl(sheet_key) >= sheets.KEPT_SECONDS - 60


def test_midnight_parts_the_days(post: Post, held: Held, clock: Callable[[datetime], None]) -> None:
    clock(datetime(2026, 3, 14, 23, 59, 59, 999_999, tzinfo=UTC))
    post(Outcome.HIT, times=2)
    clock(datetime(2026, 3, 15, tzinfo=UTC))
    post(Outcome.HIT)
    ledger.flush()
    assert held(day=date(2026, 3, 14)) == HIT + HIT
    assert held(day=date(2026, 3, 15)) == HIT


def test_days_go_by_without_anything_counted_twice(
    post: Post, held: Held, clock: Callable[[datetime], None]
) -> None:
    for day in range(1, 8):
        clock(datetime(2026, 3, day, 12, tzinfo=UTC))
        post(Outcome.HIT)
        ledger.flush()
    assert [held(day=date(2026, 3, day)) for day in range(1, 8)] == [HIT] * 7


class TestRedisDown:
    def test_what_was_counted_meanwhile_arrives_when_it_is_back(
        self,
        post: Post,
        held: Held,
        use_redis: Callable[[str], None],
        closed_port: int,
        settings: Any,
    ) -> None:
        usual = settings.REDIS_URL
        post(Outcome.HIT)
        use_redis(f"redis://127.0.0.1:{closed_port}/0")
        for _ in range(3):
            post(Outcome.HIT)
            with pytest.raises(CacheUnavailable):
                ledger.flush()
        use_redis(usual)
        ledger.flush()
        assert held() == sum([HIT] * 4, Counts())

    def test_on_its_own_day(
        self,
        post: Post,
        held: Held,
        use_redis: Callable[[str], None],
        closed_port: int,
        settings: Any,
        clock: Callable[[datetime], None],
    ) -> None:
        usual = settings.REDIS_URL
        use_redis(f"redis://127.0.0.1:{closed_port}/0")
        for day in (14, 15, 17):
            clock(datetime(2026, 3, day, tzinfo=UTC))
            post(Outcome.HIT)
            with pytest.raises(CacheUnavailable):
                ledger.flush()
        use_redis(usual)
        ledger.flush()
        assert [held(day=date(2026, 3, day)) for day in (14, 15, 16, 17)] == [HIT, HIT, Counts(), HIT]

    def test_a_lost_reply_doubles_nothing(
        self, post: Post, held: Held, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = wire.run

        def run_and_lose_the_reply(*calls: Any, **how: Any) -> None:
            run(*calls, **how)
            raise CacheUnavailable("the connection broke")

        post(Outcome.HIT)
        with monkeypatch.context() as broken:
            broken.setattr(wire, "run", run_and_lose_the_reply)
            with pytest.raises(CacheUnavailable):
                ledger.flush()
        assert held() == HIT
        post(Outcome.HIT)
        ledger.flush()
        assert held() == HIT + HIT

    @pytest.mark.usefixtures("broken_redis")
    def test_posting_goes_on(self, post: Post) -> None:
        post(Outcome.HIT)


class TestStrangers:
    def test_a_value_of_another_type_makes_way(
        self, post: Post, held: Held, redis_server: redis.Redis, sheet_key: str
    ) -> None:
        redis_server.set(sheet_key, "planted", ex=60)
        assert held() == Counts()
        post(Outcome.HIT)
        ledger.flush()
        assert held() == HIT

    @pytest.mark.parametrize(
        ("field", "amount"),
        [
            ("[", "1"),
            ("[1,2,3,4]", "1"),
            ('["persona_reply","gpt-5-mini","12"]', "1"),
            ('["persona_reply","gpt-5-mini","12","no_such_count"]', "1"),
            ('["persona_reply","gpt-5-mini","12","near_requests"]', "-1"),
            ('["persona_reply","gpt-5-mini","12","near_requests"]', "many"),
            ('["persona_reply","gpt-5-mini","12","near_requests"]', "9" * 30),
            ('["persona\\u0000reply","gpt-5-mini","12","near_requests"]', "1"),
            (f'["{"x" * 65}","gpt-5-mini","12","near_requests"]', "1"),
        ],
    )
    def test_fields_that_are_not_ours_are_passed_over(
        self, post: Post, redis_server: redis.Redis, sheet_key: str, field: str, amount: str
    ) -> None:
        post(Outcome.HIT)
        ledger.flush()
        redis_server.hset(sheet_key, field, amount)
        (sheet,) = sheets.read([TODAY])
        assert list(sheet.counts.values()) == [HIT]

    def test_names_that_no_database_takes_are_made_printable(self, post: Post) -> None:
        post(Outcome.HIT, model="a\0b\x1b[2J" + "x" * 300)
        ledger.flush()
        (sheet,) = sheets.read([TODAY])
        (account,) = sheet.counts
        assert account.model.isprintable()
        assert len(account.model) == 200


class TestFork:
    def test_each_brings_what_it_has_counted_itself(self, post: Post, held: Held) -> None:
        post(Outcome.HIT)
        post_and_flush_in_a_child(post)
        assert held() == HIT
        ledger.flush()
        assert held() == HIT + HIT

    def test_in_the_midst_of_a_flush_the_child_does_not_wait_for_it(self, post: Post, held: Held) -> None:
        post(Outcome.HIT)
        with delivery._flusher._lock:
            post_and_flush_in_a_child(post)
        assert held() == HIT


def post_and_flush_in_a_child(post: Post) -> None:
    child = os.fork()
    if child == 0:
        post(Outcome.HIT)
        ledger.flush()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_the_thread_brings_it_within_seconds(post: Post, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    is_at_rest, flush_if_possible = threading.Event(), delivery._flush_if_possible

    def flush_and_rest() -> None:
        """A thread that went on would bring what the next test counts."""
        flush_if_possible()
        if held() == HIT:
            delivery.FLUSH_SECONDS = 86_400
            is_at_rest.set()

    monkeypatch.setattr(delivery, "FLUSH_SECONDS", 0.01)
    monkeypatch.setattr(delivery, "_ticker", delivery._new_ticker())
    monkeypatch.setattr(delivery, "_flush_if_possible", flush_and_rest)
    post(Outcome.HIT)
    assert is_at_rest.wait(10)


class TestKilled:
    """What a process leaves behind that is killed with `kill -9`, at whatever point."""

    @pytest.fixture(autouse=True)
    def in_files(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.CACHING = {**settings.CACHING, "COUNTS_FOLDER": str(tmp_path)}
        monkeypatch.setattr(mapped, "create", lambda suffix, size: mapped.in_file("7" * 32, suffix, size))

    def test_all_of_it_is_brought_by_another_one(self, post: Post, held: Held) -> None:
        post(Outcome.HIT, times=3)
        kill()
        assert delivery.adopt() == 1
        assert held() == sum([HIT] * 3, Counts())
        assert delivery.adopt() == 0
        assert list(mapped.folder().iterdir()) == []

    def test_on_both_pages(self, post: Post, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
        post(Outcome.HIT)
        with monkeypatch.context() as broken:
            broken.setattr(wire, "run", unavailable)
            with pytest.raises(CacheUnavailable):
                ledger.flush()
            post(Outcome.FRESH)
        kill()
        delivery.adopt()
        assert held() == HIT + FRESH

    @pytest.mark.parametrize("step", ["note_booked", "clear"])
    def test_what_redis_has_already_is_not_doubled(
        self, post: Post, held: Held, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        """Killed before the page said that the sheets have it, or when the totals had it as well."""
        post(Outcome.HIT)
        with monkeypatch.context() as broken:
            broken.setattr(Page, step, unavailable)
            with pytest.raises(CacheUnavailable):
                ledger.flush()
        kill()
        delivery.adopt()
        assert held() == HIT
        assert sum_of_totals() == HIT

    def test_without_redis_it_is_brought_later(
        self, post: Post, held: Held, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post(Outcome.HIT)
        kill()
        with monkeypatch.context() as broken:
            broken.setattr(wire, "run", unavailable)
            with pytest.raises(CacheUnavailable):
                delivery.adopt()
        assert delivery.adopt() == 1
        assert held() == HIT

    def test_who_ends_leaves_no_file(self, post: Post, held: Held) -> None:
        post(Outcome.HIT)
        ledger.end()
        assert list(mapped.folder().iterdir()) == []
        post(Outcome.HIT)
        ledger.end()
        assert held() == HIT + HIT

    def test_who_ends_without_redis_leaves_it_to_others(
        self, post: Post, held: Held, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post(Outcome.HIT)
        with monkeypatch.context() as broken:
            broken.setattr(wire, "run", unavailable)
            ledger.end()
        kill()
        assert delivery.adopt() == 1
        assert held() == HIT

    def test_who_ends_while_another_thread_brings_something_keeps_what_is_not_brought(
        self, post: Post, held: Held, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent, closed, close = threading.Event(), threading.Event(), book.Book.close

        def lose_connection(*_: Any, **__: Any) -> None:
            sent.set()
            closed.wait(5)
            unavailable()

        def post_before_it_is_closed(own: book.Book) -> None:
            post(Outcome.HIT)
            broken.setattr(wire, "run", lose_connection)
            other.start()
            sent.wait(0.3)
            close(own)
            closed.set()

        other = threading.Thread(target=delivery._flush_if_possible)
        with monkeypatch.context() as broken:
            broken.setattr(book.Book, "close", post_before_it_is_closed)
            ledger.end()
            other.join()
        assert len(list(mapped.folder().glob("*.ledger"))) == 1
        kill()
        delivery.adopt()
        assert held() == HIT

    def test_a_living_one_is_left_alone(self, post: Post, held: Held) -> None:
        post(Outcome.HIT)
        assert delivery.adopt() == 0
        assert held() == Counts()

    def test_what_is_no_ledger_is_left_alone(self) -> None:
        stranger = mapped.folder() / f"stranger{book.SUFFIX}"
        stranger.write_bytes(b"\x09" + bytes(book.FILE_BYTES - 1))
        assert delivery.adopt() == 0
        assert stranger.exists()


def kill() -> None:
    """This process knows nothing of its book any more, and holds no lock on it."""
    book.own().leave_to_parent()
    book._book = book.Book()
    delivery._flusher = delivery._Flusher()


def unavailable(*_: Any, **__: Any) -> None:
    raise CacheUnavailable("gone")


def sum_of_totals() -> Counts:
    return sum((sums.counts for sums in totals.read().values()), Counts())


def test_more_accounts_than_the_file_has_room_for_while_redis_is_away(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = 12_000
    with monkeypatch.context() as broken:
        broken.setattr(wire, "run", unavailable)
        for scenario in range(accounts):
            post(Outcome.HIT, scopes=(f"scenario:{scenario}",))
            if scenario % 5000 == 0:
                with pytest.raises(CacheUnavailable):
                    ledger.flush()
    post(Outcome.FRESH)
    ledger.flush()
    assert sum_of_totals() == sum([HIT] * accounts, FRESH)
    (sheet,) = sheets.read([TODAY])
    assert len(sheet.counts) == accounts
