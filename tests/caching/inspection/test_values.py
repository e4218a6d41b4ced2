"""One key opened: what each kind of key says of itself, and who may read how much of it."""

from __future__ import annotations

import pickle
import re
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import zstandard

from caching import ai_cache_service, cache_db_query, codec, conf, db_cache_service, entries, keys, tags
from caching.ai import ai
from caching.ai.semantic.index import Index
from caching.ai.vectors import CODEC, Sealed
from caching.connection import redis_client
from caching.flight.lease import Lease
from caching.inspection import values
from caching.inspection.namespaces import Content, known
from caching.inspection.values import HIDDEN_CACHED, HIDDEN_FOREIGN, HIDDEN_SECRET, Opened, open_key
from caching.inspection.values.plain import as_text
from platform_app.models import Scenario
from tests.caching.inspection.planted import key, plant
from tests.caching.patience import await_posted
from tests.loopback_openai import DIMENSIONS, LoopbackOpenAI

QUESTION = [{"role": "user", "content": "Who are you?"}]


@dataclass(frozen=True)
class Title:
    pk: int
    title: str


@cache_db_query("opened_titles")
def titles() -> list[Title]:
    return [Title(*row) for row in Scenario.objects.order_by("pk").values_list("pk", "title")]


@cache_db_query("opened_scenarios")
def scenarios() -> list[Scenario]:
    return list(Scenario.objects.order_by("pk"))


def the_name(kind: str) -> bytes:
    """Of the one key of a kind."""
    await_posted()
    (found,) = redis_client().scan_iter(match=key(f"{kind}*"), count=1000)
    return found[len(key("")) :]


def opened(name: str | bytes, *, may_read_cached: bool = True) -> Opened:
    found = open_key(name.encode() if isinstance(name, str) else name, may_read_cached=may_read_cached)
    assert found is not None
    return found


def texts(of: Opened) -> str:
    return "\n".join(block.text for block in of.blocks)


def packed(body: bytes) -> bytes:
    """An entry that rests on the tag user:7, and counts."""
    stamps = tags.stamps(["user:7"])
    entry = entries.made(stamps, body, computed_seconds=0.25, ttl_seconds=600, now=time.time())
    return codec.encode(codec.Typed(entries.Entry), entry)


@pytest.mark.django_db(transaction=True)
class TestResults:
    def test_a_result_is_shown_with_the_fields_of_its_classes(self, published_scenario: Scenario) -> None:
        titles()
        found = opened(the_name("db_query:opened_titles"))
        assert found.what == "A result of the query opened_titles."
        assert msgspec.json.decode(texts(found)) == [
            {"pk": published_scenario.pk, "title": published_scenario.title}
        ]
        assert found.validity is not None
        assert found.validity.counts
        assert found.validity.verdict == "Counts: every tag has the stamp it was computed under."

    def test_model_instances_show_what_they_were_loaded_with_and_ask_for_nothing(
        self, published_scenario: Scenario, django_assert_num_queries: Any
    ) -> None:
        scenarios()
        name = the_name("db_query:opened_scenarios")
        with django_assert_num_queries(0):
            (shown,) = msgspec.json.decode(texts(opened(name)))
        assert shown["model"] == "platform_app.Scenario"
        assert shown["title"] == published_scenario.title

    def test_a_function_that_is_not_known_here_leaves_the_bare_structure(
        self, published_scenario: Scenario
    ) -> None:
        titles()
        name = the_name("db_query:opened_titles")
        raw = redis_client().get(key(name))
        assert isinstance(raw, bytes)
        entry = codec.decode(codec.Typed(entries.Entry), raw)
        stranger = msgspec.structs.replace(entry, body=b"\0" * 8 + entry.body[8:])
        redis_client().set(key(name), codec.encode(codec.Typed(entries.Entry), stranger), ex=60)
        found = opened(name)
        assert ("Function", "not known to this process; what follows is the bare structure") in found.details
        assert published_scenario.title in texts(found)
        assert not found.fault

    def test_what_was_kept_by_hand_is_read(self) -> None:
        db_cache_service.cache_query_result("kept", {"margin": [1, None, b"\xff"]}, user_id=7)
        assert msgspec.json.decode(texts(opened(the_name("db_query:kept")))) == {
            "margin": [1, None, "<1 bytes: ff>"]
        }


