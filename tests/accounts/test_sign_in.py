from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from platform_app.accounts import actions
from platform_app.models import User
from platform_app.throttling import Limit
from tests.factories import PASSWORD

URL = "/account/sign-in/"


def sign_in(visitor: Client, email: str, password: str = PASSWORD, **more: str):
    return visitor.post(URL, {"email": email, "password": password, **more})


def message(page: str) -> str:
    return page.split('role="alert">')[1].split("</div>")[0]


def test_the_right_password_signs_in(visitor: Client, student: User):
    assert sign_in(visitor, student.email).headers["Location"] == "/"
    assert visitor.get("/account/").status_code == 200


def test_the_address_may_be_typed_in_any_case(visitor: Client, student: User):
    assert sign_in(visitor, f" {student.email.upper()} ").status_code == 302


def test_strangers_are_sent_to_sign_in_and_back(visitor: Client, student: User):
    there = visitor.get("/account/").headers["Location"]
    assert there == "/account/sign-in/?next=/account/"
    page = visitor.get(there).text
    assert '<input type="hidden" name="next" value="/account/">' in page
    assert sign_in(visitor, student.email, next="/account/").headers["Location"] == "/account/"


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "javascript:alert(1)",
        " //evil.example",
        "http:///evil.example",
        "https:evil.example",
    ],
)
def test_nobody_is_sent_to_a_strange_site(visitor: Client, student: User, next_page: str):
    assert "evil" not in visitor.get(URL, {"next": next_page}).text
    assert sign_in(visitor, student.email, next=next_page).headers["Location"] == "/"


def test_who_is_signed_in_already_goes_on_at_once(client_for: Callable[[User], Client], student: User):
    visitor = client_for(student)
    assert visitor.get(URL, {"next": "/account/"}).headers["Location"] == "/account/"
    assert visitor.get(URL, {"next": "//evil.example"}).headers["Location"] == "/"


def test_unknown_address_wrong_password_and_disabled_account_look_the_same(visitor: Client, student: User):
    wrong = sign_in(visitor, student.email, "not the password")
    unknown = sign_in(visitor, "nobody@example.org", "not the password")
    student.is_active = False
    student.save()
    disabled = sign_in(visitor, student.email)
    assert wrong.status_code == unknown.status_code == disabled.status_code == 400
    assert message(wrong.text) == message(unknown.text) == message(disabled.text)
    assert "do not go together" in message(wrong.text)


def test_an_unknown_address_costs_as_much_hashing_as_a_wrong_password(visitor: Client, student: User):
    with patch.object(
        MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
    ) as hashing:
        sign_in(visitor, student.email, "not the password")
        for_wrong = hashing.call_count
        sign_in(visitor, "nobody@example.org", "not the password")
    assert for_wrong == hashing.call_count - for_wrong == 1


def test_a_refused_form_keeps_the_address_and_drops_the_password(visitor: Client, student: User):
    page = sign_in(visitor, student.email, "not the password").text
    assert student.email in page
    assert "not the password" not in page


def test_the_session_gets_a_new_id_at_sign_in(visitor: Client, student: User):
    session = visitor.session
    session["seen"] = "the start page"
    session.save()
    before = session.session_key
    visitor.cookies["sessionid"] = before
    sign_in(visitor, student.email)
    after = visitor.cookies["sessionid"].value
    assert after != before
    assert not visitor.session.exists(before)


def test_an_id_chosen_by_an_attacker_is_never_used(visitor: Client, student: User):
    visitor.cookies["sessionid"] = "a" * 32
    sign_in(visitor, student.email)
    assert visitor.cookies["sessionid"].value != "a" * 32


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(visitor: Client, student: User):
    cookie = sign_in(visitor, student.email).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert student.email not in cookie.OutputString()


def test_sign_out_ends_the_session_on_the_server(client_for: Callable[[User], Client], student: User):
    visitor = client_for(student)
    old = visitor.cookies["sessionid"].value
    assert visitor.post("/account/sign-out/").headers["Location"] == "/"
    visitor.cookies["sessionid"] = old
    assert visitor.get("/account/").status_code == 302


def test_a_link_cannot_sign_anybody_out(client_for: Callable[[User], Client], student: User):
    visitor = client_for(student)
    assert visitor.get("/account/sign-out/").status_code == 405
    assert visitor.get("/account/").status_code == 200


def test_a_disabled_user_is_out_at_once(client_for: Callable[[User], Client], student: User):
    visitor = client_for(student)
    User.objects.filter(pk=student.pk).update(is_active=False)
    assert visitor.get("/account/").status_code == 302


def test_forms_need_their_csrf_token(student: User):
    strict = Client(enforce_csrf_checks=True)
    response = sign_in(strict, student.email)
    assert response.status_code == 403
    assert "Reload the page" in response.text


LOOK_ALIKES = [
    ("bob@university.example", "bob@unıversity.example"),
    ("sam@school.example", "sam@ſchool.example"),
]


