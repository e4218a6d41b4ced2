"""A logged command is described without anything that it carries; its key is read where that command has it."""

import pytest

from caching.connection.scripts import Script
from caching.inspection import logged
from caching.inspection.logged import describe
from caching.tags import _SETTLE as SETTLE

SECRET = b"the student said something private"


@pytest.fixture(autouse=True)
def prefix(redis_key_prefix: str) -> str:
    return redis_key_prefix


def words(prefix: str, text: str) -> list[bytes]:
    """`%` at the beginning of a word stands for our prefix."""
    return [
        f"{prefix}{word[1:]}".encode() if word.startswith("%") else word.encode() for word in text.split()
    ]


@pytest.mark.parametrize(
    ("text", "command", "part", "key"),
    [
        ("get %db_query:progress:user:7:ab", "GET", "Results of queries", "db_query:progress:user:7:ab"),
        ("MGET %ai_cache:chat:ab other", "MGET", "Answers of the AI", "ai_cache:chat:ab"),
        ("HSET %tag:any x y", "HSET", "Stamps of tags", "tag:any"),
        ("EVALSHA abc 1 %stats:x y", "EVALSHA", "Counts", "stats:x"),
        ("ZMPOP 1 %stats:x MIN", "ZMPOP", "Counts", "stats:x"),
        ("BITOP AND %stats:x a b", "BITOP", "Counts", "stats:x"),
        ("BLMPOP 0 1 %stats:x LEFT", "BLMPOP", "Counts", "stats:x"),
        ("XREAD BLOCK 0 STREAMS %stats:x 0", "XREAD", "Counts", "stats:x"),
        ("MEMORY USAGE %stats:x", "MEMORY USAGE", "Counts", "stats:x"),
        ("OBJECT ENCODING %stats:x", "OBJECT ENCODING", "Counts", "stats:x"),
    ],
)
def test_a_key_of_ours_is_named_without_our_prefix(
    prefix: str, text: str, command: str, part: str, key: str
) -> None:
    found = describe(words(prefix, text))
    assert (found.command, found.part, found.key, found.foreign_bytes) == (command, part, key, None)


@pytest.mark.parametrize(
    "start", ["session:", "agent_session:{", "oauth:state:", "throttle:sign_in:", "cache:"]
)
def test_of_what_belongs_to_people_only_the_kind_is_shown(prefix: str, start: str) -> None:
    found = describe([b"HGETALL", f"{prefix}{start}0123456789".encode()])
    assert found.key == start.partition(":")[0] + ":…"


@pytest.mark.parametrize("text", ["GET somebody:else", "SET rq:job:1 x", "LPUSH other-program x"])
def test_of_a_foreign_key_only_the_length_is_told(prefix: str, text: str) -> None:
    found = describe(text.encode().split())
    assert (found.key, found.part) == ("", "")
    assert found.foreign_bytes == len(text.split()[1])


@pytest.mark.parametrize(
    "text",
    [
        "PING",
        "SCAN 0 MATCH %db_query:*",
        "EVAL script 0 %db_query:value",
        "EVALSHA abc 0 %db_query:value",
        "PUBLISH %db_query:channel said",
        "CONFIG SET requirepass %db_query:value",
        "ECHO %db_query:value",
        "XREAD COUNT %db_query:value",
        "EVAL",
        "MEMORY DOCTOR",
    ],
)
def test_what_is_no_key_is_not_taken_for_one(prefix: str, text: str) -> None:
    found = describe(words(prefix, text))
    assert (found.key, found.foreign_bytes) == ("", None)


def test_nothing_that_a_command_carries_is_in_its_description(prefix: str) -> None:
    commands = [
        [b"SET", f"{prefix}db_query:a:b".encode(), SECRET],
        [b"EVAL", SECRET, b"1", f"{prefix}tag:a".encode(), SECRET],
        [b"EVALSHA", SECRET, b"0", SECRET],
        [b"CONFIG", SECRET, SECRET],
        [SECRET, SECRET],
        [b"GET", SECRET],
    ]
    for command in commands:
        assert "private" not in repr(describe(command))


def test_arguments_and_their_bytes_are_counted_also_where_the_server_cut_them() -> None:
    cut = b"v" * logged.MOST_BYTES + b"... (872 more bytes)"
    found = describe([b"SET", b"k", cut])
    assert (found.arguments, found.argument_bytes, found.is_whole) == (2, 1001, True)
    many = [b"RPUSH", b"k", *[b"v"] * 29, b"... (70 more arguments)"]
    found = describe(many)
    assert (found.arguments, found.argument_bytes, found.is_whole) == (100, 30, False)


def test_words_that_only_look_like_the_servers_own_note_count_as_they_are() -> None:
    assert describe([b"SET", b"k", b"... (9 more arguments)"]).arguments == 2
    assert describe([b"SET", b"k", b"... (9 more bytes)"]).argument_bytes == 1 + 18


def test_a_key_that_the_server_cut_ends_with_an_ellipsis(prefix: str) -> None:
    whole = f"{prefix}tag:{'t' * 200}".encode()
    cut = whole[: logged.MOST_BYTES] + f"... ({len(whole) - logged.MOST_BYTES} more bytes)".encode()
    key = describe([b"GET", cut]).key
    assert key.startswith("tag:ttt")
    assert key.endswith("t…")


def test_our_scripts_are_known_by_digest_and_by_text_others_are_not() -> None:
    text = SETTLE.text.encode()
    cut = text[: logged.MOST_BYTES] + f"... ({len(text) - logged.MOST_BYTES} more bytes)".encode()
    assert describe([b"EVALSHA", SETTLE.digest.encode(), b"1", b"k"]).script == "settle_tag"
    assert describe([b"EVAL", text, b"1", b"k"]).script == "settle_tag"
    assert describe([b"EVAL", cut, b"1", b"k"]).script == "settle_tag"
    assert describe([b"EVAL", text[: logged.MOST_BYTES] + b"... (1 more bytes)", b"1", b"k"]).script == ""
    assert describe([b"EVALSHA", b"0" * 40, b"1", b"k"]).script == ""


def test_a_new_script_is_known_at_once(tmp_path) -> None:
    (tmp_path / "lately.lua").write_text("return 42")
    script = Script("lately", tmp_path)
    assert describe([b"EVALSHA", script.digest.encode(), b"1", b"k"]).script == "lately"