class TestAnswers:
    def test_a_chat_shows_its_text_model_and_tokens(self, provider_server: LoopbackOpenAI) -> None:
        ai.chat("chat", QUESTION, scopes=("user:7",))
        found = opened(the_name("ai_cache:chat:"))
        assert found.blocks[0].title == "Text of the answer"
        assert found.blocks[0].text == "Answer 1."
        assert ("Tokens", "100 in, 20 out") in found.details
        assert "Model" in dict(found.details)
        assert found.validity is not None
        assert found.validity.counts
        ai_cache_service.invalidate_user_cache(user_id=7)
        again = opened(the_name("ai_cache:chat:")).validity
        assert again is not None
        assert not again.counts
        assert "ai_user:7 was invalidated since" in again.verdict

    def test_a_value_kept_by_hand_is_read(self) -> None:
        ai_cache_service.cache_scenario_analysis("the pdf", {"title": "Harbour Foods"})
        assert "Harbour Foods" in texts(opened(the_name("ai_cache:")))

    def test_a_picture_shows_its_measures(self, provider_server: LoopbackOpenAI) -> None:
        ai.image("image", "A harbour.")
        found = opened(the_name("ai_cache:image:"))
        assert dict(found.details)["Picture"].startswith("PNG, ")

    def test_an_embedding_shows_dimension_norm_and_first_numbers(
        self, provider_server: LoopbackOpenAI
    ) -> None:
        (vector,) = ai.embed("embedding", ["one"])
        found = opened(the_name("ai_cache:embedding:"))
        assert found.what == "An embedding, a vector of the operation embedding."
        facts = dict(found.details)
        assert facts["Dimension"] == f"{DIMENSIONS:,}"
        assert float(facts["Norm"]) == pytest.approx(sum(each**2 for each in vector) ** 0.5, abs=1e-5)
        assert [float(line) for line in texts(found).split()] == pytest.approx(vector[:8].tolist())
        assert found.validity is not None
        assert found.validity.counts
        entries.invalidate([keys.EVERY_ANSWER])
        again = opened(the_name("ai_cache:embedding:")).validity
        assert again is not None
        assert not again.counts

    def test_kept_questions_are_listed(self) -> None:
        for number in range(30):
            Index("glossary", "0" * 40).add(f"What is margin {number}?", array("f", [3, 4]), ttl_seconds=600)
        found = opened(the_name("ai_semantic:"))
        assert ("Questions", "30") in found.details
        assert texts(found).splitlines()[0] == "What is margin 29?  (2 numbers)"
        assert found.blocks[0].whole_size == "30 questions"
        assert "margin" not in texts(opened(the_name("ai_semantic:"), may_read_cached=False))


class TestTags:
    def test_a_stamp_is_shown(self) -> None:
        (stamp,) = tags.stamps(["user:7"]).values()
        assert ("Stamp", stamp.decode()) in opened("tag:user:7").details

    def test_a_busy_tag_names_its_writers(self) -> None:
        tags.announce("abcdef0123456789", ["user:7"])
        facts = dict(opened("tag:user:7").details)
        assert facts["Busy"].startswith("writer abcdef0123456789 is about to commit, and believed for ")
        assert facts["Meanwhile"] == "nobody takes or stores what rests on it"

    def test_a_stamp_of_another_primary_does_not_count(self) -> None:
        plant(["tag:user:7"], b"0000000000000000" + b"a" * 8)
        assert "restarted or replaced" in dict(opened("tag:user:7").details)["Does not count"]


