"""What a server can do to a question: refuse it, end the connection, be late, or be another one than before."""

import time
from collections.abc import Callable

import pytest
import redis

from caching.connection import wire
from caching.errors import CacheUnavailable
from tests.caching.connection.fake_server import FakeServer, bulk, fake_server
from tests.caching.patience import PROMISED_SECONDS, within

UseRedis = Callable[[str], None]

OUTAGES = [
    b"-OOM command not allowed when used memory > 'maxmemory'.",
    b"-READONLY You can't write against a read only replica.",
    b"-LOADING Valkey is loading the dataset in memory",
    b"-NOAUTH Authentication required.",
    b"-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    b"-MISCONF Errors writing to the AOF file",
    b"-NOREPLICAS Not enough good replicas to write.",
    b"-BUSY Valkey is busy running a script.",
    b"-CLUSTERDOWN Hash slot not served",
    b"-NOPERM User x has no permissions to run the 'set' command",
    b"-ERR max number of clients reached",
]


@pytest.mark.parametrize("line", OUTAGES, ids=lambda line: line.split()[0].decode())
def test_a_server_that_refuses_to_work_is_unavailable(use_redis: UseRedis, line: bytes) -> None:
    with fake_server(lambda command: line + b"\r\n") as server:
        use_redis(server.url)
        with pytest.raises(CacheUnavailable, match=line.split()[0][1:].decode()):
            wire.call([("SET", "x", "1")])
        with pytest.raises(CacheUnavailable):
            wire.mget(["x"])


def test_one_refusal_in_the_midst_of_a_pipeline_is_an_outage(use_redis: UseRedis) -> None:
    with fake_server(
        lambda command: OUTAGES[0] + b"\r\n" if command[0] == b"SET" else b"+fine\r\n"
    ) as server:
        use_redis(server.url)
        with pytest.raises(CacheUnavailable, match="OOM"):
            wire.call([("GET", "x"), ("SET", "x", "1"), ("GET", "x")])
        assert wire.call([("GET", "x")]) == [b"fine"]  # and what was left of it answers nothing else


def test_an_error_of_one_command_stays_its_reply(use_redis: UseRedis) -> None:
    with fake_server(lambda command: b"-WRONGTYPE no\r\n" if command[1] == b"x" else b"+fine\r\n") as server:
        use_redis(server.url)
        wrong, fine = wire.call([("GET", "x"), ("GET", "y")])
    assert isinstance(wrong, redis.ResponseError)
    assert fine == b"fine"


# --- Connections that end -----------------------------------------------------------------------------------------


def test_a_connection_closed_while_idle_costs_no_error(use_redis: UseRedis) -> None:
    with fake_server(lambda command: b"+fine\r\n") as server:
        use_redis(server.url)
        assert wire.call([("GET", "x")], idempotent=True) == [b"fine"]
        server.hang_up()
        assert wire.call([("GET", "x")], idempotent=True) == [b"fine"]
        server.hang_up()
        wait_until_closed()
        assert wire.call([("SET", "x", "1")]) == [b"fine"]


def wait_until_closed() -> None:
    """Until the end of the connection has arrived here."""
    link = wire._link_of("x")
    while link.is_open():
        time.sleep(0.001)


def test_what_may_have_been_done_is_not_sent_again(use_redis: UseRedis) -> None:
    with fake_server(lambda command: None) as server:
        use_redis(server.url)
        with pytest.raises(CacheUnavailable, match="closed"):
            wire.call([("INCR", "x")])
        assert server.commands == [[b"INCR", b"x"]]


def test_what_is_idempotent_is_sent_twice_and_not_for_ever(use_redis: UseRedis) -> None:
    with fake_server(lambda command: None) as server:
        use_redis(server.url)
        with pytest.raises(CacheUnavailable, match="closed"):
            wire.call([("GET", "x")], idempotent=True)
        assert len(server.commands) == 2


