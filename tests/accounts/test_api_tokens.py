from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from knox.models import AuthToken
from rest_framework.test import APIClient

from platform_app.accounts import actions
from platform_app.models import User
from tests.factories import PASSWORD

URL = "/api/auth/token/"


def get_token(api: APIClient, email: str, password: str = PASSWORD):
    return api.post(URL, {"email": email, "password": password}, format="json")


def me(token: str):
    return APIClient().get("/api/me/", headers={"Authorization": token})


def test_credentials_buy_a_token_for_thirty_days(api: APIClient, student: User):
    response = get_token(api, student.email.upper())
    assert response.status_code == 200
    assert set(response.json()) == {"token", "expires"}
    lasts = parse_datetime(response.json()["expires"]) - timezone.now()
    assert timedelta(days=29) < lasts <= timedelta(days=30)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_token_says_who_one_is(api: APIClient, student: User):
    token = get_token(api, student.email).json()["token"]
    expected = {"id": student.pk, "email": student.email, "name": "Stina Student", "role": "student"}
    assert me(f"Bearer {token}").json() == expected
    assert me(f"bearer {token}").json() == expected


def test_a_session_says_it_too(client_for: Callable[[User], Client], professor: User):
    assert client_for(professor).get("/api/me/").json()["role"] == "professor"


def test_delete_revokes_the_token_used_and_no_other(api_with_token, student: User):
    first, _ = api_with_token(student)
    second, _ = api_with_token(student)
    assert first.delete(URL).status_code == 204
    assert first.get("/api/me/").status_code == 401
    assert first.delete(URL).status_code == 401
    assert second.get("/api/me/").status_code == 200


def test_a_session_has_no_token_to_revoke(client_for: Callable[[User], Client], student: User):
    assert client_for(student).delete(URL).status_code == 401


def test_wrong_credentials_look_the_same_whatever_is_wrong(api: APIClient, student: User):
    wrong = get_token(api, student.email, "wrong")
    unknown = get_token(api, "nobody@example.org", "wrong")
    User.objects.filter(pk=student.pk).update(is_active=False)
    disabled = get_token(api, student.email)
    assert wrong.status_code == 401
    assert wrong.headers["WWW-Authenticate"] == "Bearer"
    assert wrong.json() == unknown.json() == disabled.json()


def web_token(key: str = "", **claims: object) -> str:
    """A JWT that would open many a door: unsigned without a key."""
    return jwt.encode({"sub": "1", "user_id": 1, **claims}, key, algorithm="HS256" if key else "none")


@pytest.mark.parametrize(
    "token",
    [
        web_token(),
        web_token(settings.SECRET_KEY),
        web_token(settings.SECRET_KEY, exp=1),
        web_token(settings.SECRET_KEY, exp=2**40, aud="somebody else"),
        web_token("k" * 32, iss="https://accounts.google.com"),
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJub25lIn0..",
        "..",
        "a.b.c",
        web_token("k" * 32, padding="x" * 50_000),
    ],
    ids=[
        "unsigned",
        "our key",
        "expired",
        "other audience",
        "other issuer",
        "empty",
        "bare",
        "dots",
        "abc",
        "long",
    ],
)
def test_a_web_token_is_no_token_however_it_is_signed(student: User, token: str):
    response = me(f"Bearer {token}")
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer " + "0" * 64,
        "Bearer \xff\xfe",
        "Bearer caf\u00e9",
        "Bearer " + "x" * 5000,
        "Token " + "0" * 64,
        "Basic c3R1ZGVudDpwYXNz",
    ],
)
def test_a_missing_or_bad_token_is_401_with_a_hint_how_to_authenticate(db: None, header: str | None):
    headers = {} if header is None else {"Authorization": header}
    response = APIClient().get("/api/me/", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/problem+json"


def test_an_expired_token_is_refused_but_does_not_keep_one_from_a_new_one(api_with_token, student: User):
    program, _ = api_with_token(student)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert program.get("/api/me/").status_code == 401
    assert get_token(program, student.email).status_code == 200
    assert AuthToken.objects.count() == 1  # the expired one is gone


def test_a_disabled_user_is_out_with_all_tokens(api_with_token, student: User):
    program, _ = api_with_token(student)
    User.objects.filter(pk=student.pk).update(is_active=False)
    assert program.get("/api/me/").status_code == 401


def test_the_stored_digest_is_no_token(api_with_token, student: User):
    api_with_token(student)
    assert me(f"Bearer {AuthToken.objects.get().digest}").status_code == 401


def test_a_token_in_the_address_is_no_token(api_with_token, student: User):
    """The original handed tokens over in redirect addresses, where logs and histories keep them."""
    _, token = api_with_token(student)
    assert APIClient().get("/api/me/", {"token": token, "access_token": token}).status_code == 401


def test_signing_in_on_the_page_puts_no_token_into_an_address(student: User):
    response = Client().post("/account/sign-in/", {"email": student.email, "password": PASSWORD})
    assert response.headers["Location"] == "/"
    assert not AuthToken.objects.exists()


def test_a_script_that_signs_in_each_time_keeps_the_twenty_latest_tokens(student: User):
    secrets = [actions.issue_token(student).secret for _ in range(21)]
    assert AuthToken.objects.count() == 20
    assert me(f"Bearer {secrets[0]}").status_code == 401
    assert me(f"Bearer {secrets[1]}").status_code == 200


@pytest.mark.parametrize(
    ("body", "attrs"),
    [
        ({}, {"email", "password"}),
        ({"email": "student@example.org"}, {"password"}),
        ({"email": "no address", "password": "x"}, {"email"}),
        ({"email": ["a@example.org"], "password": {"a": 1}}, {"email", "password"}),
        ({"email": "a@example.org\x00", "password": "a\x00"}, {"email", "password"}),
        ({"email": "a@example.org", "password": "x" * 201}, {"password"}),
        ([], {"non_field_errors"}),
        ("text", {"non_field_errors"}),
    ],
)
def test_bad_input_names_the_fields(api: APIClient, body: object, attrs: set[str]):
    response = api.post(URL, body, format="json")
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == attrs


def test_ten_attempts_a_minute_for_one_person(api: APIClient, student: User, stopped_clock):
    for number in range(10):
        assert get_token(api, student.email, f"guess {number}").status_code == 401
    response = get_token(api, student.email.upper())
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert response.json()["title"] == "Too many attempts"


def test_ten_failures_a_minute_from_one_address(api: APIClient, student: User, stopped_clock):
    for number in range(10):
        get_token(api, f"guess{number}@example.org")
    assert get_token(api, student.email).status_code == 429


def test_pages_and_api_count_together(api: APIClient, student: User, stopped_clock):
    visitor = Client()
    for number in range(5):
        get_token(api, student.email, f"guess {number}")
        visitor.post("/account/sign-in/", {"email": student.email, "password": "guess"})
    assert get_token(api, student.email).status_code == 429


def test_roles_are_three_and_every_door_knows_the_same(student: User, professor: User, admin_user: User):
    """The original took "teacher" at one door and refused it at another."""
    for user in (student, professor, admin_user):
        assert [user.is_student, user.is_professor, user.is_admin].count(True) == 1
    stray = User(email="t@example.org", name="T", role="teacher", password="x")
    with pytest.raises(Exception, match="not a valid choice"):
        stray.full_clean()
    assert not any((stray.is_student, stray.is_professor, stray.is_admin))
