import re
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.test import AsyncClient, Client
from rest_framework.test import APIClient

from platform_app.models import User
from sessions_ext.devices import devices_of
from tests.accounts.mails import link_in
from tests.factories import PASSWORD

NEW = "a quite new password"
CHANGE = "/account/password/"
RESET = "/account/password/reset/"


def change(visitor: Client, old: str = PASSWORD, new: str = NEW):
    return visitor.post(CHANGE, {"old_password": old, "new_password": new})


def without_csrf(page: str) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "", page)


def test_the_old_password_opens_nothing_after_a_change(client_for: Callable[[User], Client], student: User):
    assert change(client_for(student)).headers["Location"] == "/account/"
    student.refresh_from_db()
    assert student.check_password(NEW)
    assert not student.check_password(PASSWORD)


def test_a_change_signs_out_everywhere_else(client_for: Callable[[User], Client], student: User):
    here, elsewhere = client_for(student), client_for(student)
    old_id = here.cookies["sessionid"].value
    change(here)
    assert here.get("/account/").status_code == 200
    assert here.cookies["sessionid"].value != old_id
    assert elsewhere.get("/account/").status_code == 302


def test_a_change_revokes_api_tokens(client_for: Callable[[User], Client], api_with_token, student: User):
    program, _ = api_with_token(student)
    change(client_for(student))
    assert program.get("/api/me/").status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", NEW, "old_password"),
        ("", NEW, "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "student@example.org", "new_password"),
    ],
)
def test_a_change_can_be_refused(
    client_for: Callable[[User], Client], student: User, old: str, new: str, field: str
):
    response = change(client_for(student), old, new)
    assert response.status_code == 400
    assert f'id="id_{field}_error"' in response.text
    student.refresh_from_db()
    assert student.check_password(PASSWORD)


def test_a_reset_mails_a_link_that_works_once(visitor: Client, student: User, mails: list[EmailMessage]):
    visitor.post(RESET, {"email": student.email.upper()})
    assert mails[0].to == [student.email]
    link = link_in(mails[0])
    form = visitor.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    assert default_token_generator.make_token(student) not in address  # nothing secret goes on in a Referer
    assert visitor.post(address, {"new_password": NEW}).headers["Location"] == "/account/sign-in/"
    student.refresh_from_db()
    assert student.check_password(NEW)
    assert "does not work any more" in Client().get(link, follow=True).text


def test_a_reset_ends_sessions_and_tokens(
    visitor: Client,
    client_for: Callable[[User], Client],
    api_with_token,
    student: User,
    mails: list[EmailMessage],
):
    thief, (program, _) = client_for(student), api_with_token(student)
    visitor.post(RESET, {"email": student.email})
    address = visitor.get(link_in(mails[0]), follow=True).redirect_chain[-1][0]
    visitor.post(address, {"new_password": NEW})
    assert thief.get("/account/").status_code == 302
    assert program.get("/api/me/").status_code == 401


def test_a_weak_new_password_is_refused(visitor: Client, student: User, mails: list[EmailMessage]):
    visitor.post(RESET, {"email": student.email})
    address = visitor.get(link_in(mails[0]), follow=True).redirect_chain[-1][0]
    response = visitor.post(address, {"new_password": "password"})
    assert "too common" in response.text
    student.refresh_from_db()
    assert student.check_password(PASSWORD)


