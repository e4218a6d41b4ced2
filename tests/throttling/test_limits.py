"""Never more than are allowed in any span of the window's length, whoever counts, and however many at once."""

import math
import random
from collections.abc import Callable

import pytest
import redis

from caching.errors import CacheUnavailable
from platform_app.errors import TooManyAttempts
from platform_app.throttling import Limit, count_together, limits
from tests.programs import Program
from tests.test_health import dead_redis as dead_redis
from tests.throttling.crowd import EACH, THREADS, passed

LIMIT = Limit("test", attempts=3, window_seconds=60)
OTHER = Limit("other", attempts=2, window_seconds=60)
Clock = Callable[[float], None]


def attempts(subject: str = "someone", limit: Limit = LIMIT) -> int:
    """How many attempts pass before one is refused."""
    for number in range(100):
        try:
            limit.count_attempt(subject)
        except TooManyAttempts:
            return number
    return 100


def wait(*counted: tuple[Limit, str]) -> int:
    """How long a refused attempt is to wait."""
    with pytest.raises(TooManyAttempts) as refused:
        count_together(*counted or [(LIMIT, "someone")])
    assert refused.value.headers == {"Retry-After": str(refused.value.retry_after_seconds)}
    return refused.value.retry_after_seconds


def test_three_pass_and_the_fourth_is_refused(stopped_clock: Clock):
    assert attempts() == 3


def test_there_is_no_seam_at_which_twice_the_number_passes(stopped_clock: Clock):
    stopped_clock(59)
    assert attempts() == 3
    stopped_clock(61)
    assert attempts() == 0
    stopped_clock(118.999)
    assert attempts() == 0
    stopped_clock(119)
    assert attempts() == 3


def test_attempts_leave_the_window_one_by_one(stopped_clock: Clock):
    for second in (0, 20, 40):
        stopped_clock(second)
        LIMIT.count_attempt("someone")
    stopped_clock(60)
    assert attempts() == 1
    stopped_clock(80)
    assert attempts() == 1


@pytest.mark.parametrize(
    ("passed", "seconds"), [(0, 60), (0.5, 60), (18, 42), (18.000001, 42), (59, 1), (59.9, 1)]
)
def test_who_waits_as_long_as_he_was_told_passes_and_not_a_second_before(
    stopped_clock: Clock, passed: float, seconds: int
):
    attempts()
    stopped_clock(passed)
    assert wait() == seconds
    stopped_clock(passed + seconds - 1)
    assert attempts() == 0
    stopped_clock(passed + seconds)
    assert attempts() == 3


def test_random_attempts_and_take_backs_are_judged_like_a_plain_list_of_times(stopped_clock: Clock):
    dice, now, log = random.Random(54), 0.0, []
    for _ in range(150):
        now += dice.choice([0, 0.1, 1, 7, 19.5, 60])
        stopped_clock(now)
        log = [entry for entry in log if entry[0] > now - 60]
        if log and dice.random() < 0.2:
            log.pop(dice.randrange(len(log)))[1].take_back()
        elif len(log) < 3:
            log.append((now, LIMIT.count_attempt("someone")))
        else:
            assert wait() == math.ceil(round(log[0][0] + 60 - now, 6))


def test_subjects_and_limits_are_counted_apart(stopped_clock: Clock):
    attempts("someone")
    assert attempts("someone else") == 3
    assert attempts("someone", OTHER) == 2


def test_a_limit_that_was_lowered_holds_at_once(stopped_clock: Clock):
    for second in (0, 10, 20):
        stopped_clock(second)
        LIMIT.count_attempt("someone")
    stopped_clock(30)
    lowered = Limit("test", attempts=1, window_seconds=60)
    assert wait((lowered, "someone")) == 50


def test_an_attempt_that_is_taken_back_does_not_count(stopped_clock: Clock):
    for _ in range(10):
        LIMIT.count_attempt("someone").take_back()
    assert attempts() == 3


