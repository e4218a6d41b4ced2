"""The copy in the database brings back what Redis has lost, and nothing that was ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_app.models import User
from sessions_ext import devices, keeping, keys, store
from sessions_ext.engine import SessionStore
from sessions_ext.models import SavedSession
from tests.devices import digest as digest_in
from tests.devices import is_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client_for: Callable[[User], Client], student: User) -> Client:
    return client_for(student)


@pytest.fixture
def digest(signed_in: Client) -> str:
    return digest_in(signed_in)


def rows() -> int:
    return SavedSession.objects.count()


def test_of_a_hundred_sessions_a_hundred_survive_the_loss_of_everything(
    client_for: Callable[[User], Client], lose_everything: Callable[[], None]
):
    people = [(client_for(user), user) for user in (UserFactory.create() for _ in range(100))]
    lose_everything()
    for client, user in people:
        assert is_in(client)
        assert client.session["_auth_user_id"] == str(user.pk)


def test_what_comes_back_is_what_was_there_with_its_beginning_and_its_device(
    signed_in: Client, digest: str, lose_everything: Callable[[], None], redis_server: redis.Redis
):
    redis_server.hset(keys.session(digest), mapping={"@browser": "Firefox", "@kept": "0"})
    session = SessionStore(signed_in.cookies["sessionid"].value)
    session["odd"] = {"deep": [2**70, "\ud800\0", None]}
    session.save()
    before = redis_server.hgetall(keys.session(digest))
    lose_everything()
    assert is_in(signed_in)
    after = redis_server.hgetall(keys.session(digest))
    changing = (b"@seen", b"@kept")
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_the_row_holds_no_usable_id(signed_in: Client, digest: str):
    (row,) = SavedSession.objects.values_list()
    assert signed_in.cookies["sessionid"].value not in repr(row)
    assert row[0] == digest


def test_who_signed_out_stays_out(signed_in: Client, lose_everything: Callable[[], None]):
    old = signed_in.cookies["sessionid"].value
    signed_in.post("/account/sign-out/")
    assert rows() == 0
    lose_everything()
    signed_in.cookies["sessionid"] = old
    assert not is_in(signed_in)


def test_who_was_ended_stays_out(
    signed_in: Client, digest: str, student: User, lose_everything: Callable[[], None]
):
    assert devices.end_session(student.pk, digest)
    lose_everything()
    assert not is_in(signed_in)


def test_who_was_ended_after_the_loss_stays_out(
    signed_in: Client, student: User, lose_everything: Callable[[], None]
):
    lose_everything()
    assert devices.end_sessions_of(student.pk) == 1
    assert not is_in(signed_in)


def test_the_old_id_stays_dead_after_rotation(signed_in: Client, lose_everything: Callable[[], None]):
    old = signed_in.cookies["sessionid"].value
    session = SessionStore(old)
    session.cycle_key()
    lose_everything()
    assert dict(SessionStore(old)) == {}
    assert SessionStore(session.session_key)["_auth_user_id"]
    assert rows() == 1


def test_without_the_setting_nothing_is_written_or_brought_back(
    settings, client_for: Callable[[User], Client], student: User, lose_everything: Callable[[], None]
):
    settings.SESSIONS = {"BACKUP": False}
    client = client_for(student)
    assert rows() == 0
    assert is_in(client)
    assert len(devices.devices_of(student.pk)) == 1
    lose_everything()
    assert not is_in(client)


def test_sessions_of_strangers_have_no_row_and_ask_for_none():
    with CaptureQueriesContext(connection) as asked:
        session = SessionStore()
        session["a"] = 1
        session.save()
        again = SessionStore(session.session_key)
        assert again["a"] == 1
        again["a"] = 2
        again.save()
    assert len(asked) == 0


def test_the_database_is_written_at_sign_in_and_then_every_few_minutes(
    signed_in: Client, digest: str, redis_server: redis.Redis, student: User
):
    assert rows() == 1

    def writes() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            session = SessionStore(signed_in.cookies["sessionid"].value)
            session["n"] = session.get("n", 0) + 1
            session.save()
        return [query["sql"] for query in asked]

    assert not any(writes() for _ in range(20))
    redis_server.hincrby(keys.session(digest), "@kept", -301)
    (update,) = writes()
    assert update.startswith("UPDATE")
    assert not any(writes() for _ in range(20))
    assert '"n": 21' in SavedSession.objects.get().fields


def test_a_late_copy_of_an_ended_session_is_not_written(
    signed_in: Client, digest: str, redis_server: redis.Redis
):
    redis_server.hincrby(keys.session(digest), "@kept", -301)
    late = SessionStore(signed_in.cookies["sessionid"].value)
    fields = late._session
    keeping.end(digest)
    keeping.keep(digest, late._own, fields, left=100, is_new=False)
    assert rows() == 0


def test_a_session_that_is_ended_while_its_sign_in_is_copied_stays_dead(
    digest: str, student: User, monkeypatch: pytest.MonkeyPatch
):
    session = SessionStore()
    session["_auth_user_id"] = str(student.pk)
    save_copy = keeping._save_copy

    def ended_before(of: str, *arguments: object, **more: object) -> None:
        keeping.end(of)
        save_copy(of, *arguments, **more)

    monkeypatch.setattr(keeping, "_save_copy", ended_before)
    session.save()
    assert not SavedSession.objects.filter(pk=session.digest).exists()
    assert not store.exists(session.digest)


def test_the_copy_follows_at_once_when_the_hash_of_the_password_changes(signed_in: Client):
    session = SessionStore(signed_in.cookies["sessionid"].value)
    session["_auth_user_hash"] = "new"
    session.save()
    assert '"_auth_user_hash": "new"' in SavedSession.objects.get().fields


def test_a_session_of_a_minute_lives_on_while_it_is_used(
    signed_in: Client, digest: str, redis_server: redis.Redis, student: User
):
    session = SessionStore(signed_in.cookies["sessionid"].value)
    session.set_expiry(60)
    session.save()
    for _ in range(5):
        for field in ("@seen", "@kept"):
            redis_server.hincrby(keys.session(digest), field, -31)
        redis_server.expire(keys.session(digest), 29)
        assert is_in(signed_in)
        assert redis_server.ttl(keys.session(digest)) > 55
    assert 50 < (SavedSession.objects.get().expires_at - timezone.now()).total_seconds() <= 60
    assert redis_server.zscore(keys.sessions_of(str(student.pk)), digest) > store.now() + 50


def test_a_session_that_is_ended_while_it_is_brought_back_stays_dead(
    signed_in: Client, digest: str, lose_everything: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    lose_everything()
    write = store.write

    def ended_after_the_copy_was_read(of: str, writing: store.Writing) -> int:
        monkeypatch.setattr(store, "write", write)
        keeping.end(of)
        return write(of, writing)

    monkeypatch.setattr(store, "write", ended_after_the_copy_was_read)
    assert not is_in(signed_in)
    assert not store.exists(digest)


@pytest.mark.django_db(transaction=True)
def test_one_that_others_bring_back_before_the_end_is_committed_dies_with_the_commit(
    signed_in: Client, digest: str, lose_everything: Callable[[], None]
):
    """On SQLite the writer keeps readers off for a moment only; WAL shows them the state before."""
    with transaction.atomic():
        keeping.end(digest)
        lose_everything()
        other = threading.Thread(target=_read_elsewhere, args=(signed_in.cookies["sessionid"].value,))
        other.start()
        other.join()
        assert store.exists(digest)
    assert not store.exists(digest)
    assert not is_in(signed_in)


def _read_elsewhere(session_key: str) -> None:
    try:
        assert dict(SessionStore(session_key))
    finally:
        connection.close()


def test_garbage_in_its_place_is_replaced_by_the_copy(
    signed_in: Client, digest: str, redis_server: redis.Redis
):
    redis_server.set(keys.session(digest), b"garbage", ex=60)
    assert is_in(signed_in)
    assert redis_server.type(keys.session(digest)) == b"hash"


@pytest.mark.django_db(transaction=True)
def test_many_that_find_it_lost_at_once_all_have_it(signed_in: Client, lose_everything: Callable[[], None]):
    lose_everything()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(_read_elsewhere, [signed_in.cookies["sessionid"].value] * 16))


def test_an_expired_copy_is_not_brought_back_and_cleaned_up(
    signed_in: Client, lose_everything: Callable[[], None]
):
    SavedSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    lose_everything()
    assert not is_in(signed_in)
    # Redis may have the session that much longer.
    assert keeping.forget_expired() == 0
    SavedSession.objects.update(expires_at=timezone.now() - timedelta(seconds=301))
    assert keeping.forget_expired() == 1
    assert rows() == 0


def test_a_session_that_expires_at_once_leaves_no_copy(signed_in: Client):
    session = SessionStore(signed_in.cookies["sessionid"].value)
    session.set_expiry(-1)
    session.save()
    assert rows() == 0


def test_a_sign_in_of_somebody_deleted_meanwhile_leaves_nothing(
    redis_server: redis.Redis, redis_key_prefix: str, student: User
):
    session = SessionStore()
    session["_auth_user_id"] = str(student.pk)
    student.delete()
    session.save()
    assert rows() == 0
    assert not list(redis_server.scan_iter(match=f"{redis_key_prefix}session*"))


def test_a_save_after_the_user_was_deleted_is_refused(signed_in: Client, student: User):
    late = SessionStore(signed_in.cookies["sessionid"].value)
    late["a"] = 1
    User.objects.get(pk=student.pk).delete()
    devices.end_sessions_of(student.pk)  # what the commit does
    with pytest.raises(UpdateError):
        late.save()
    assert rows() == 0


def test_above_the_limit_the_session_that_ends_first_makes_room(
    settings, client_for: Callable[[User], Client], student: User
):
    settings.SESSIONS = {"MAX_PER_USER": 3}
    clients = [client_for(student) for _ in range(2)]
    settings.SESSION_COOKIE_AGE *= 2
    clients += [client_for(student) for _ in range(2)]
    assert [is_in(client) for client in clients].count(True) == 3
    assert rows() == 3
    assert len(devices.devices_of(student.pk)) == 3
