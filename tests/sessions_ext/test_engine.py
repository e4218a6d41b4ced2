"""A session is a HASH in Redis under `session:<digest>`; what is planted there can log out and no more."""

import json
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from caching.errors import CacheUnavailable
from platform_app.models import User
from sessions_ext import keys, store
from sessions_ext.engine import MISS, SessionStore
from sessions_ext.errors import SessionTooLarge
from tests.test_health import dead_redis as dead_redis
from tests.test_worker import Bomb

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client_for: Callable[[User], Client], student: User) -> Client:
    return client_for(student)


@pytest.fixture
def key(signed_in: Client) -> str:
    return key_of(signed_in.cookies["sessionid"].value)


@pytest.fixture
def without_backup(settings) -> None:
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": False}


def key_of(session_key: str) -> str:
    return keys.session(keys.digest_of(session_key))


def saved(**values: object) -> SessionStore:
    session = SessionStore()
    session.update(values)
    session.save()
    return session


def again(session: SessionStore) -> SessionStore:
    """As the next request sees it."""
    return SessionStore(session.session_key)


# --- In Redis


def test_the_key_is_where_an_operator_looks_for_it(
    redis_server: redis.Redis, key: str, redis_key_prefix: str
):
    assert key.startswith(f"{redis_key_prefix}session:")
    assert redis_server.type(key) == b"hash"


def test_no_key_and_no_value_names_the_id(
    signed_in: Client, redis_server: redis.Redis, redis_key_prefix: str
):
    signed_in.get("/account/")
    secret = signed_in.cookies["sessionid"].value.encode()
    for name in redis_server.scan_iter(match=f"{redis_key_prefix}*"):
        dumped = redis_server.dump(name) or b""
        assert secret not in name
        assert secret not in dumped


def test_it_expires_with_the_cookie(redis_server: redis.Redis, key: str, settings):
    assert settings.SESSION_COOKIE_AGE - 5 < redis_server.ttl(key) <= settings.SESSION_COOKIE_AGE


def test_each_key_is_a_field_of_json_without_password_or_address(
    redis_server: redis.Redis, key: str, student: User
):
    stored = redis_server.hgetall(key)
    assert json.loads(stored[b"_auth_user_id"]) == str(student.pk)
    everything = b"".join([*stored, *stored.values()])
    assert student.email.encode() not in everything
    assert student.password.encode() not in everything


def test_it_is_gone_after_sign_out(signed_in: Client, redis_server: redis.Redis, key: str):
    signed_in.post("/account/sign-out/")
    assert not redis_server.exists(key)


def test_an_order_that_was_sent_twice_as_its_answer_was_lost_makes_a_session(monkeypatch: pytest.MonkeyPatch):
    """redis-py does that on an event loop, where six sign-ins at once had been seen to end with CreateError."""
    once, sent = store.awrite, []

    async def twice(digest: str, writing: store.Writing) -> int:
        first = await once(digest, writing)
        if sent:
            return first
        sent.append(digest)
        return await once(digest, writing)

    monkeypatch.setattr(store, "awrite", twice)
    session = SessionStore()
    session["a"] = 1
    async_to_sync(session.asave)()
    assert sent
    assert keys.digest_of(session.session_key) not in sent
    assert dict(again(session)) == {"a": 1}


# --- No update is lost


def test_overlapping_requests_that_change_different_keys_lose_nothing():
    session = saved()
    requests = [again(session) for _ in range(8)]
    for number, request in enumerate(requests):
        request[f"key{number}"] = number
    for request in requests:
        request.save()
    assert dict(again(session)) == {f"key{number}": number for number in range(8)}


def test_of_eight_threads_that_save_two_hundred_times_each_none_loses_one():
    session = saved()

    def count(thread: int) -> None:
        for _ in range(200):
            request = again(session)
            request[f"counter{thread}"] = request.get(f"counter{thread}", 0) + 1
            request.save()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(8)))
    assert dict(again(session)) == {f"counter{thread}": 200 for thread in range(8)}