def test_the_attempt_that_is_taken_back_is_that_one_and_no_other(stopped_clock: Clock):
    first = LIMIT.count_attempt("someone")
    stopped_clock(30)
    attempts()
    first.take_back()
    first.take_back()
    assert attempts() == 1
    assert wait() == 60


def test_an_attempt_may_be_taken_back_after_its_log_has_gone(
    stopped_clock: Clock, redis_server: redis.Redis, redis_key_prefix: str
):
    attempt = LIMIT.count_attempt("someone")
    redis_server.delete(*redis_server.scan_iter(f"{redis_key_prefix}*"))
    attempt.take_back()
    assert attempts() == 3


def test_an_attempt_that_is_sent_twice_counts_once(stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch):
    """As it is when the connection breaks before the reply."""
    monkeypatch.setattr(limits, "token_bytes", lambda _: b"the same token")
    once = Limit("once", attempts=1)
    assert attempts("someone", once) == 100


def test_several_limits_count_together_or_not_at_all(stopped_clock: Clock):
    stopped_clock(0)
    OTHER.count_attempt("address")
    stopped_clock(25)
    count_together((LIMIT, "someone"), (OTHER, "address"))
    assert wait((LIMIT, "someone"), (OTHER, "address")) == 35
    assert attempts("someone") == 2


def test_of_several_limits_the_longest_wait_is_said(stopped_clock: Clock):
    attempts("someone")
    stopped_clock(20)
    attempts("address", OTHER)
    assert wait((LIMIT, "someone"), (OTHER, "address")) == 60


def test_not_one_too_many_passes_when_32_threads_try_five_times_each():
    assert passed(threads=32, each=5) == 10


def test_two_processes_count_together(redis_key_prefix: str):
    programs = [Program("tests.throttling.crowd", redis_key_prefix) for _ in range(2)]
    try:
        assert [program.hear() for program in programs] == ["ready", "ready"]
        for program in programs:
            program.tell("go")
        counts = [int(program.hear()) for program in programs]
    finally:
        for program in programs:
            program.kill()
    assert sum(counts) == 10 < 2 * THREADS * EACH


def test_the_time_is_that_of_the_server(redis_server: redis.Redis, redis_key_prefix: str):
    LIMIT.count_attempt("someone")
    (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}*")
    ((_, microseconds),) = redis_server.zrange(key, 0, -1, withscores=True)
    seconds, _ = redis_server.time()
    assert abs(seconds - microseconds / 1_000_000) < 60


def test_a_clock_that_was_set_back_blocks_nobody(stopped_clock: Clock):
    stopped_clock(7200)
    attempts()
    stopped_clock(0)
    assert attempts() == 3


def test_keys_name_nobody_and_expire(redis_server: redis.Redis, redis_key_prefix: str):
    LIMIT.count_attempt("student@example.org")
    (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}*")
    assert key.startswith(f"{redis_key_prefix}throttle:test:".encode())
    assert b"example" not in key
    assert 0 < redis_server.ttl(key) <= 61


def test_the_digest_in_a_key_cannot_be_guessed_without_the_secret(
    redis_server: redis.Redis, redis_key_prefix: str, settings
):
    LIMIT.count_attempt("student@example.org")
    settings.SECRET_KEY = "another one"
    LIMIT.count_attempt("student@example.org")
    assert len([*redis_server.scan_iter(match=f"{redis_key_prefix}*")]) == 2


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b'{"attempts": 99}'])
def test_garbage_in_redis_counts_nothing(
    stopped_clock: Clock, redis_server: redis.Redis, redis_key_prefix: str, garbage: bytes
):
    attempt = LIMIT.count_attempt("someone")
    redis_server.set(attempt.key, garbage)
    attempt.take_back()
    assert attempts() == 3


def test_nobody_passes_when_nobody_can_count(dead_redis: None):
    with pytest.raises(CacheUnavailable):
        LIMIT.count_attempt("someone")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "wait 1 second and"), (120, "120 seconds"), (121, "3 minutes"), (600, "10 minutes")],
)
def test_the_wait_is_said_in_words(seconds: int, words: str):
    assert words in TooManyAttempts(seconds).detail
