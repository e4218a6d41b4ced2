"""Administrators see who is signed in where and end sessions; nobody else does, and nothing shown could open one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from platform_app.models import User
from sessions_ext.devices import devices_of
from sessions_ext.keys import digest_of
from sessions_ext.models import SavedSession
from tests.devices import digest, is_in, key_of, signed_in

LIST = "/admin/sessions_ext/savedsession/"
USERS = "/admin/platform_app/user/"
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _committing(transactional_db: None) -> None:
    """What ends sessions does it at the commit."""


def user_page(user: User) -> str:
    return f"{USERS}{user.pk}/change/"


@pytest.fixture
def site(admin_user: User) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def theirs(student: User) -> list[Client]:
    return [signed_in(student), signed_in(student)]


@pytest.fixture
def other(other_student: User) -> Client:
    return signed_in(other_student)


def act(site: Client, path: str, action: str, *chosen: object, **more: str) -> HttpResponse:
    return site.post(path, {"action": action, "_selected_action": [*chosen], **more}, follow=True)


# --- The list ----------------------------------------------------------------------------------------------------


def test_the_list_shows_who_is_signed_in_where(site: Client, theirs: list[Client], other: Client):
    page = site.get(LIST).text
    assert page.count("Stina Student") == 2
    assert page.count("Olaf Other") == 1
    for text in ("Firefox on Linux", "203.0.113.0", "Signed in", "Last seen", "Ends", "4 sessions"):
        assert text in page


@pytest.mark.parametrize("asked", ["olaf", "OTHER.Student@example.org"])
def test_people_are_found_by_name_and_address(site: Client, theirs: list[Client], other: Client, asked: str):
    page = site.get(LIST, {"q": asked}).text
    assert (page.count("Olaf Other"), page.count("Stina Student")) == (1, 0)


def test_the_list_asks_once_for_all_people(
    site: Client, theirs: list[Client], other: Client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(7):
        site.get(LIST)


def test_selected_sessions_are_ended_here_and_in_redis(site: Client, theirs: list[Client], other: Client):
    page = act(site, LIST, "end_selected", digest(theirs[0]), digest(other))
    assert "Ended 2 sessions." in page.text
    assert [is_in(client) for client in (*theirs, other)] == [False, True, False]
    assert SavedSession.objects.count() == 2


def test_what_has_ended_meanwhile_is_no_error(site: Client, theirs: list[Client], redis_server: redis.Redis):
    theirs[0].post("/account/sign-out/")
    assert act(site, LIST, "end_selected", digest_of("gone"), digest(theirs[1])).status_code == 200
    assert not is_in(theirs[1])


def test_to_delete_some_is_to_end_them(site: Client, theirs: list[Client]):
    act(site, LIST, "delete_selected", *map(digest, theirs), post="yes")
    assert not any(map(is_in, theirs))
    assert SavedSession.objects.count() == 1


def test_to_delete_one_is_to_end_it(site: Client, theirs: list[Client]):
    response = site.post(f"{LIST}{digest(theirs[0])}/delete/", {"post": "yes"})
    assert response.status_code == 302
    assert [is_in(client) for client in theirs] == [False, True]


def test_to_delete_one_that_has_expired_takes_it_off_the_list(site: Client, theirs: list[Client]):
    expired = [digest(client) for client in theirs]
    SavedSession.objects.filter(pk__in=expired).update(expires_at=timezone.now() - timedelta(days=1))
    site.post(f"{LIST}{expired[0]}/delete/", {"post": "yes"})
    assert [copy.pk for copy in SavedSession.objects.filter(pk__in=expired)] == [expired[1]]
    act(site, LIST, "end_selected", expired[1])
    assert SavedSession.objects.count() == 1


def test_nothing_is_made_or_changed_here(site: Client, theirs: list[Client]):
    assert site.get(f"{LIST}add/").status_code == 403
    path = f"{LIST}{digest(theirs[0])}/change/"
    assert site.get(path).status_code == 200
    assert site.post(path, {"user": 1, "browser": "x"}).status_code == 403


def test_without_copies_the_list_says_where_to_look(site: Client, settings: Settings):
    assert "SESSION_BACKUP" not in site.get(LIST).text
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": False}
    assert "SESSION_BACKUP is off" in site.get(LIST).text


# --- A user's page and the list of users -------------------------------------------------------------------------


@pytest.mark.parametrize("backup", [True, False])
def test_a_users_page_lists_his_sessions_and_ends_them_all(
    settings: Settings, admin_user: User, student: User, other_student: User, backup: bool
):
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": backup}
    site, clients, other = (
        signed_in(admin_user),
        [signed_in(student), signed_in(student)],
        signed_in(other_student),
    )
    page = site.get(user_page(student)).text
    assert page.count("Firefox on Linux") == 2
    assert 'value="End all sessions"' in page
    ended = site.post(f"{USERS}{student.pk}/end-sessions/", follow=True)
    assert ended.redirect_chain == [(user_page(student), 302)]
    assert "Ended 2 sessions." in ended.text
    assert "Not signed in anywhere." in ended.text
    assert not any(map(is_in, clients))
    assert devices_of(student.pk) == []
    assert is_in(other)


def test_who_ended_whose_sessions_is_on_record(
    site: Client, theirs: list[Client], student: User, admin_user: User
):
    site.post(f"{USERS}{student.pk}/end-sessions/")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(student.pk))
    assert entry.get_change_message() == "Ended 2 sessions."


def test_all_sessions_of_selected_users_are_ended(
    site: Client, theirs: list[Client], other: Client, student: User, other_student: User
):
    page = act(site, USERS, "end_all_sessions", student.pk, other_student.pk)
    assert "Ended 3 sessions." in page.text
    assert not any(map(is_in, [*theirs, other]))
    assert is_in(site)


def test_an_admin_who_ends_his_own_stays_where_he_is(site: Client, admin_user: User):
    elsewhere = signed_in(admin_user)
    assert 'value="End all sessions but this one"' in site.get(user_page(admin_user)).text
    assert "Ended 1 session." in act(site, USERS, "end_all_sessions", admin_user.pk).text
    assert [is_in(site), is_in(elsewhere)] == [True, False]


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999", "_00"])
def test_a_user_who_is_not_there_is_404(site: Client, pk: str):
    assert site.post(f"{USERS}{pk}/end-sessions/").status_code == 404


def test_a_link_ends_nothing(site: Client, theirs: list[Client], student: User):
    assert site.get(f"{USERS}{student.pk}/end-sessions/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = site.cookies
    assert strict.post(f"{USERS}{student.pk}/end-sessions/").status_code == 403
    assert all(map(is_in, theirs))


@pytest.mark.parametrize("change", [{"is_active": ""}, {"role": "professor"}, {"is_staff": "on"}])
def test_whom_an_admin_changes_is_out_at_once(
    site: Client, theirs: list[Client], student: User, change: dict
):
    form = {"email": student.email, "name": student.name, "role": "student", "is_active": "on", **change}
    assert (
        site.post(user_page(student), {name: value for name, value in form.items() if value}).status_code
        == 302
    )
    assert not any(map(is_in, theirs))
    assert devices_of(student.pk) == []


def test_whom_an_admin_renames_stays_signed_in(site: Client, theirs: list[Client], student: User):
    form = {"email": student.email, "name": "Another Name", "role": "student", "is_active": "on"}
    assert site.post(user_page(student), form).status_code == 302
    assert all(map(is_in, theirs))


def test_whom_an_admin_deletes_is_out_at_once(site: Client, theirs: list[Client], student: User):
    pk = student.pk
    assert site.post(f"{USERS}{pk}/delete/", {"post": "yes"}).status_code == 302
    assert not any(map(is_in, theirs))
    assert devices_of(pk) == []
    assert SavedSession.objects.count() == 1


# --- Who may, and what is never shown ----------------------------------------------------------------------------


@pytest.fixture
def staff(professor: User) -> Client:
    """Somebody with every right but that of an administrator."""
    professor.is_staff = True
    professor.save()
    professor.user_permissions.add(*Permission.objects.all())
    return signed_in(professor)


def test_staff_with_all_rights_sees_and_ends_no_sessions(staff: Client, theirs: list[Client], student: User):
    assert staff.get(LIST).status_code == 403
    assert staff.get(f"{LIST}{digest(theirs[0])}/change/").status_code == 403
    assert staff.post(f"{LIST}{digest(theirs[0])}/delete/", {"post": "yes"}).status_code == 403
    assert act(staff, LIST, "end_selected", digest(theirs[0])).status_code == 403
    assert staff.post(f"{USERS}{student.pk}/end-sessions/").status_code == 403
    act(staff, USERS, "end_all_sessions", student.pk)
    assert "Firefox" not in staff.get(user_page(student)).text
    assert "end_all_sessions" not in staff.get(USERS).text
    assert LIST not in staff.get("/admin/").text
    assert all(map(is_in, theirs))


def test_students_do_not_get_in(theirs: list[Client], other: Client, other_student: User):
    assert theirs[0].get(LIST, follow=True).status_code == 403
    theirs[0].post(f"{USERS}{other_student.pk}/end-sessions/", follow=True)
    assert is_in(other)


def test_a_usable_id_is_on_no_page_and_in_no_log(
    site: Client, theirs: list[Client], student: User, admin_user: User, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    usable = [key_of(client) for client in (site, *theirs)]
    paths = ["/admin/", LIST, f"{LIST}?q=stina", USERS, user_page(student), user_page(admin_user)]
    paths += [f"{LIST}{digest(theirs[0])}/{page}/" for page in ("change", "delete", "history")]
    paths += [f"{USERS}{student.pk}/{page}/" for page in ("delete", "history")]
    answers = [site.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    answers += [
        act(site, LIST, "delete_selected", *map(digest, theirs)),
        act(site, LIST, "end_selected", digest(theirs[0])),
        act(site, USERS, "end_all_sessions", student.pk),
    ]
    seen = [answer.text for answer in answers] + [caplog.text]
    seen += [str(entry) for entry in LogEntry.objects.values()] + [
        str(copy) for copy in SavedSession.objects.values()
    ]
    for text in seen:
        assert not any(key in text for key in usable)


def test_what_is_in_a_session_is_not_shown(site: Client, theirs: list[Client]):
    page = site.get(f"{LIST}{digest(theirs[0])}/change/").text
    assert "_auth_user" not in page
    assert "as one JSON object" not in page