def test_a_deleted_key_and_a_written_one_are_both_done():
    session = saved(a=1, b=1)
    deletes, writes = again(session), again(session)
    del deletes["a"]
    writes["b"] = 2
    deletes.save()
    writes.save()
    assert dict(again(session)) == {"b": 2}


def test_of_delete_and_write_of_one_key_the_last_saved_is_true():
    session = saved(a=1)
    deletes, writes = again(session), again(session)
    del deletes["a"]
    writes["a"] = 2
    writes.save()
    deletes.save()
    assert dict(again(session)) == {}


def test_clear_throws_away_what_others_wrote_meanwhile_too():
    session = saved(a=1)
    clears, writes = again(session), again(session)
    writes["b"] = 2
    writes.save()
    clears.clear()
    clears["c"] = 3
    clears.save()
    assert dict(again(session)) == {"c": 3}


def test_a_change_inside_a_value_is_written_with_the_next_save():
    session = saved(basket=["apple"])
    request = again(session)
    request["basket"].append("pear")
    request.modified = True
    request.save()
    assert again(session)["basket"] == ["apple", "pear"]


def test_a_change_inside_a_value_alone_does_not_say_that_it_is_to_be_saved():
    """As with Django's own engines."""
    request = again(saved(basket=["apple"]))
    request["basket"].append("pear")
    assert not request.modified


def test_what_was_only_read_is_not_written(redis_server: redis.Redis):
    session = saved(read=1, written=1)
    reads, writes = again(session), again(session)
    reads["read"], reads["other"] = reads["read"], 1
    writes["read"] = 2
    writes.save()
    reads.save()
    assert dict(again(session)) == {"read": 2, "written": 1, "other": 1}


def test_increments_of_one_key_are_all_counted():
    session = saved()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: again(session).incr("visits"), range(400)))
    assert again(session)["visits"] == 400


def test_an_increment_counts_from_what_this_request_has_written():
    session = saved()
    session["visits"] = 5
    assert session.incr("visits", 2) == 7
    assert session["visits"] == again(session)["visits"] == 7


@pytest.mark.parametrize("value", ["text", 1.5, [1], None, 2**64, 2**63 - 1])
def test_what_is_no_whole_number_cannot_be_incremented(value: object):
    with pytest.raises(TypeError, match="whole number"):
        saved(visits=value).incr("visits")


def test_a_visitor_who_is_counted_gets_a_session_and_its_cookie():
    session = SessionStore()
    assert session.incr("visits") == 1
    assert session.modified
    assert again(session)["visits"] == 1


def test_compare_and_set_is_no_way_around_the_limit():
    with pytest.raises(SessionTooLarge):
        saved().compare_and_set("large", MISS, "x" * 5_000_000)


def test_compare_and_set_writes_only_over_what_was_expected():
    session = saved(step={"number": 1, "of": 3})
    assert again(session).compare_and_set("step", {"of": 3, "number": 1}, 2)
    assert not again(session).compare_and_set("step", {"number": 1, "of": 3}, 3)
    assert again(session)["step"] == 2


def test_compare_and_set_knows_absent_from_none():
    session = saved(none=None)
    assert not session.compare_and_set("none", MISS, 1)
    assert not session.compare_and_set("absent", None, 1)
    assert session.compare_and_set("absent", MISS, 1)
    assert session.compare_and_set("none", None, 2)
    assert dict(again(session)) == {"absent": 1, "none": 2}


def test_of_many_that_compare_and_set_at_once_one_wins():
    session = saved(turn=0)
    with ThreadPoolExecutor(8) as threads:
        won = threads.map(lambda number: again(session).compare_and_set("turn", 0, number), range(1, 33))
    assert sum(won) == 1


def test_neither_brings_back_a_session_that_was_ended(redis_server: redis.Redis):
    session = saved(n=1)
    late = again(session)
    assert late["n"] == 1
    session.delete()
    for attempt in (lambda: late.incr("n"), lambda: late.compare_and_set("n", 1, 2)):
        with pytest.raises(UpdateError):
            attempt()
    assert not redis_server.exists(key_of(session.session_key))


