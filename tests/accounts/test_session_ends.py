"""What ends sessions beside their owner, what races with an end, and what must never be seen of a session."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import redis
from django.contrib.sessions.backends.base import UpdateError
from django.db import connections
from django.test import Client
from pytest_django import Settings

from platform_app.models import Role, User
from sessions_ext.devices import devices_of
from sessions_ext.engine import SessionStore
from sessions_ext.models import SavedSession
from tests.devices import digest, is_in, key_of, signed_in
from tests.factories import PASSWORD

PAGE = "/account/devices/"
API = "/api/auth/sessions/"


@pytest.fixture(autouse=True)
def _committing(transactional_db: None) -> None:
    """What ends sessions does it at the commit."""


def disable(user: User) -> None:
    user.is_active = False
    user.save()


def promote(user: User) -> None:
    user.role = Role.PROFESSOR
    user.save()


def give_rights(user: User) -> None:
    user.is_superuser = user.is_staff = True
    user.save()


def delete(user: User) -> None:
    user.delete()


@pytest.mark.parametrize("change", [disable, promote, give_rights, delete])
@pytest.mark.parametrize("backup", [True, False])
def test_a_user_who_changes_is_out_everywhere_at_once(
    settings: Settings, student: User, other_student: User, change: Callable[[User], None], backup: bool
):
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": backup}
    clients, other, pk = [signed_in(student), signed_in(student)], signed_in(other_student), student.pk
    assert all(map(is_in, clients))
    change(student)
    assert devices_of(pk) == []
    assert not any(map(is_in, clients))
    assert is_in(other)


def test_a_new_password_ends_all_other_devices_and_not_this_one(
    laptop: Client, library: Client, student: User
):
    new = "quite another password"
    laptop.post("/account/password/", {"old_password": PASSWORD, "new_password": new})
    assert [is_in(laptop), is_in(library)] == [True, False]
    assert [session["current"] for session in laptop.get(API).json()] == [True]


def test_a_session_that_is_written_to_while_all_are_ended_stays_ended(
    laptop: Client, student: User, redis_server: redis.Redis, redis_key_prefix
):
    others = [signed_in(student) for _ in range(6)]
    writing = Barrier(len(others) + 1)

    def write_until_ended(client: Client) -> int:
        written = 0
        try:
            while True:
                session = SessionStore(key_of(client))
                session["count"] = written
                if session.session_key is None:
                    return written
                if written == 3:
                    writing.wait()
                session.save()
                written += 1
        except UpdateError:
            return written
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(others)) as crowd:
        counts = crowd.map(write_until_ended, others)
        writing.wait()
        laptop.post(f"{PAGE}end-others/")
        assert min(counts) >= 3
    assert not any(map(is_in, others))
    assert [device.digest for device in devices_of(student.pk)] == [digest(laptop)]
    assert SavedSession.objects.count() == 1
    assert len([*redis_server.scan_iter(f"{redis_key_prefix}session:*")]) == 1


def test_a_request_under_way_ends_with_its_session(
    laptop: Client, library: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """While its view works, the other device ends its session; what it then wants to save makes none of it."""
    real_save = SessionStore.save

    def end_others(user: User, name: str) -> None:
        laptop.post(f"{PAGE}end-others/")

    def save_more(session: SessionStore, **options: bool) -> None:
        session["late"] = True
        real_save(session, **options)

    settings.SESSION_SAVE_EVERY_REQUEST = True
    monkeypatch.setattr("platform_app.accounts.actions.rename", end_others)
    monkeypatch.setattr(SessionStore, "save", save_more)
    library.raise_request_exception = False
    assert library.post("/account/", {"name": "Late"}).status_code == 400
    monkeypatch.undo()
    settings.SESSION_SAVE_EVERY_REQUEST = False
    assert not SessionStore(key_of(library)).load()
    assert [is_in(laptop), is_in(library)] == [True, False]


def test_a_usable_id_is_on_no_page_in_no_answer_in_no_log_and_in_no_index(
    laptop: Client,
    library: Client,
    redis_server: redis.Redis,
    redis_key_prefix: str,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG)
    usable = {key_of(laptop), key_of(library)}
    seen = [laptop.get(path).text for path in ("/", "/account/", PAGE, API, "/api/me/")]
    seen += [laptop.post(f"{PAGE}end/", {"digest": key_of(library)}, follow=True).text]
    seen += [laptop.post(f"{PAGE}end/", {"digest": digest(library)}, follow=True).text]
    seen += [laptop.delete(f"{API}{'0' * 40}/").text, caplog.text]
    for key in redis_server.scan_iter(f"{redis_key_prefix}*"):
        seen.append(f"{key} {redis_server.dump(key)}")
    for copy in SavedSession.objects.values():
        seen.append(str(copy))
    for text in seen:
        assert not any(key in text for key in usable)
    assert is_in(laptop)


def test_what_stands_for_a_session_does_not_open_it(laptop: Client):
    thief = Client()
    thief.cookies["sessionid"] = digest(laptop)
    assert not is_in(thief)


def test_who_disables_his_own_account_is_out_where_he_did_it_too(admin_user: User):
    here = signed_in(admin_user)
    path = f"/admin/platform_app/user/{admin_user.pk}/change/"
    fields = {
        "email": admin_user.email,
        "name": admin_user.name,
        "role": admin_user.role,
        "is_superuser": "on",
    }
    assert here.post(path, fields).status_code == 302
    admin_user.refresh_from_db()
    assert not admin_user.is_active
    assert devices_of(admin_user.pk) == []
    User.objects.filter(pk=admin_user.pk).update(is_active=True)
    assert not is_in(here)
