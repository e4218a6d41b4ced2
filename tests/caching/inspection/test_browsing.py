"""The list of keys: every key on one page, bounded pages, and what is found by name, kind, owner and type."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import redis
from django.core import signing
from pytest_django import Settings

from caching import cache_db_query, cache_user_query
from caching.ai import ai
from caching.connection import redis_client
from caching.inspection import browsing
from caching.inspection.browsing import KEYS_A_PAGE, browse
from caching.inspection.facts import NEVER
from caching.inspection.places import BadPlace, Place
from caching.inspection.searches import FOREIGN, OURS, BadSearch, Search
from platform_app.models import Scenario
from tests.caching.inspection.planted import empty_redis, key, names_of, pages_of, plant
from tests.caching.patience import await_posted
from tests.loopback_openai import LoopbackOpenAI


@pytest.fixture
def no_prefix(settings: Settings, redis_key_prefix: str) -> Iterator[None]:
    """Foreign keys lie beside ours. No others are there, nor after the test: the server is that of the tests."""
    settings.REDIS_KEY_PREFIX = ""
    empty_redis()
    yield
    settings.REDIS_KEY_PREFIX = redis_key_prefix
    empty_redis()


class TestPages:
    def test_every_key_is_on_one_page_among_many_foreign_ones(self, no_prefix: None) -> None:
        ours = {f"db_query:numbers:{number:040x}".encode() for number in range(5000)}
        plant(ours)
        plant(f"celery-task-meta-{number}" for number in range(25_000))
        found = names_of(Search(namespace="db_query:"))
        assert len(found) == 5000
        assert set(found) == ours

    def test_without_a_search_all_keys_are_on_pages_of_fifty(self, no_prefix: None) -> None:
        planted = {f"{kind}:{number}".encode() for kind in ("stats", "theirs") for number in range(1000)}
        plant(planted)
        pages = list(pages_of(Search()))
        assert max(len(page.keys) for page in pages) <= KEYS_A_PAGE
        found = [facts.name for page in pages for facts in page.keys]
        assert len(found) == len(planted)
        assert set(found) == planted
        assert [page.total for page in pages] == [2000] * len(pages)
        progress = [page.looked_at for page in pages]
        assert progress == sorted(progress)
        assert progress[-1] == 2000

    def test_a_pattern_that_nothing_fits_ends_each_page_by_its_steps(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browsing, "MOST_STEPS", 3)
        plant(f"db_query:numbers:{number}" for number in range(6000))
        pages = list(pages_of(Search("nothing-is-called-so")))
        assert all(page.keys == () for page in pages)
        assert len(pages) >= 4
        assert pages[0].looked_at < pages[0].total

    def test_a_page_ends_by_its_time_but_never_where_it_began(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ticks = count()
        monkeypatch.setattr(browsing, "monotonic", lambda: float(next(ticks)))
        plant(f"db_query:numbers:{number}" for number in range(3000))
        assert len(names_of(Search("db_query:numbers:*"))) == 3000

    def test_what_has_gone_between_scan_and_questions_is_left_out(self) -> None:
        plant(["stats:here"])
        redis_client().set(key("stats:going"), "x", px=1)
        while redis_client().exists(key("stats:going")):
            pass
        assert names_of(Search()) == [b"stats:here"]

    def test_facts_are_asked_for_in_two_round_trips_a_primary(self, redis_servers: tuple[Any, ...]) -> None:
        plant(f"stats:{number}" for number in range(40))

        def reads() -> int:
            return sum(server.info("stats")["total_reads_processed"] for server in redis_servers)

        def reads_of_a_page() -> int:
            before = reads()
            browse(Search())
            return reads() - before

        # Who it is and how large; SCAN; the facts of 40 keys. And the question of the test itself. At first connections are
        # made, and another connection's PING may come between: the servers count those too.
        assert min(reads_of_a_page() for _ in range(4)) <= 5 * len(redis_servers)


class TestFacts:
    def test_a_key_says_its_type_life_and_size(self) -> None:
        redis_client().hset(key("stats:sheet"), mapping={"a": "b" * 1000})
        redis_client().expire(key("stats:sheet"), 500)
        (facts,) = browse(Search()).keys
        assert facts.namespace is not None
        assert (facts.namespace.start, facts.type) == ("stats:", "hash")
        assert 490_000 < (facts.ttl_ms or 0) <= 500_000
        assert 1000 < (facts.size_bytes or 0) < 3000
        assert facts.idle_seconds == 0

    def test_one_that_never_expires_is_told_apart(self) -> None:
        redis_client().set(key("db_query:numbers:1"), "x")
        (facts,) = browse(Search()).keys
        assert facts.ttl_ms == NEVER
        assert facts.never_expires

    def test_of_a_foreign_key_only_the_type_is_known(self) -> None:
        plant(["theirs:1"])
        (facts,) = browse(Search()).keys
        assert (facts.namespace, facts.type) == (None, "string")
        assert (facts.ttl_ms, facts.size_bytes, facts.idle_seconds) == (None, None, None)

    def test_what_this_user_may_not_ask_is_unknown(
        self, redis_servers: tuple[redis.Redis, ...], use_redis: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(["stats:1"])
        for server in redis_servers:
            server.execute_command("ACL", "SETUSER", "default", "-memory|usage", "-object|idletime")
        try:
            (facts,) = browse(Search()).keys
        finally:
            for server in redis_servers:
                server.execute_command("ACL", "SETUSER", "default", "+@all")
        assert (facts.type, facts.size_bytes, facts.idle_seconds) == ("string", None, None)


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("margin", {b"db_query:margin:1", b"stats:margin"}),
            ("db_query:*", {b"db_query:margin:1", b"db_query:other:1"}),
            ("*:?", {b"db_query:margin:1", b"db_query:other:1"}),
            ("db_query:[mx]*", {b"db_query:margin:1"}),
            ("query:*", set()),
            ("******", {b"db_query:margin:1", b"db_query:other:1", b"stats:margin", b"theirs"}),
        ],
    )
    def test_a_word_is_contained_and_a_pattern_is_the_whole_name(
        self, text: str, expected: set[bytes]
    ) -> None:
        plant(["db_query:margin:1", "db_query:other:1", "stats:margin", "theirs"])
        assert set(names_of(Search(text))) == expected

    def test_signs_of_patterns_can_be_looked_for(self, settings: Settings, redis_key_prefix: str) -> None:
        settings.REDIS_KEY_PREFIX = f"{redis_key_prefix}[a]*?\\:"
        plant(["stats:*", "stats:x", "stats:[b]", r"stats:\c", "stats:]"])
        assert names_of(Search(r"stats:\*")) == [b"stats:*"]
        assert names_of(Search(r"stats:\[b]")) == [b"stats:[b]"]
        assert names_of(Search(r"stats:\\c")) == [rb"stats:\c"]
        assert names_of(Search("s:]")) == [b"stats:]"]
        assert len(names_of(Search())) == 5
        assert len(names_of(Search(namespace="stats:"))) == 5

    def test_a_prefix_that_is_a_pattern_shows_nobody_elses_keys(
        self, settings: Settings, redis_key_prefix: str
    ) -> None:
        plant(["xstats:1"])
        settings.REDIS_KEY_PREFIX = f"{redis_key_prefix}?"
        assert names_of(Search()) == []

    def test_kinds_and_foreign_ones(self) -> None:
        plant(["db_query:numbers:1", "stats:x", "theirs:db_query:1"])
        assert names_of(Search(namespace="db_query:")) == [b"db_query:numbers:1"]
        assert names_of(Search(namespace=FOREIGN)) == [b"theirs:db_query:1"]
        assert set(names_of(Search(namespace=OURS))) == {b"db_query:numbers:1", b"stats:x"}
        assert names_of(Search("x", namespace="stats:")) == [b"stats:x"]

    def test_types(self) -> None:
        plant(["stats:text"])
        redis_client().hset(key("stats:sheet"), "a", "b")
        assert names_of(Search(type="hash")) == [b"stats:sheet"]

    @pytest.mark.parametrize(
        "wrong", [{"text": "x" * 201}, {"text": "*a" * 9}, {"scope": "y" * 201}, {"type": "module"}]
    )
    def test_what_would_take_too_long_is_refused(self, wrong: dict[str, str]) -> None:
        with pytest.raises(BadSearch):
            Search(**wrong)

    @pytest.mark.parametrize("text", ["\ud800", "\x00", "\n", "ü", "%", "\\"])
    def test_any_text_may_be_looked_for(self, text: str) -> None:
        plant(["stats:1"])
        assert names_of(Search(text)) == []
        assert names_of(Search(scope=text)) == []


class TestScope:
    @pytest.fixture
    def entries(self, transactional_db: None, provider_server: LoopbackOpenAI) -> None:
        @cache_user_query("progress")
        def progress(user_id: int) -> list[int]:
            return list(Scenario.objects.filter(owner_id=user_id).values_list("pk", flat=True))

        @cache_db_query("everybody")
        def everybody() -> int:
            return len(progress(7))

        for user in (7, 77):
            progress(user)
        everybody()
        await_posted()
        question = [{"role": "user", "content": "Who?"}]
        for scope in ("user:7", "user:77"):
            ai.chat("chat", question, scopes=(scope,))

    def test_names_and_tags_of_entries_say_whose_they_are(self, entries: None) -> None:
        found = names_of(Search(scope="user:7"))
        kinds = {b":".join(name.split(b":")[:2]) for name in found}
        # `everybody` rests on what belongs to user 7, and only its tags say so.
        assert {b"ai_cache:chat", b"db_query:everybody", b"db_query:progress", b"tag:user"} <= kinds
        assert all(b"user:7:" in b"%b:" % name for name in found if name.startswith(b"tag:"))
        assert not any(b":77" in name for name in found)

    def test_any_tag_may_be_named(self, entries: None) -> None:
        found = names_of(Search(scope="query:everybody", namespace="db_query:"))
        assert [name.split(b":")[1] for name in found] == [b"everybody"]

    def test_large_entries_are_counted_and_not_opened(
        self, entries: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browsing, "MOST_FETCHED_BYTES", 30)
        pages = list(pages_of(Search(scope="user:7", namespace="ai_cache:")))
        assert sum(page.unread for page in pages) == 2
        assert [facts for page in pages for facts in page.keys] == []


class TestPlaces:
    @pytest.mark.parametrize("text", ["x", "1", "W10:abc:def", "\x00", "é"])
    def test_a_text_that_was_not_made_here_leads_nowhere(self, text: str) -> None:
        with pytest.raises(BadPlace):
            Place.of(text)

    @pytest.mark.parametrize("content", [[1], ["a", 0, 0, 0]])
    def test_nor_does_one_that_was_made_here_for_something_else(self, content: list[object]) -> None:
        with pytest.raises(BadPlace):
            Place.of(signing.dumps(content))

    def test_a_place_in_other_servers_leads_nowhere(self) -> None:
        with pytest.raises(BadPlace, match="restarted"):
            browse(Search(), Place("another", 0, 5, 0))