# --- Ids


@pytest.mark.parametrize(
    "chosen",
    [
        *("a" * length for length in (7, 31, 32, 33, 10_000)),
        *("a\0" * 16, "a\r\nb" * 8, "session:" + "x" * 24, "*" * 32, "{}" * 16, "../" * 11),
        *("ÄÖÜ" * 11, "\ud800" * 32),
    ],
)
def test_an_id_that_somebody_chose_is_not_adopted(
    chosen: str, redis_server: redis.Redis, redis_key_prefix: str
):
    session = SessionStore(chosen)
    assert dict(session) == {}
    assert session.session_key is None
    session["a"] = 1
    session.save()
    assert session.session_key != chosen
    assert len(list(redis_server.scan_iter(match=f"{redis_key_prefix}session*"))) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", ["x" * 32, "a" * 10_000, "a%00b", '"; Path=/', "*", "../../session"])
def test_a_cookie_that_somebody_chose_is_no_error_and_leaves_nothing(
    chosen: str, redis_server: redis.Redis, redis_key_prefix: str
):
    client = Client()
    client.cookies["sessionid"] = chosen
    assert client.get("/account/sign-in/").status_code == 200
    assert not list(redis_server.scan_iter(match=f"{redis_key_prefix}session*"))


def test_an_id_of_another_key_opens_nothing(redis_server: redis.Redis, redis_key_prefix: str):
    redis_server.hset(f"{redis_key_prefix}session:{'b' * 32}", mapping={"@": 1, "a": "1"})
    assert dict(SessionStore("b" * 32)) == {}


def test_cycle_key_kills_the_old_id_and_keeps_the_values(redis_server: redis.Redis):
    session = saved(a=1)
    old = session.session_key
    session.cycle_key()
    assert session.session_key != old
    assert dict(SessionStore(old)) == {}
    assert not redis_server.exists(key_of(old))
    assert dict(again(session)) == {"a": 1}


def test_what_another_request_writes_while_the_id_changes_comes_along_or_is_refused():
    session = saved(a=1, b=1, c=1, d=1)
    cycles, early, late = again(session), again(session), again(session)
    assert (cycles["a"], late["a"]) == (1, 1)
    cycles["d"] = 2
    early["b"] = 2
    early["d"] = 3
    early["e"] = 1
    del early["c"]
    early.save()
    cycles.cycle_key()
    cycles.save()
    late["f"] = 1
    with pytest.raises(UpdateError):
        late.save()
    assert dict(again(cycles)) == {"a": 1, "b": 2, "d": 2, "e": 1}


# --- What JSON does not know


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, float("nan"), float("inf"), object(), time.localtime])
def test_what_is_not_json_is_refused_by_name_and_nothing_is_written(value: object):
    session = saved(a=1)
    session["b"] = 2
    session["odd"] = value
    with pytest.raises((TypeError, ValueError), match="odd"):
        session.save()
    assert dict(again(session)) == {"a": 1}


@pytest.mark.parametrize("value", [2**70, -(2**70), "\ud800", "\0", "ü", 0.1, True, None, {"a": [{}]}, ""])
def test_what_is_json_comes_back_as_it_was(value: object):
    session = saved(odd=value)
    back = again(session)["odd"]
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("key", ["@", "@seen", "@@", "@kept", "__proto__", "", "a b", "\0", "\ud800", "ключ"])
def test_every_text_may_be_a_key(key: str):
    session = saved(**{key: 1})
    assert dict(again(session)) == {key: 1}
    session.pop(key)
    session.save()
    assert dict(again(session)) == {}


@pytest.mark.parametrize("key", [1, None, ("a",), b"a", 1.5, True])
def test_a_key_that_is_no_text_is_refused(key: object):
    with pytest.raises(TypeError, match="texts"):
        SessionStore()[key] = 1


