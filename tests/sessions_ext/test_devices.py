"""Looking at the sessions of one person, ending them, and what ends them by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.db import transaction
from django.test import Client

from platform_app.models import Role, User
from sessions_ext import devices, keys
from sessions_ext.models import SavedSession
from tests.devices import FIREFOX, digest, is_in


@pytest.fixture(autouse=True)
def _committing(transactional_db: None) -> None:
    """What ends sessions does it at the commit."""


@pytest.fixture
def three(client_for: Callable[[User], Client], student: User) -> list[Client]:
    return [client_for(student) for _ in range(3)]


def signed_in(clients: list[Client]) -> list[bool]:
    return [is_in(client) for client in clients]


def test_all_sessions_of_a_user_are_listed_and_nobody_elses(
    three: list[Client], client_for: Callable[[User], Client], student: User, other_student: User
):
    other = client_for(other_student)
    assert {device.digest for device in devices.devices_of(student.pk)} == {*map(digest, three)}
    assert [device.digest for device in devices.devices_of(other_student.pk)] == [digest(other)]


def test_browser_and_network_are_those_of_the_sign_in(student: User):
    student.set_password("correct horse battery")
    student.save()
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")
    client.post("/account/sign-in/", {"email": student.email, "password": "correct horse battery"})
    (device,) = devices.devices_of(student.pk)
    assert (device.browser, device.address) == ("Firefox on Linux", "203.0.113.0")
    assert device.created_at <= device.seen_at < device.expires_at
    (copy,) = SavedSession.objects.all()
    assert (copy.browser, copy.address) == (device.browser, device.address)


def test_those_that_redis_has_lost_are_listed_from_the_database(
    three: list[Client], student: User, redis_server: redis.Redis
):
    redis_server.delete(keys.session(digest(three[0])), keys.sessions_of(str(student.pk)))
    assert len(devices.devices_of(student.pk)) == 3


def test_those_that_are_gone_leave_the_index(
    settings, three: list[Client], student: User, redis_server: redis.Redis
):
    settings.SESSIONS = {"BACKUP": False}
    redis_server.delete(keys.session(digest(three[0])))
    assert len(devices.devices_of(student.pk)) == 2
    assert redis_server.zcard(keys.sessions_of(str(student.pk))) == 2


def test_the_index_ends_with_the_last_session(student: User, three: list[Client], redis_server: redis.Redis):
    index = keys.sessions_of(str(student.pk))
    assert 0 < redis_server.ttl(index) <= 14 * 24 * 3600 + 1
    devices.end_sessions_of(student.pk)
    assert not redis_server.exists(index)


def test_one_is_ended(three: list[Client], student: User):
    assert devices.end_session(student.pk, digest(three[1]))
    assert signed_in(three) == [True, False, True]
    assert not devices.end_session(student.pk, digest(three[1]))


def test_somebody_elses_is_not_ended(three: list[Client], other_student: User):
    assert not devices.end_session(other_student.pk, digest(three[1]))
    assert signed_in(three) == [True, True, True]


@pytest.mark.parametrize("digest", ["", "x", "*", "0" * 40, "../", "\0", "a" * 10_000, "\ud800"])
def test_what_is_no_session_is_not_ended(digest: str, three: list[Client], student: User):
    assert not devices.end_session(student.pk, digest)


def test_all_but_one_are_ended(three: list[Client], student: User):
    assert devices.end_sessions_of(student.pk, keep=digest(three[2])) == 2
    assert signed_in(three) == [False, False, True]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "other"),
        ("role", Role.PROFESSOR),
        ("is_staff", True),
        ("is_superuser", True),
        ("is_active", False),
    ],
)
def test_a_user_who_is_saved_with_other_rights_ends_his_sessions_at_once(
    field: str, value: object, three: list[Client], student: User, redis_server: redis.Redis
):
    setattr(student, field, value)
    student.save()
    assert not redis_server.exists(*(keys.session(digest(client)) for client in three))
    assert not SavedSession.objects.exists()
    assert signed_in(three) == [False] * 3


@pytest.mark.parametrize(
    "change", [{"role": Role.PROFESSOR}, {"password": "other"}, {"is_staff": True}, {"is_active": False}]
)
def test_even_a_change_that_no_signal_tells_of_ends_them_with_their_next_request(
    change: dict[str, object], three: list[Client], student: User
):
    User.objects.filter(pk=student.pk).update(**change)
    assert signed_in(three) == [False] * 3


@pytest.mark.parametrize("change", [{"name": "Other"}, {"email": "other@example.org"}])
def test_another_name_ends_nothing(change: dict[str, str], three: list[Client], student: User):
    for field, value in change.items():
        setattr(student, field, value)
    student.save()
    assert signed_in(three) == [True] * 3


def test_a_change_that_is_rolled_back_ends_nothing(three: list[Client], student: User):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        student.is_active = False
        student.save()
        raise ZeroDivisionError
    assert signed_in(three) == [True] * 3


def test_a_deleted_user_leaves_no_session(
    three: list[Client], student: User, redis_server: redis.Redis, redis_key_prefix: str
):
    student.delete()
    assert not list(redis_server.scan_iter(match=f"{redis_key_prefix}session*"))
    assert not SavedSession.objects.exists()
    assert signed_in(three) == [False] * 3


def test_a_new_password_keeps_the_device_on_which_it_was_chosen(three: list[Client], student: User):
    student.set_password("correct horse battery")
    student.save()
    client = Client()
    other = Client()
    for each in (client, other):
        each.post("/account/sign-in/", {"email": student.email, "password": "correct horse battery"})
    old = digest(client)
    answer = client.post(
        "/account/password/",
        {"old_password": "correct horse battery", "new_password": "quite another one 77"},
    )
    assert answer.status_code == 302
    assert digest(client) != old
    assert signed_in([client, other]) == [True, False]
    assert [device.digest for device in devices.devices_of(student.pk)] == [digest(client)]