def test_an_end_after_the_first_reply_is_not_tried_again(use_redis: UseRedis) -> None:
    with fake_server(lambda command: b"+fine\r\n" if command[1] == b"x" else None) as server:
        use_redis(server.url)
        with pytest.raises(CacheUnavailable):
            wire.call([("GET", "x"), ("GET", "y")], idempotent=True)
        assert len(server.commands) == 2


# --- Replies that are late ----------------------------------------------------------------------------------------


def test_a_late_reply_does_not_answer_the_next_question(use_redis: UseRedis) -> None:
    with fake_server(lambda command: b"" if command[1] == b"slow" else b"+fine\r\n") as server:
        use_redis(server.url)
        with within(PROMISED_SECONDS), pytest.raises(CacheUnavailable, match="Timeout"):
            wire.mget(["slow"])
        server.script = lambda command: b"+fine\r\n"
        assert wire.call([("GET", "x")]) == [b"fine"]


def test_a_server_that_is_slow_to_sign_in_and_then_silent_is_not_waited_for_twice(
    use_redis: UseRedis,
) -> None:
    with fake_server(lambda command: b"") as server:
        server.info_delay_seconds = 0.8
        use_redis(server.url)
        with within(PROMISED_SECONDS), pytest.raises(CacheUnavailable, match="Timeout"):
            wire.mget(["x"])


@pytest.mark.parametrize("delay_seconds", [0.4, 0.8])
def test_a_server_that_is_slow_at_each_step_of_signing_in_is_not_waited_for_at_each(
    use_redis: UseRedis, delay_seconds: float
) -> None:
    with fake_server(lambda command: b"") as server:
        server.sign_in_delay_seconds = delay_seconds
        server.info_delay_seconds = 0.5
        use_redis(f"redis://:s3cret@127.0.0.1:{server.port}/7")
        with within(PROMISED_SECONDS), pytest.raises(CacheUnavailable, match="Timeout"):
            wire.mget(["x"])


def test_a_server_that_answers_byte_by_byte_is_not_waited_for_at_each(use_redis: UseRedis) -> None:
    with fake_server(lambda command: b"") as server:
        server.script = lambda command: dribble(server)
        use_redis(server.url)
        with within(PROMISED_SECONDS), pytest.raises(CacheUnavailable, match="Timeout"):
            wire.mget(["x"])


def dribble(server: FakeServer) -> bytes:
    for byte in b"*1\r\n$100\r\n" + b"x" * 30:
        server.send(bytes([byte]))
        time.sleep(0.1)
    return b""


def test_bytes_that_are_no_reply_are_an_outage(use_redis: UseRedis) -> None:
    with fake_server(lambda command: b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        use_redis(server.url)
        with pytest.raises(CacheUnavailable):
            wire.mget(["x"])


# --- Servers that are no primary ------------------------------------------------------------------------------------


def test_a_replica_is_refused_at_once(use_redis: UseRedis) -> None:
    with fake_server(lambda command: bulk(b"old")) as server:
        server.info = b"role:slave\r\nmaster_replid:0123456789abcdef\r\nconnected_slaves:0\r\n"
        use_redis(server.url)
        with pytest.raises(CacheUnavailable, match="replica"):
            wire.call([("GET", "x")])
        assert server.commands == []


def test_a_primary_that_became_a_replica_is_noticed(
    use_redis: UseRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caching.connection.link.CONFIRMED_SECONDS", 0.0)
    with fake_server(lambda command: bulk(b"old")) as server:
        use_redis(server.url)
        assert wire.call([("GET", "x")]) == [b"old"]
        server.info = server.info.replace(b"master\r\n", b"slave\r\n", 1)
        with pytest.raises(CacheUnavailable, match="replica"):
            wire.call([("GET", "x")])


def test_another_primary_at_the_same_place_has_another_epoch(
    use_redis: UseRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caching.connection.link.CONFIRMED_SECONDS", 0.0)
    with fake_server(lambda command: b"*1\r\n$5\r\nvalue\r\n") as server:
        use_redis(server.url)
        assert wire.epoch_of("x") == b"01234567"
        server.info = server.info.replace(b"0123", b"abcd")
        assert wire.mget(["x"]) == [b"value"]
        assert wire.epoch_of("x") == b"abcd4567"