def test_five_megabytes_are_refused_and_the_session_stays_as_it_was():
    session = saved(a=1)
    session["large"] = "x" * 5_000_000
    with pytest.raises(SessionTooLarge):
        session.save()
    assert dict(again(session)) == {"a": 1}


def test_it_does_not_grow_beyond_its_limit_in_small_steps(settings):
    settings.SESSIONS = {"MAX_BYTES": 10_000}
    session = saved()
    with pytest.raises(SessionTooLarge):
        for number in range(20):
            request = again(session)
            request[f"key{number}"] = "x" * 1000
            request.save()
    assert len(again(session).keys()) == 9


def test_ten_thousand_keys_are_kept_and_deleted():
    values = {f"key{number}": number for number in range(10_000)}
    session = saved(**values)
    assert dict(again(session)) == values
    session = again(session)
    for key in values:
        del session[key]
    session.save()
    assert dict(again(session)) == {}


# --- Time


@pytest.mark.parametrize("seconds", [-1, -(10**12)])
def test_a_session_that_expired_before_it_was_saved_is_gone(seconds: int, redis_server: redis.Redis):
    session = SessionStore()
    session["a"] = 1
    session.set_expiry(seconds)
    session.save()
    assert not redis_server.exists(key_of(session.session_key))


def test_zero_is_until_the_browser_closes(redis_server: redis.Redis, settings):
    session = SessionStore()
    session.set_expiry(0)
    session.save()
    assert session.get_expire_at_browser_close()
    assert redis_server.ttl(key_of(session.session_key)) > settings.SESSION_COOKIE_AGE - 5


def test_however_long_is_asked_for_the_absolute_end_comes_first(redis_server: redis.Redis, settings):
    settings.SESSIONS = {"ABSOLUTE_SECONDS": 1000}
    session = SessionStore()
    session.set_expiry(10**15)
    session.save()
    assert 990 < redis_server.ttl(key_of(session.session_key)) <= 1000
    assert session.get_expiry_age() == 1000


def test_use_gives_it_its_idle_time_back_and_its_cookie(
    signed_in: Client, redis_server: redis.Redis, key: str, settings
):
    redis_server.expire(key, 100)
    assert "sessionid" not in signed_in.get("/account/").cookies
    age(redis_server, key, "@seen", 61)
    assert "sessionid" in signed_in.get("/account/").cookies
    assert redis_server.ttl(key) > settings.SESSION_COOKIE_AGE - 5
    assert "sessionid" not in signed_in.get("/account/").cookies


def test_use_does_not_move_the_absolute_end(signed_in: Client, redis_server: redis.Redis, key: str, settings):
    settings.SESSIONS = {"ABSOLUTE_SECONDS": 3600}
    age(redis_server, key, "@", 3000)
    age(redis_server, key, "@seen", 61)
    assert signed_in.get("/account/").status_code == 200
    assert 590 < redis_server.ttl(key) <= 600
    age(redis_server, key, "@", 700)
    age(redis_server, key, "@seen", 61)
    signed_in.get("/account/")
    assert not redis_server.exists(key)
    assert signed_in.get("/account/").status_code == 302


def age(redis_server: redis.Redis, key: str, field: str, seconds: int) -> None:
    """As if that time had been so much earlier."""
    redis_server.hset(key, field, int(redis_server.hget(key, field)) - seconds)


def test_a_clock_that_jumps_ends_nothing(
    signed_in: Client, redis_server: redis.Redis, key: str, monkeypatch: pytest.MonkeyPatch
):
    """When a session ends is up to the clock of Redis; that of the web server says how often it is touched."""
    for jump in (10 * 365 * 24 * 3600, -10 * 365 * 24 * 3600):
        moment = time.time() + jump
        monkeypatch.setattr("sessions_ext.store.time.time", lambda moment=moment: moment)
        assert signed_in.get("/account/").status_code == 200
    assert redis_server.ttl(key) > 1000


# --- Planted in Redis

