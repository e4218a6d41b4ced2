"""Ways in which a session that was ended could come back, or one could live on unseen. None of them does."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import redis
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import Client

from platform_app.models import User
from sessions_ext import devices, keeping, keys, store
from sessions_ext.engine import SessionStore
from sessions_ext.models import SavedSession
from tests.devices import is_in, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: Callable[[User], Client], student: User) -> Client:
    return client_for(student)


@pytest.fixture
def old(client: Client) -> str:
    return key_of(client)


def opens(session_key: str) -> bool:
    """Whether somebody with this cookie is signed in."""
    browser = Client()
    browser.cookies["sessionid"] = session_key
    return is_in(browser)


def cleared(session: SessionStore) -> None:
    session.clear()
    session["x"] = 1


def without_user(session: SessionStore) -> None:
    del session["_auth_user_id"]


@pytest.mark.parametrize("take_user_out", [cleared, without_user])
@pytest.mark.parametrize("flush", [True, False])
def test_one_whose_user_was_taken_out_without_flush(
    take_user_out: Callable[[SessionStore], None],
    flush: bool,
    old: str,
    lose_everything: Callable[[], None],
    student: User,
):
    session = SessionStore(old)
    take_user_out(session)
    session.save()
    assert not SavedSession.objects.exists()
    assert devices.devices_of(student.pk) == []
    if flush:
        SessionStore(old).flush()
    lose_everything()
    assert not opens(old)


def test_one_whose_user_was_garbled_before_the_next_sign_in(
    client: Client, old: str, student: User, redis_server: redis.Redis
):
    redis_server.hset(keys.session(keys.digest_of(old)), "_auth_user_id", b"garbage")
    client.force_login(student)
    assert key_of(client) != old
    assert not opens(old)


def test_one_that_got_another_user_is_on_his_list(old: str, student: User, other_student: User):
    session = SessionStore(old)
    session["_auth_user_id"] = str(other_student.pk)
    session.save()
    assert devices.devices_of(student.pk) == []
    assert [device.digest for device in devices.devices_of(other_student.pk)] == [session.digest]


@pytest.mark.parametrize("way", ["sign out", "end all"])
def test_one_that_was_ended_while_no_copies_were_kept(
    way: str, settings, client: Client, old: str, student: User, lose_everything: Callable[[], None]
):
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": False}
    if way == "sign out":
        client.post("/account/sign-out/")
    else:
        lose_everything()
        devices.end_sessions_of(student.pk)
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": True}
    assert not opens(old)


def test_one_that_was_revoked_before_it_changes_its_id(old: str, student: User):
    late = SessionStore(old)
    assert late["_auth_user_id"]
    devices.end_sessions_of(student.pk)
    with pytest.raises(SessionInterrupted):
        late.cycle_key()
    assert devices.devices_of(student.pk) == []
    assert not opens(old)
    assert late.session_key == old  # so that the cookie stays as it is: another one may be on its way


def test_one_that_redis_has_lost_may_change_its_id(old: str, lose_everything: Callable[[], None]):
    session = SessionStore(old)
    assert session["_auth_user_id"]
    lose_everything()
    session.cycle_key()
    assert not opens(old)
    assert opens(session.session_key)


def test_of_two_that_change_the_id_at_once_one_lives(old: str, student: User):
    first, second = SessionStore(old), SessionStore(old)
    assert first["_auth_user_id"] == second["_auth_user_id"]
    first.cycle_key()
    with pytest.raises(SessionInterrupted):
        second.cycle_key()
    assert [device.digest for device in devices.devices_of(student.pk)] == [first.digest]


def test_one_that_was_being_brought_back_by_a_process_that_was_killed(
    old: str, student: User, redis_server: redis.Redis, monkeypatch: pytest.MonkeyPatch
):
    """It lives unseen for some seconds, which is as long as the process could have taken."""
    digest = keys.digest_of(old)
    redis_server.delete(keys.session(digest))
    write = store.write

    class Killed(BaseException):
        pass

    def killed_after(of: str, writing: store.Writing) -> int:
        monkeypatch.setattr(store, "write", write)
        devices.end_session(student.pk, of)
        write(of, writing)
        raise Killed

    monkeypatch.setattr(store, "write", killed_after)
    with pytest.raises(Killed):
        SessionStore(old).load()
    assert 0 < redis_server.ttl(keys.session(digest)) <= keeping.RESTORING_SECONDS


def test_one_that_came_back_has_its_whole_life(
    old: str, settings, lose_everything: Callable[[], None], redis_server: redis.Redis
):
    lose_everything()
    assert opens(old)
    assert redis_server.ttl(keys.session(keys.digest_of(old))) > settings.SESSION_COOKIE_AGE - 10


def test_more_than_a_person_may_have(
    settings, client_for: Callable[[User], Client], student: User, lose_everything: Callable[[], None]
):
    settings.SESSIONS = {"MAX_PER_USER": 2}
    people = [client_for(student) for _ in range(2)]
    lose_everything()
    people += [client_for(student) for _ in range(2)]
    for person in people:
        is_in(person)
    assert [is_in(person) for person in people].count(True) == 2


@pytest.mark.django_db(transaction=True)
def test_an_instance_of_long_ago_does_not_end_what_fits_now(
    client_for: Callable[[User], Client], student: User
):
    stale = User.objects.get(pk=student.pk)
    student.set_password("another long password")
    student.save()
    client = client_for(student)
    stale.name = "New"
    stale.save(update_fields=["name"])
    assert is_in(client)


@pytest.mark.django_db(transaction=True)
def test_while_the_secret_key_is_replaced_another_name_ends_nothing(client: Client, settings, student: User):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60
    student.name = "Other"
    student.save()
    assert is_in(client)


def test_an_error_page_with_debug_does_not_show_the_id(
    client: Client, old: str, settings, monkeypatch: pytest.MonkeyPatch
):
    settings.DEBUG = True

    def broken(_: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(keeping, "end", broken)
    client.raise_request_exception = False
    page = client.post("/account/sign-out/")
    assert page.status_code == 500
    assert old not in page.content.decode()


# --- Planted where the list of devices looks


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("_session_expiry", b'"2024-01-01T00:00:00"'),
        ("_session_expiry", b"NaN"),
        ("_session_expiry", b"Infinity"),
        ("_session_expiry", b"0.5"),
        ("@", b"nan"),
        ("@", b"1700000000.5"),
        ("@", b"9" * 30),
        ("_auth_user_id", b'"99999999999999999999999"'),
        ("_auth_user_id", b'"1.5"'),
        ("@browser", b"\xff"),
    ],
)
def test_a_strange_value_is_no_error(
    field: str, value: bytes, client: Client, old: str, redis_server: redis.Redis
):
    key = keys.session(keys.digest_of(old))
    redis_server.hset(key, mapping={field: value, "@seen": 1, "@kept": 1})
    for path in ("/account/", "/account/devices/", "/account/sign-in/"):
        assert client.get(path).status_code in (200, 302)
    assert redis_server.ttl(key) != -1


def test_the_well_formed_id_of_somebody_else_opens_nothing(
    client: Client, old: str, admin_user: User, redis_server: redis.Redis
):
    redis_server.hset(keys.session(keys.digest_of(old)), "_auth_user_id", b'"%d"' % admin_user.pk)
    assert client.get("/admin/").status_code == 302
    assert not is_in(client)


@pytest.mark.parametrize("member", [b"\xff", b"x", b"", b"\x80\x04N."])
def test_a_strange_member_of_the_index_is_thrown_out(
    member: bytes, client: Client, student: User, redis_server: redis.Redis
):
    index = keys.sessions_of(str(student.pk))
    redis_server.zadd(index, {member: time.time() + 1000})
    assert client.get("/account/devices/").status_code == 200
    assert redis_server.zscore(index, member) is None


def test_another_type_of_index_is_in_nobodys_way(
    client_for: Callable[[User], Client], student: User, redis_server: redis.Redis
):
    first = client_for(student)
    redis_server.set(keys.sessions_of(str(student.pk)), "x", ex=1000)
    second = client_for(student)
    assert first.post("/account/sign-out/").status_code == 302
    assert [device.digest for device in devices.devices_of(student.pk)] == [keys.digest_of(key_of(second))]
    redis_server.set(keys.sessions_of(str(student.pk)), "x", ex=1000)
    assert second.post("/account/sign-out/").status_code == 302


def test_an_enormous_life_is_shown_as_the_longest_there_is(
    client: Client, old: str, redis_server: redis.Redis
):
    redis_server.pexpireat(keys.session(keys.digest_of(old)), 2**62)
    assert client.get("/account/devices/").status_code == 200


# --- Clocks of web servers


@pytest.mark.parametrize("jump_seconds", [20 * 86_400, -86_400])
def test_a_wrong_clock_neither_empties_the_list_nor_keeps_sessions_from_living_on(
    jump_seconds: int,
    client: Client,
    old: str,
    student: User,
    redis_server: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    settings,
):
    settings.SESSIONS = {"BACKUP": False}
    key, moment = keys.session(keys.digest_of(old)), time.time() + jump_seconds
    redis_server.expire(key, 100)
    redis_server.hincrby(key, "@seen", -3000)
    monkeypatch.setattr("sessions_ext.store.time.time", lambda: moment)
    assert is_in(client)
    assert redis_server.ttl(key) > 10_000
    assert len(devices.devices_of(student.pk)) == 1


@pytest.mark.parametrize(("seconds", "lives"), [(90.5, True), (0.5, True), (-0.5, False)])
def test_a_part_of_a_second(seconds: float, lives: bool, redis_server: redis.Redis):
    session = SessionStore()
    session.set_expiry(seconds)
    session.save()
    assert bool(redis_server.exists(keys.session(session.digest))) == lives
    assert redis_server.ttl(keys.session(session.digest)) != -1