class TestOthers:
    def test_counts_are_shown_to_all_who_see_the_cache(self) -> None:
        redis_client().hset(key("stats:ai:2026-01-01"), mapping={"requests": "17", b"\xff": b"\xfe"})
        found = opened("stats:ai:2026-01-01", may_read_cached=False)
        assert not found.hidden
        assert "requests: 17" in texts(found)
        assert r"\xff: \xfe" in texts(found)

    @pytest.mark.parametrize(
        ("fill", "expected"),
        [
            (lambda client, at: client.rpush(at, "a", "b"), "a\nb"),
            (lambda client, at: client.sadd(at, "a", "b"), "a\nb"),
            (lambda client, at: client.zadd(at, {"a": 1.5}), "1.5: a"),
            (lambda client, at: client.set(at, "text"), "text"),
        ],
    )
    def test_every_type_of_redis_can_be_looked_at(self, fill: Callable[..., Any], expected: str) -> None:
        fill(redis_client(), key("stats:x"))
        assert texts(opened("stats:x")) == expected

    def test_a_stream_too(self) -> None:
        redis_client().xadd(key("stats:x"), {"a": "b"}, id="5-1")
        assert texts(opened("stats:x")) == "5-1: a=b"

    def test_what_is_too_large_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(values, "MOST_VALUE_BYTES", 2000)
        redis_client().rpush(key("stats:x"), "x" * 3000)
        found = opened("stats:x")
        assert re.fullmatch(r"Not read: [23]\.\d KB are too much for a page\.", found.fault)
        assert not found.blocks

    def test_only_the_first_of_many_elements_are_fetched(self) -> None:
        redis_client().rpush(key("stats:x"), *range(5000))
        found = opened("stats:x")
        assert len(texts(found).splitlines()) == 100
        assert found.blocks[0].whole_size == "5,000 elements"

    def test_a_lease_says_only_that_somebody_works(self) -> None:
        lease = Lease("0" * 40)
        lease.take()
        found = opened(f"flight:{{{'0' * 40}}}")
        lease.land(b"")
        assert found.hidden == HIDDEN_SECRET
        assert found.what.startswith("A lease")
        assert lease.token not in repr(found)

    def test_a_key_that_is_not_there_is_none(self) -> None:
        assert open_key(b"db_query:nothing", may_read_cached=True) is None


class TestWhoMayRead:
    @pytest.mark.parametrize("namespace", known(), ids=lambda each: each.start)
    @pytest.mark.parametrize("may_read_cached", [True, False])
    def test_no_content_is_shown_without_leave(self, namespace: Any, may_read_cached: bool) -> None:
        name = f"{namespace.start}x:{'0' * 40}"
        body = b'{"choices": [{"message": {"content": "a confession"}}]}'
        secret = packed(body) if namespace.start == "ai_cache:" else b"a confession"
        plant([name], secret)
        found = opened(name, may_read_cached=may_read_cached)
        expected = {
            Content.SECRET: HIDDEN_SECRET,
            Content.TECHNICAL: "",
            Content.CACHED: "" if may_read_cached else HIDDEN_CACHED,
        }[namespace.content]
        assert found.hidden == expected
        if expected:
            assert "confession" not in repr(found)
            assert found.blocks == []

    def test_nothing_of_a_foreign_key_is_shown(self) -> None:
        plant(["theirs:1"], b"a confession")
        found = opened("theirs:1")
        assert found.hidden == HIDDEN_FOREIGN
        assert "confession" not in repr(found)
        assert found.facts.ttl_ms is None

    def test_a_key_outside_the_prefix_cannot_be_named(self, settings: Any, redis_key_prefix: str) -> None:
        plant(["stats:x"])
        settings.REDIS_KEY_PREFIX = f"{redis_key_prefix}deeper:"
        assert open_key(b"stats:x", may_read_cached=True) is None


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("Something was unpickled.",))


MILLIONS_OF_LISTS = b"\xdd" + (2**22).to_bytes(4) + b"\x90" * 2**22
DEEP = b"\x91" * 100_000 + b"\xc0"
GARBAGE = {
    "empty": b"",
    "text": b"hello",
    "pickle": pickle.dumps(_Bomb()),
    "zstd bomb": b"\x13" + zstandard.compress(b"\0" * 2**28),
    "zstd of unknown size": b"\x13" + zstandard.ZstdCompressor(write_content_size=False).compress(b"x"),
    "zstd of garbage": b"\x13" + b"\xff" * 50,
    "deep": b"\x12" + DEEP,
    "many": b"\x12" + MILLIONS_OF_LISTS[: 2**20],
    "tags without stamps": codec.encode(
        codec.Typed(entries.Entry), entries.Entry(("a",), (), 0, 2e9, b"x"), compress_above=10**9
    ),
    "odd moments": codec.encode(
        codec.Typed(entries.Entry), entries.Entry(("a",), (b"x",), float("nan"), float("inf"), b"\xff")
    ),
    "no vector": codec.encode(CODEC, Sealed(b"x", 5, b"123")),
    "vector of no numbers": codec.encode(CODEC, Sealed(b"x", 2**60, b"\0\0\0\0" + b"\xff" * 8)),
    "too long": b"\x12" + b"\xff" * (5 * 2**20),
}
BODIES = {
    "no json": b'{"choices":',
    "odd json": b'{"choices": [1, {"message": 3}], "output": [{"content": [null]}], "usage": {"prompt_tokens": -1}}',
    "deep json": b"[" * 100_000,
    "half a character": rb'{"choices": [{"message": {"content": "\ud800"}}]}',
    "a large number": b"[1" + b"0" * 5000 + b"]",
    "many lists": MILLIONS_OF_LISTS,
    "deep": b"\0" * 8 + b"o" + DEEP,
    "plain of no shape": b"\0" * 8 + b"p\xff\xff",
    "odd extensions": b"\0" * 8
    + b"a"
    + msgspec.msgpack.encode([msgspec.msgpack.Ext(n, b"\xff") for n in range(60)]),
    "pickle": pickle.dumps(_Bomb()),
    "no picture": msgspec.msgpack.encode([b"\x89PNG\r\n\x1a\n", [1, 2, 3]]),
    "empty": b"",
}