def test_nobody_learns_from_a_reset_who_has_an_account(
    visitor: Client, student: User, mails: list[EmailMessage]
):
    known = visitor.post(RESET, {"email": student.email}, follow=True)
    unknown = visitor.post(RESET, {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert without_csrf(known.text) == without_csrf(unknown.text)
    assert len(mails) == 1


def test_a_disabled_account_gets_no_link(visitor: Client, student: User, mails: list[EmailMessage]):
    User.objects.filter(pk=student.pk).update(is_active=False)
    visitor.post(RESET, {"email": student.email})
    assert mails == []


@pytest.mark.parametrize("path", ["x/y/", "MQ/set-password/", "MQ/abc-def/", "////", "%00/%00/"])
def test_a_made_up_link_sets_nothing(visitor: Client, student: User, path: str):
    """The original let anybody set anybody's password without a secret."""
    response = visitor.post(RESET + path, {"new_password": NEW})
    assert response.status_code in (200, 404)
    student.refresh_from_db()
    assert student.check_password(PASSWORD)


def test_the_link_of_one_does_not_open_the_account_of_another(
    visitor: Client, student: User, other_student: User, mails: list[EmailMessage]
):
    visitor.post(RESET, {"email": student.email})
    token = link_in(mails[0]).split("/")[-2]
    visitor.post(RESET, {"email": other_student.email})
    other_id = link_in(mails[1]).split("/")[-3]
    assert "does not work any more" in visitor.get(f"{RESET}{other_id}/{token}/", follow=True).text


def test_mails_for_one_person_are_limited(
    visitor: Client, student: User, mails: list[EmailMessage], stopped_clock
):
    for _ in range(5):
        assert visitor.post(RESET, {"email": student.email}).status_code == 302
    response = visitor.post(RESET, {"email": student.email})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert "Please wait 15 minutes" in response.text
    assert len(mails) == 5


def test_resets_from_one_address_are_limited(visitor: Client, mails: list[EmailMessage], stopped_clock):
    for number in range(10):
        assert visitor.post(RESET, {"email": f"{number}@example.org"}).status_code == 302
    assert visitor.post(RESET, {"email": "next@example.org"}).status_code == 429


def test_the_api_knows_no_password_reset(api: APIClient):
    for path in ("/api/auth/reset/", "/api/auth/forgot-password/", "/api/auth/password/"):
        assert api.post(path, {"email": "student@example.org", "new_password": NEW}).status_code == 404


def test_the_present_password_cannot_be_guessed_at_an_open_screen(
    client_for: Callable[[User], Client], student: User, stopped_clock
):
    here = client_for(student)
    assert [change(here, old=f"guess {number}").status_code for number in range(10)] == [400] * 10
    assert change(here).status_code == 429
    stopped_clock(61)
    assert change(here).status_code == 302


def test_guesses_at_the_sign_in_do_not_keep_the_owner_from_a_new_password(
    visitor: Client, client_for: Callable[[User], Client], student: User, stopped_clock
):
    here = client_for(student)
    for number in range(10):
        visitor.post("/account/sign-in/", {"email": student.email, "password": f"guess {number}"})
    assert change(here).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_whoever_is_signed_in_may_follow_the_link_and_signs_in_anew(
    client_for: Callable[[User], Client], student: User, mails: list[EmailMessage]
):
    here = client_for(student)
    here.post(RESET, {"email": student.email})
    form = here.get(link_in(mails[0]), follow=True)
    answer = here.post(form.redirect_chain[-1][0], {"new_password": NEW}, follow=True)
    assert answer.redirect_chain == [("/account/sign-in/", 302)]
    assert "Please sign in with it." in answer.text
    assert here.get("/account/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_somebody_else_who_is_signed_in_there_stays_so(
    client_for: Callable[[User], Client], student: User, other_student: User, mails: list[EmailMessage]
):
    here = client_for(other_student)
    here.post(RESET, {"email": student.email})
    form = here.get(link_in(mails[0]), follow=True)
    assert here.post(form.redirect_chain[-1][0], {"new_password": NEW}).status_code == 302
    assert here.get("/account/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_change_keeps_this_browser_signed_in_as_the_real_server_answers_it(student: User):
    """Requests of ASGI hop between threads; what ends the other sessions must still know which one this is."""

    async def changed() -> tuple[int, int]:
        here = AsyncClient()
        await here.aforce_login(student)
        answer = await here.post(CHANGE, {"old_password": PASSWORD, "new_password": NEW})
        return answer.status_code, (await here.get("/account/")).status_code

    assert async_to_sync(changed)() == (302, 200)
    assert len(devices_of(student.pk)) == 1
