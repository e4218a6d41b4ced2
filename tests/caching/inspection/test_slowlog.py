"""The logs of real servers: newest first, bounded, of all primaries, and honest about what a server does not tell."""

from collections.abc import Callable

import pytest
import redis

from caching.connection import wire
from caching.errors import CacheUnavailable
from caching.inspection import servers, slowlog
from caching.tags import _SETTLE as SETTLE

SECRET = "the student said something private"


def slow() -> slowlog.Log:
    with servers.connected() as primaries:
        return slowlog.slow(primaries)


def test_a_slow_script_is_named_and_what_it_was_given_is_not(
    noting_server: redis.Redis, redis_key_prefix: str
) -> None:
    noting_server.client_setname("web-1")
    noting_server.eval("return #ARGV[1]", 1, f"{redis_key_prefix}db_query:chats:ab", SECRET)
    log = slow()
    entry = next(entry for entry in log.entries if entry.logged.command == "EVAL")
    assert (entry.logged.part, entry.logged.key) == ("Results of queries", "db_query:chats:ab")
    assert entry.client == "web-1"
    assert entry.logged.arguments == 4
    assert SECRET not in repr(log)


def test_scripts_of_ours_have_their_name(noting_server: redis.Redis, redis_key_prefix: str) -> None:
    for _ in range(2):  # whole at first, then by its digest
        wire.run(SETTLE, [(f"{redis_key_prefix}tag:a", "stamp", 60)])
    named = {entry.logged.command for entry in slow().entries if entry.logged.script == "settle_tag"}
    assert named == {"EVAL", "EVALSHA"}


def test_the_newest_are_first_and_no_more_than_the_bound(noting_server: redis.Redis) -> None:
    noting_server.config_set("slowlog-max-len", 1000)
    for number in range(200):
        noting_server.set(f"k{number:03}", "v" * number)
    entries = slow().entries
    assert len(entries) == slowlog.MOST_ENTRIES
    sizes = [entry.logged.argument_bytes for entry in entries if entry.logged.command == "SET"]
    assert sizes[0] == 4 + 199
    assert sizes == sorted(sizes, reverse=True)


def test_what_is_noted_is_told(noting_server: redis.Redis) -> None:
    (noted,) = slow().noted
    assert (noted.above, noted.kept) == (0, 128)
    noting_server.config_set("slowlog-log-slower-than", -1)
    assert slow().noted[0].above == -1


def test_large_requests_and_replies_are_kept_by_size(noting_server: redis.Redis) -> None:
    noting_server.set("big", SECRET * 100)
    noting_server.get("big")
    with servers.connected() as primaries:
        requests, replies = slowlog.large_requests(primaries), slowlog.large_replies(primaries)
    assert [entry.logged.command for entry in requests.entries] == ["SET"]
    assert requests.entries[0].amount > len(SECRET) * 100
    assert "GET" in [entry.logged.command for entry in replies.entries]
    assert SECRET not in repr((requests, replies))


def test_all_masters_of_a_cluster_are_asked(noting_cluster: list[redis.Redis]) -> None:
    for master in noting_cluster:
        master.ping()
    pinged = {entry.server for entry in slow().entries if entry.logged.command == "PING"}
    assert len(pinged) == len(noting_cluster)


def test_what_this_user_may_not_ask_is_unknown(
    noting_server: redis.Redis, use_redis: Callable[[str], None]
) -> None:
    noting_server.acl_setuser(
        "limited", enabled=True, passwords=["+pw"], keys=["*"], commands=["+@all", "-slowlog", "-config|get"]
    )
    kwargs = noting_server.connection_pool.connection_kwargs
    use_redis(f"redis://limited:pw@{kwargs['host']}:{kwargs['port']}/0")
    with servers.connected() as primaries:
        (reason,) = slowlog.slow(primaries).unknown.values()
        (noted,) = slowlog.large_replies(primaries).noted
    assert reason == "this user may not run SLOWLOG GET"
    assert noted.above == servers.Unknown("this user may not run CONFIG GET")


def test_a_server_that_knows_no_such_log_says_so(noting_server: redis.Redis) -> None:
    with servers.connected() as (server,):
        assert server.ask("NOSUCHLOG", "GET") == servers.Unknown("the server does not know NOSUCHLOG GET")


def test_other_errors_are_not_taken_for_an_answer(noting_server: redis.Redis) -> None:
    with servers.connected() as (server,), pytest.raises(CacheUnavailable, match=r"WRONGTYPE|wrong kind"):
        server.ask("SET", "k", "v")
        server.ask("HGETALL", "k")


def test_without_redis_there_is_nothing_to_tell(broken_redis: None) -> None:
    with pytest.raises(CacheUnavailable):
        slow()
