"""Everybody sees where he is signed in, and ends what he wants; nobody sees or ends a session of somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import redis
from django.test import Client, override_settings
from rest_framework.test import APIClient

from platform_app.models import User
from tests.devices import digest, is_in, signed_in

PAGE = "/account/devices/"
API = "/api/auth/sessions/"


@pytest.fixture(autouse=True)
def _committing(transactional_db: None) -> None:
    """What ends sessions does it at the commit."""


def rows(page: str) -> list[str]:
    """The text of each device, without its markup."""
    listed = re.search(r'<ul class="devices">(.*?)</ul>', page, re.DOTALL)[1]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in listed.split("<li>")[1:]]


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