GARBAGE = [
    b"",
    b"garbage",
    b"\xff\xfe\x00",
    b"null",
    b"123",
    b"[1, 2]",
    b"{",
    b"[" * 100_000,
    pickle.dumps({"_auth_user_id": "1"}),
]


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("field", ["_auth_user_id", "_auth_user_hash", "_auth_user_backend"])
def test_a_garbled_field_logs_out(
    signed_in: Client, redis_server: redis.Redis, key: str, field: str, garbage: bytes
):
    redis_server.hset(key, field, garbage)
    assert signed_in.get("/account/").status_code == 302
    assert signed_in.get("/account/sign-in/").status_code == 200


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize(
    "field", ["@", "@seen", "@kept", "@browser", "_session_expiry", "odd", b"\xff", b"@\xff"]
)
def test_a_garbled_field_of_another_kind_is_no_error(
    signed_in: Client, redis_server: redis.Redis, key: str, field: str, garbage: bytes
):
    redis_server.hset(key, field, garbage)
    assert signed_in.get("/account/").status_code in (200, 302)
    assert signed_in.get("/account/sign-in/").status_code in (200, 302)


@pytest.mark.usefixtures("without_backup")
@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_text_in_its_place_logs_out(signed_in: Client, redis_server: redis.Redis, key: str, garbage: bytes):
    redis_server.set(key, garbage, ex=60)
    assert signed_in.get("/account/").status_code == 302
    assert signed_in.get("/account/sign-in/").status_code == 200


@pytest.mark.usefixtures("without_backup")
def test_another_type_of_key_logs_out(signed_in: Client, redis_server: redis.Redis, key: str):
    redis_server.delete(key)
    redis_server.lpush(key, "x")
    assert signed_in.get("/account/").status_code == 302


def test_a_save_over_another_type_of_key_is_refused(redis_server: redis.Redis):
    session = saved(a=1)
    redis_server.set(key_of(session.session_key), "x", ex=60)
    session["a"] = 2
    with pytest.raises(UpdateError):
        session.save()


def test_a_pickle_is_not_executed(signed_in: Client, redis_server: redis.Redis, key: str, tmp_path: Path):
    bomb = pickle.dumps(Bomb(tmp_path / "crater"))
    for field in redis_server.hkeys(key):
        redis_server.hset(key, field, bomb)
    assert signed_in.get("/account/").status_code == 302
    redis_server.set(key, bomb, ex=60)
    signed_in.get("/account/")
    assert not (tmp_path / "crater").exists()


def test_who_was_logged_out_by_garbage_can_sign_in_again(
    signed_in: Client, redis_server: redis.Redis, key: str, student: User
):
    redis_server.set(key, b"garbage", ex=60)
    signed_in.get("/account/")
    signed_in.force_login(student)
    assert signed_in.get("/account/").status_code == 200


# --- Redis out of reach, async, late saves


def test_redis_out_of_reach_is_no_empty_session(dead_redis: None):
    with pytest.raises(CacheUnavailable):
        SessionStore("a" * 32).load()
    with pytest.raises(CacheUnavailable):
        async_to_sync(SessionStore("a" * 32).aload)()
    with pytest.raises(CacheUnavailable):
        saved(a=1)


@pytest.mark.django_db(transaction=True)
def test_the_async_side_reads_the_same():
    session = SessionStore()
    session["step"] = 3
    async_to_sync(session.asave)()
    assert dict(async_to_sync(again(session).aload)()) == {"step": 3}
    assert dict(async_to_sync(SessionStore("b" * 32).aload)()) == {}
    assert dict(again(session)) == {"step": 3}


def test_a_logged_out_session_is_not_resurrected_by_a_late_save(
    signed_in: Client, redis_server: redis.Redis, key: str
):
    late = SessionStore(signed_in.cookies["sessionid"].value)
    late["step"] = 1
    signed_in.post("/account/sign-out/")
    with pytest.raises(UpdateError):
        late.save()
    assert not redis_server.exists(key)


def test_the_values_are_not_shown_on_error_pages():
    session = saved(secret="hidden")
    assert "hidden" not in repr(session._session)
