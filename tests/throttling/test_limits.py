from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from platform_app.errors import TooManyAttempts
from platform_app.throttling import Limit

LIMIT = Limit("test", attempts=3, window_seconds=60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """`clock(seconds)` sets the time."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr("platform_app.throttling.time", lambda: seconds)

    set_to(6000)
    return set_to


def attempts(subject: str = "someone", limit: Limit = LIMIT) -> int:
    """How many attempts pass before one is refused."""
    for number in range(100):
        try:
            limit.count_attempt(subject)
        except TooManyAttempts:
            return number
    return 100


def test_three_pass_and_the_fourth_is_refused(clock):
    assert attempts() == 3


def test_the_next_window_begins_anew(clock):
    attempts()
    clock(6059.9)
    assert attempts() == 0
    clock(6060)
    assert attempts() == 3


def test_the_wait_is_until_the_end_of_the_window(clock):
    clock(6042)
    attempts()
    with pytest.raises(TooManyAttempts) as refused:
        LIMIT.count_attempt("someone")
    assert refused.value.retry_after_seconds == 18
    assert refused.value.headers == {"Retry-After": "18"}


def test_subjects_and_limits_are_counted_apart(clock):
    attempts("someone")
    assert attempts("someone else") == 3
    assert attempts("someone", Limit("other", attempts=2)) == 2


def test_an_attempt_that_is_taken_back_does_not_count(clock):
    for _ in range(10):
        LIMIT.count_attempt("someone").take_back()
    assert attempts() == 3


def test_an_attempt_may_be_taken_back_after_its_counter_has_gone(
    clock, redis_server: redis.Redis, redis_key_prefix
):
    attempt = LIMIT.count_attempt("someone")
    redis_server.delete(*redis_server.scan_iter(f"{redis_key_prefix}*"))
    attempt.take_back()
    assert attempts() == 3


def test_not_one_too_many_passes_when_all_come_at_once(clock):
    limit = Limit("crowd", attempts=10)

    def passes(_: int) -> bool:
        try:
            limit.count_attempt("someone")
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(32) as crowd:
        assert sum(crowd.map(passes, range(160))) == 10


def test_keys_name_nobody_and_expire(clock, redis_server: redis.Redis, redis_key_prefix: str):
    LIMIT.count_attempt("student@example.org")
    (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}*")
    assert key.startswith(f"{redis_key_prefix}cache:".encode())
    assert b"example" not in key
    assert 60 < redis_server.ttl(key) <= 120