class TestGarbage:
    @pytest.mark.parametrize("namespace", known(), ids=lambda each: each.start)
    @pytest.mark.parametrize("garbage", GARBAGE)
    def test_what_is_planted_is_at_most_not_decodable(self, namespace: Any, garbage: str) -> None:
        name = f"{namespace.start}x:{'0' * 40}"
        plant([name], GARBAGE[garbage])
        found = opened(name)
        is_vector = garbage == "vector of no numbers" and namespace.start == "ai_cache:"
        if namespace.start in ("db_query:", "ai_cache:") and not is_vector:
            assert found.fault.startswith("Not decodable")
            assert found.blocks == []

    @pytest.mark.parametrize("namespace", known(), ids=lambda each: each.start)
    def test_so_are_values_of_other_types(self, namespace: Any) -> None:
        client = redis_client()
        for fill in (
            lambda at: client.hset(at, "a", "b"),
            lambda at: client.xadd(at, {"odd": b"\xff"}),
            lambda at: client.zadd(at, {b"\xff": float("inf")}),
            lambda at: client.pfadd(at, "a"),
        ):
            name = f"{namespace.start}x"
            fill(key(name))
            found = opened(name)
            assert found.fault or found.hidden or namespace.content is Content.TECHNICAL or found.blocks
            client.unlink(key(name))

    @pytest.mark.parametrize("kind", ["db_query", "ai_cache"])
    @pytest.mark.parametrize("body", BODIES)
    def test_bodies_too(self, kind: str, body: str) -> None:
        name = f"{kind}:x:{'0' * 40}"
        plant([name], packed(BODIES[body]))
        found = opened(name)
        assert all(len(block.text) <= 10 * 65_536 for block in found.blocks)
        texts(found).encode()

    @pytest.mark.parametrize(
        "name", ["db_query:", "db_query:x", "ai_cache:", "ai_semantic:", "tag:", "flight:"]
    )
    def test_names_that_end_early_too(self, name: str) -> None:
        plant([name], packed(b"x"))
        opened(name)

    def test_an_entry_that_would_expand_to_very_much_is_not_expanded(self) -> None:
        plant(["db_query:x:1"], packed(b"x" * (9 * 2**20)))
        assert "too large" in opened("db_query:x:1").fault

    def test_a_long_text_is_cut_and_says_so(self) -> None:
        body = msgspec.json.encode({"choices": [{"message": {"content": "word " * 40_000}}]})
        plant(["ai_cache:chat:1"], packed(body))
        block = opened("ai_cache:chat:1").blocks[0]
        assert len(block.text) == 65_536
        assert block.whole_size == "200,000 characters"

    def test_signs_that_turn_a_text_round_are_written_out(self) -> None:
        body = msgspec.json.encode({"choices": [{"message": {"content": "one\u202e\x00\ntwo"}}]})
        plant(["ai_cache:chat:1"], packed(body))
        assert opened("ai_cache:chat:1").blocks[0].text == "one\\u202e\\x00\ntwo"

    def test_a_value_of_millions_of_parts_is_cut(self) -> None:
        assert len(as_text([[]] * 1_000_000)) < 500_000
        assert as_text(10**700).startswith('"<a number of ')


def test_a_module_of_values_knows_the_limit_of_what_it_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MOST_FETCHED_BYTES", 10)
    plant(["db_query:x:1"], b"x" * 11)
    assert opened("db_query:x:1").fault.startswith("Not decodable here: 11")
    assert conf.key_prefix()
