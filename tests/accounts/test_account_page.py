import re
from collections.abc import Callable

import pytest
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from platform_app.accounts import actions
from platform_app.models import User

URL = "/account/"


@pytest.fixture
def visitor(client_for: Callable[[User], Client], student: User) -> Client:
    return client_for(student)


def shown_token(page: str) -> str:
    return re.search(r'value="([0-9a-f]{64})"', page)[1]


def test_it_shows_who_one_is(visitor: Client, student: User):
    page = visitor.get(URL).text
    assert student.email in page
    assert "Student</span>" in page


def test_the_name_can_be_changed_and_nothing_else(visitor: Client, student: User):
    visitor.post(URL, {"name": "New Name", "role": "admin", "email": "x@example.org", "is_staff": "on"})
    changed = User.objects.get(pk=student.pk)
    assert (changed.name, changed.role, changed.email, changed.is_staff) == (
        "New Name",
        "student",
        student.email,
        False,
    )


@pytest.mark.parametrize("name", ["", "  ", "N" * 121, "N\x00"])
def test_a_bad_name_is_refused(visitor: Client, student: User, name: str):
    assert visitor.post(URL, {"name": name}).status_code == 400
    student.refresh_from_db()
    assert student.name == "Stina Student"


def test_a_new_token_is_shown_once_and_works(visitor: Client, student: User):
    response = visitor.post("/account/tokens/")
    token = shown_token(response.text)
    assert "no-store" in response.headers["Cache-Control"]
    assert token not in visitor.get(URL).text
    me = APIClient().get("/api/me/", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == student.email


def test_a_token_is_stored_as_a_digest_only(visitor: Client):
    token = shown_token(visitor.post("/account/tokens/").text)
    stored = AuthToken.objects.get()
    assert token not in (stored.digest, stored.token_key)
    assert len(stored.token_key) <= 15


def test_tokens_are_listed_with_their_dates(visitor: Client, student: User):
    actions.issue_token(student)
    page = visitor.get(URL).text
    token = AuthToken.objects.get()
    assert f"{token.token_key[:6]}…" in page
    assert f"{token.expiry:%Y}" in page


def test_tokens_are_made_by_a_form_only(visitor: Client):
    assert visitor.get("/account/tokens/").status_code == 405
    assert not AuthToken.objects.exists()


def test_a_revoked_token_opens_nothing(visitor: Client, api_with_token, student: User):
    program, _ = api_with_token(student)
    visitor.post("/account/tokens/revoke/", {"digest": AuthToken.objects.get().digest})
    assert program.get("/api/me/").status_code == 401


@pytest.mark.parametrize("digest", ["", "x", "a" * 128])
def test_revoking_what_is_not_there_says_so(visitor: Client, digest: str):
    assert visitor.post("/account/tokens/revoke/", {"digest": digest}).status_code == 404


def test_nobody_revokes_the_token_of_another(visitor: Client, api_with_token, other_student: User):
    program, _ = api_with_token(other_student)
    response = visitor.post("/account/tokens/revoke/", {"digest": AuthToken.objects.get().digest})
    assert response.status_code == 404
    assert program.get("/api/me/").status_code == 200


def test_nobody_sees_the_tokens_of_another(visitor: Client, other_student: User):
    actions.issue_token(other_student)
    assert AuthToken.objects.get().digest not in visitor.get(URL).text
