"""Everybody sees where he is signed in, and ends what he wants; nobody sees or ends a session of somebody else."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import redis
from django.contrib.sessions.backends.base import UpdateError
from django.db import connections
from django.test import Client, override_settings
from pytest_django import Settings
from rest_framework.test import APIClient

from platform_app.models import Role, User
from sessions_ext.devices import devices_of
from sessions_ext.engine import SessionStore
from sessions_ext.keys import digest_of
from sessions_ext.models import SavedSession
from tests.factories import PASSWORD

PAGE = "/account/devices/"
API = "/api/auth/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _committing(transactional_db: None) -> None:
    """What ends sessions does it at the commit."""


def signed_in(user: User, browser: str = FIREFOX, address: str = "203.0.113.77") -> Client:
    client = Client(headers={"user-agent": browser}, REMOTE_ADDR=address)
    client.post("/account/sign-in/", {"email": user.email, "password": PASSWORD})
    return client


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def digest(client: Client) -> str:
    return digest_of(key_of(client))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def rows(page: str) -> list[str]:
    """The text of each device, without its markup."""
    listed = re.search(r'<ul class="devices">(.*?)</ul>', page, re.DOTALL)[1]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in listed.split("<li>")[1:]]


@pytest.fixture
def laptop(student: User) -> Client:
    return signed_in(student)


@pytest.fixture
def library(student: User) -> Client:
    """A computer where the student forgot to sign out."""
    return signed_in(student, CHROME, "2001:db8:1:2::9")


# --- The page ----------------------------------------------------------------------------------------------------


def test_the_account_page_leads_there(laptop: Client):
    assert f'href="{PAGE}"' in laptop.get("/account/").text


def test_each_device_is_shown_with_browser_network_and_times_and_this_one_first(
    laptop: Client, library: Client
):
    library.get("/")  # was seen last
    page = laptop.get(PAGE)
    here, there = rows(page.text)
    assert here.startswith("Firefox on Linux This device From the network 203.0.113.0")
    assert there.startswith("Chrome on Windows From the network 2001:db8:1::")
    assert "In use now" in here
    assert "Last seen just now" in there
    assert "This device" not in there
    assert re.search(
        r'<time datetime="\d{4}-\d\d-\d\dT[^"]+" title="\d+ \w+ \d{4}, \d\d:\d\d UTC">just now', page.text
    )
    assert "no-store" in page.headers["Cache-Control"]
    assert page.text.count("203.0.113.") == 1


def test_times_are_said_as_people_say_them(
    laptop: Client, library: Client, redis_server: redis.Redis, redis_key_prefix
):
    key = f"{redis_key_prefix}session:{digest(library)}"
    redis_server.hset(key, "@", int(redis_server.hget(key, "@")) - 3 * 24 * 3600)
    redis_server.hset(key, "@seen", int(redis_server.hget(key, "@seen")) - 2 * 3600)
    _, there = rows(laptop.get(PAGE).text)
    assert "Last seen 2 hours ago · signed in 3 days ago" in there.replace("\xa0", " ").replace("&nbsp;", " ")


def test_a_browser_that_says_nothing_is_unknown_and_what_it_says_is_text(laptop: Client, student: User):
    signed_in(student, "", "")
    signed_in(student, "<script>alert(1)</script>/1.0")
    page = laptop.get(PAGE).text
    assert "Unknown browser" in page
    assert "Network unknown" in page
    assert "<script>alert" not in page


def test_one_device_is_ended_and_vanishes(laptop: Client, library: Client):
    page = laptop.post(f"{PAGE}end/", {"digest": digest(library)}, follow=True)
    assert page.redirect_chain == [(PAGE, 302)]
    assert "The device is signed out." in page.text
    assert len(rows(page.text)) == 1
    assert not is_in(library)
    assert is_in(laptop)


def test_to_end_this_device_is_to_sign_out(laptop: Client, library: Client):
    page = laptop.post(f"{PAGE}end/", {"digest": digest(laptop)}, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "You are signed out." in page.text
    assert not is_in(laptop)
    assert is_in(library)


@pytest.mark.parametrize("nonsense", ["", "x", "0" * 40, "\x00", "a" * 10_000, "*", "session:1"])
def test_what_is_gone_already_gets_a_kind_sentence(laptop: Client, nonsense: str):
    page = laptop.post(f"{PAGE}end/", {"digest": nonsense}, follow=True)
    assert "That device was signed out already." in page.text
    assert is_in(laptop)


def test_a_device_that_somebody_ended_meanwhile_is_no_error(laptop: Client, library: Client):
    stale = digest(library)
    library.post("/account/sign-out/")
    page = laptop.post(f"{PAGE}end/", {"digest": stale}, follow=True)
    assert (page.status_code, page.redirect_chain) == (200, [(PAGE, 302)])
    assert "That device was signed out already." in page.text


def test_all_others_are_ended_at_once(laptop: Client, library: Client, student: User):
    third = signed_in(student)
    page = laptop.post(f"{PAGE}end-others/", follow=True)
    assert "You are signed out on 2 other devices." in page.text
    assert "You are signed in nowhere else." in page.text
    assert [is_in(client) for client in (laptop, library, third)] == [True, False, False]
    again = laptop.post(f"{PAGE}end-others/", follow=True)
    assert "You are signed in nowhere else." in again.text


@pytest.mark.parametrize("path", ["end/", "end-others/"])
def test_ending_takes_a_form_with_its_token(laptop: Client, library: Client, path: str):
    assert laptop.get(PAGE + path).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = laptop.cookies
    assert strict.post(PAGE + path, {"digest": digest(library)}).status_code == 403
    assert is_in(library)


@pytest.mark.parametrize("path", ["", "end/", "end-others/"])
def test_strangers_are_sent_to_sign_in(db: None, path: str):
    response = Client().post(PAGE + path) if path else Client().get(PAGE)
    assert response.headers["Location"].startswith("/account/sign-in/")


def test_without_redis_nobody_is_told_that_all_is_well(laptop: Client):
    laptop.raise_request_exception = False
    with override_settings(REDIS_URL="redis://:s3cret@127.0.0.1:1/0"):
        answers = [laptop.get(PAGE), laptop.post(f"{PAGE}end-others/"), laptop.get(API), laptop.delete(API)]
    assert [answer.status_code for answer in answers] == [503] * 4


def test_sessions_that_redis_has_lost_can_be_ended_too(
    laptop: Client, library: Client, redis_server: redis.Redis, redis_key_prefix
):
    redis_server.delete(*redis_server.scan_iter(f"{redis_key_prefix}*"))
    assert len(rows(laptop.get(PAGE).text)) == 2
    laptop.post(f"{PAGE}end/", {"digest": digest(library)})
    assert not is_in(library)


# --- Others ------------------------------------------------------------------------------------------------------


@pytest.fixture
def stranger(other_student: User) -> Client:
    return signed_in(other_student)


def test_nobody_lists_or_ends_the_sessions_of_another_on_the_page(laptop: Client, stranger: Client):
    assert digest(laptop) not in stranger.get(PAGE).text
    page = stranger.post(f"{PAGE}end/", {"digest": digest(laptop)}, follow=True)
    assert "That device was signed out already." in page.text
    stranger.post(f"{PAGE}end-others/")
    assert is_in(laptop)


def test_nobody_lists_or_ends_the_sessions_of_another_through_the_api(laptop: Client, stranger: Client):
    assert digest(laptop) not in stranger.get(API).text
    response = stranger.delete(f"{API}{digest(laptop)}/")
    assert response.status_code == 404
    assert response.json() == stranger.delete(f"{API}{'0' * 40}/").json()
    assert stranger.delete(API).status_code == 204
    assert is_in(laptop)


def test_an_admin_sees_his_own_here_too(laptop: Client, admin_user: User):
    assert digest(laptop) not in signed_in(admin_user).get(PAGE).text


# --- The API -----------------------------------------------------------------------------------------------------


def test_the_api_lists_the_same(laptop: Client, library: Client):
    here, there = laptop.get(API).json()
    assert set(here) == {"digest", "browser", "address", "created_at", "seen_at", "expires_at", "current"}
    assert (here["digest"], here["current"]) == (digest(laptop), True)
    assert (there["digest"], there["current"]) == (digest(library), False)
    assert (here["browser"], here["address"]) == ("Firefox on Linux", "203.0.113.0")
    assert here["created_at"] <= here["seen_at"] < here["expires_at"]


def test_a_program_with_a_token_has_no_session_and_may_end_all(
    api_with_token: Callable[[User], tuple[APIClient, str]], student: User, laptop: Client, library: Client
):
    program, _ = api_with_token(student)
    assert [session["current"] for session in program.get(API).json()] == [False, False]
    assert program.delete(f"{API}{digest(laptop)}/").status_code == 204
    assert [is_in(laptop), is_in(library)] == [False, True]
    assert program.delete(API).status_code == 204
    assert not is_in(library)
    assert program.get(API).json() == []


def test_the_api_ends_all_but_the_session_that_asks(laptop: Client, library: Client):
    assert laptop.delete(API).status_code == 204
    assert [is_in(laptop), is_in(library)] == [True, False]


def test_the_api_ends_the_session_that_asks_if_it_is_told_to(laptop: Client):
    response = laptop.delete(f"{API}{digest(laptop)}/")
    assert response.status_code == 204
    assert response.cookies["sessionid"].value == ""
    assert laptop.get(API).status_code == 401


def test_the_api_says_404_for_what_has_ended(laptop: Client, library: Client):
    path = f"{API}{digest(library)}/"
    assert [laptop.delete(path).status_code for _ in range(2)] == [204, 404]
    assert laptop.delete(path).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "delete"])
def test_the_api_asks_who_is_there(db: None, method: str):
    assert getattr(APIClient(), method)(API).status_code == 401
    assert APIClient().delete(f"{API}{'0' * 40}/").status_code == 401


def test_the_api_demands_the_csrf_token_of_a_session(laptop: Client):
    strict = APIClient(enforce_csrf_checks=True)
    strict.cookies = laptop.cookies
    assert strict.delete(API).status_code == 403


# --- What ends sessions by itself --------------------------------------------------------------------------------


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
    assert len(rows(laptop.get(PAGE).text)) == 1


# --- Races, and what must never be seen --------------------------------------------------------------------------


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
    laptop: Client, library: Client, monkeypatch: pytest.MonkeyPatch
):
    """Its view changes the session after the other device has ended it."""

    def rename(user: User, name: str) -> None:
        laptop.post(f"{PAGE}end-others/")

    real_save = SessionStore.save
    monkeypatch.setattr("platform_app.accounts.actions.rename", rename)
    monkeypatch.setattr(
        SessionStore, "save", lambda store, **more: (store.update({"late": 1}), real_save(store, **more))
    )
    library.raise_request_exception = False
    library.post("/account/", {"name": "Late"})
    assert not is_in(library)
    assert not SessionStore(key_of(library)).load()


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