@pytest.mark.parametrize(("plain", "strange"), LOOK_ALIKES)
def test_two_people_whose_addresses_look_alike_both_get_in(
    visitor: Client, api: APIClient, plain: str, strange: str
):
    first = User.objects.create_user(plain, PASSWORD, name="First")
    form = {"email": strange, "name": "Second", "password": "battery horse staple 9", "role": "student"}
    assert visitor.post("/account/sign-up/", form).status_code == 302
    second = User.objects.exclude(pk=first.pk).get()
    for user, word in ((first, PASSWORD), (second, form["password"])):
        browser = Client()
        assert sign_in(browser, user.email, word).status_code == 302
        assert browser.session["_auth_user_id"] == str(user.pk)
        credentials = {"email": user.email, "password": word}
        assert api.post("/api/auth/token/", credentials, format="json").status_code == 200
    assert sign_in(Client(), strange).status_code == 400
    assert sign_in(Client(), plain, form["password"]).status_code == 400


@pytest.mark.parametrize("strange", ["ırıs", "iriſ", "ırıſ", "IRİS"])
def test_whose_password_is_tried_is_who_is_counted(
    db: None, monkeypatch: pytest.MonkeyPatch, strange: str, stopped_clock
):
    monkeypatch.setattr(actions, "SIGN_IN_AS_PERSON", Limit("few", attempts=1))
    User.objects.create_user("iris@example.org", PASSWORD, name="Iris")
    for number, email in enumerate([f"{strange}@example.org", "iris@example.org"]):
        answer = sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), email)
        assert answer.status_code == (302 if email == "iris@example.org" else 400)
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), " IRIS@example.org").status_code == 429


def test_ten_attempts_a_minute_for_one_person_from_one_address(visitor: Client, student: User, stopped_clock):
    for number in range(10):
        assert sign_in(visitor, student.email.upper(), f"guess {number}").status_code == 400
    response = sign_in(visitor, student.email)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Please wait 60 seconds" in response.text
    stopped_clock(60)
    assert sign_in(visitor, student.email).status_code == 302


def test_ten_failures_a_minute_from_one_address_whoever_is_tried(
    visitor: Client, student: User, stopped_clock
):
    for number in range(10):
        sign_in(visitor, f"guess{number}@example.org")
    assert sign_in(visitor, student.email).status_code == 429


def test_guesses_from_one_address_do_not_lock_the_owner_out_at_another(
    visitor: Client, student: User, stopped_clock
):
    for number in range(30):
        sign_in(visitor, student.email, f"guess {number}")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), student.email).status_code == 302


def test_a_hundred_guesses_a_minute_from_many_addresses_are_all(student: User, stopped_clock):
    def answer(number: int) -> int:
        guessing = Client(REMOTE_ADDR=f"203.0.113.{number}")
        return sign_in(guessing, student.email, f"guess {number}").status_code

    assert {answer(number) for number in range(100)} == {400}
    assert answer(100) == 429
    stopped_clock(60)
    assert answer(101) == 400


def test_ten_sign_ins_a_minute_for_one_person_from_one_address(student: User, stopped_clock):
    """Successes count here: each makes a session."""
    assert [sign_in(Client(), student.email).status_code for _ in range(11)] == [302] * 10 + [429]


@pytest.mark.django_db(transaction=True)
def test_of_32_guesses_at_once_ten_are_looked_at(student: User):
    def guess(number: int) -> int:
        program = APIClient(raise_request_exception=False)
        try:
            form = {"email": student.email, "password": f"guess {number}"}
            return program.post("/api/auth/token/", form, format="json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(32) as crowd:
        answers = Counter(crowd.map(guess, range(32)))
    assert answers == {401: 10, 429: 22}


def test_another_address_may_still_sign_in(visitor: Client, student: User, stopped_clock):
    for number in range(11):
        sign_in(visitor, f"guess{number}@example.org")
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert sign_in(elsewhere, student.email).status_code == 302


def test_a_forwarded_header_does_not_make_another_address(visitor: Client, student: User, stopped_clock):
    for number in range(10):
        data = {"email": f"guess{number}@example.org", "password": "x"}
        visitor.post(URL, data, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    data = {"email": student.email, "password": PASSWORD}
    assert visitor.post(URL, data, headers={"X-Forwarded-For": "203.0.113.99"}).status_code == 429


def test_a_whole_class_can_sign_in_from_one_address(db: None, stopped_clock):
    for number in range(30):
        user = User.objects.create_user(f"s{number}@example.org", PASSWORD, name="S")
        assert sign_in(Client(), user.email).status_code == 302


def test_who_is_refused_for_a_minute_finds_the_form_as_it_was(visitor: Client, student: User, stopped_clock):
    for number in range(10):
        sign_in(visitor, student.email, f"guess {number}")
    page = sign_in(visitor, student.email, next="/account/")
    assert page.status_code == 429
    assert "Please wait 60 seconds" in message(page.text)
    assert student.email in page.text
    assert '<input type="hidden" name="next" value="/account/">' in page.text
    assert PASSWORD not in page.text
