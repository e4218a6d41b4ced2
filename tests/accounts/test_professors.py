"""Who becomes a professor at once, who asks for it, and what an administrator answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from platform_app.accounts import professors
from platform_app.models import Role, User
from sessions_ext.devices import devices_of
from tests.accounts.at_provider import Visitor, knows
from tests.accounts.mails import link_in
from tests.devices import is_in, signed_in
from tests.factories import UserFactory

USERS = "/admin/platform_app/user/"
SIGN_UP = {
    "name": "Paul",
    "email": "paul@example.edu",
    "password": "correct horse battery",
    "role": "professor",
}


@pytest.fixture
def asking(db: None) -> User:
    return UserFactory.create(email="asks@example.org", professor_requested_at=timezone.now())


@pytest.mark.parametrize(
    ("listed", "email", "allowed"),
    [
        (["example.edu"], "paul@example.edu", True),
        (["Example.EDU "], "paul@example.edu", True),
        (["example.edu"], "paul@cs.example.edu", False),
        ([".example.edu"], "paul@cs.example.edu", True),
        ([".example.edu"], "paul@a.cs.example.edu", True),
        ([".example.edu"], "paul@example.edu", False),
        (["example.edu"], "paul@badexample.edu", False),
        ([".example.edu"], "paul@badexample.edu", False),
        (["example.edu"], "paul@example.edu.evil.org", False),
        (["example.edu"], "example.edu@evil.org", False),
        (["", " ", "."], "paul@example.edu", False),
        ([], "paul@example.edu", False),
    ],
)
def test_domains_are_listed_as_a_whole_or_with_their_subdomains(
    settings: Settings, listed: list[str], email: str, allowed: bool
):
    settings.PROFESSOR_DOMAINS = listed
    assert professors.is_listed(email) is allowed


def test_with_a_listed_address_one_is_a_professor_at_once(ann: Visitor, settings: Settings):
    settings.PROFESSOR_DOMAINS = ["example.org"]
    user = ann.signs_up("professor")
    assert (user.role, user.professor_requested_at) == (Role.PROFESSOR, None)


def test_with_another_one_asks_and_is_a_student_meanwhile(ann: Visitor):
    ann.signs_in()
    ann.finishes("professor")
    assert "An administrator looks at it" in ann.is_told
    user = User.objects.get()
    assert user.role == Role.STUDENT
    assert user.professor_requested_at is not None
    assert "An administrator looks at it" in ann.client.get("/account/").text


def test_students_ask_for_nothing(ann: Visitor, settings: Settings):
    settings.PROFESSOR_DOMAINS = ["example.org"]
    user = ann.signs_up("student")
    assert (user.role, user.professor_requested_at) == (Role.STUDENT, None)


def test_who_signs_up_with_a_password_chooses_freely_by_default(visitor: Client):
    visitor.post("/account/sign-up/", SIGN_UP)
    assert User.objects.get().role == Role.PROFESSOR


def test_where_approval_is_needed_a_password_makes_no_professor(visitor: Client, settings: Settings):
    settings.PROFESSORS_NEED_APPROVAL = True
    page = visitor.post("/account/sign-up/", SIGN_UP, follow=True).text
    user = User.objects.get()
    assert user.role == Role.STUDENT
    assert user.professor_requested_at is not None
    assert "An administrator looks at it" in page


def test_a_listed_address_that_was_only_typed_counts_when_it_is_proved(
    visitor: Client, settings: Settings, mails: list[EmailMessage]
):
    settings.PROFESSORS_NEED_APPROVAL = True
    settings.PROFESSOR_DOMAINS = ["example.edu"]
    page = visitor.post("/account/sign-up/", SIGN_UP, follow=True).text
    user = User.objects.get()
    assert user.role == Role.STUDENT
    assert "Set a password by a link in a mail once" in page
    assert "Set it by a link in a mail" in visitor.get("/account/").text
    visitor.post("/account/password/reset/", {"email": user.email})
    form = visitor.get(link_in(mails[0]), follow=True)
    visitor.post(form.redirect_chain[-1][0], {"new_password": "a quite new password"})
    user.refresh_from_db()
    assert (user.role, user.professor_requested_at) == (Role.PROFESSOR, None)


def decide(site: Client, action: str, *users: User):
    return site.post(USERS, {"action": action, "_selected_action": [user.pk for user in users]}, follow=True)


@pytest.mark.parametrize(
    ("action", "role", "words"),
    [
        ("approve_professors", Role.PROFESSOR, "you are a professor now"),
        ("decline_professors", Role.STUDENT, "did not"),
    ],
)
def test_an_administrator_decides_and_the_person_gets_a_mail(
    admin_user: User,
    client_for: Callable[[User], Client],
    asking: User,
    student: User,
    mailoutbox: list[EmailMessage],
    work_off_queue: Callable[[], None],
    action: str,
    role: str,
    words: str,
):
    site = client_for(admin_user)
    waiting = f"{USERS}?professor_request=waiting"
    assert "asks@example.org" in site.get(waiting).text
    assert "student@example.org" not in site.get(waiting).text
    decide(site, action, asking, student)
    assert "asks@example.org" not in site.get(waiting).text
    asking.refresh_from_db()
    student.refresh_from_db()
    assert (asking.role, asking.professor_requested_at) == (role, None)
    assert student.role == Role.STUDENT
    assert mailoutbox == []
    work_off_queue()
    assert [mail.to for mail in mailoutbox] == [["asks@example.org"]]
    assert words in str(mailoutbox[0].body)


def test_a_request_is_decided_once(asking: User, mails: list[EmailMessage]):
    assert professors.approve([asking], "http://testserver") == 1
    assert professors.decline([asking], "http://testserver") == 0
    assert len(mails) == 1


def test_who_may_not_change_users_decides_nothing(
    professor: User, client_for: Callable[[User], Client], asking: User
):
    decide(client_for(professor), "approve_professors", asking)
    asking.refresh_from_db()
    assert asking.role == Role.STUDENT


def test_a_role_given_by_hand_answers_the_request(
    admin_user: User, client_for: Callable[[User], Client], asking: User
):
    form = {"email": asking.email, "name": asking.name, "role": "professor", "is_active": "on"}
    assert client_for(admin_user).post(f"{USERS}{asking.pk}/change/", form).status_code == 302
    asking.refresh_from_db()
    assert (asking.role, asking.professor_requested_at) == (Role.PROFESSOR, None)


def test_an_address_that_an_administrator_changes_is_not_proved(
    admin_user: User, client_for: Callable[[User], Client], ann: Visitor
):
    user = ann.signs_up()
    form = {"email": "other@example.org", "name": user.name, "role": "student", "is_active": "on"}
    client_for(admin_user).post(f"{USERS}{user.pk}/change/", form)
    user.refresh_from_db()
    assert (user.email, user.email_verified_at) == ("other@example.org", None)


def test_a_professor_by_provider_can_be_found_by_the_provider_again(ann: Visitor, settings: Settings):
    settings.PROFESSOR_DOMAINS = [".example.edu"]
    knows(ann.provider, "paul@cs.example.edu", sub="paul")
    assert ann.signs_up("professor", "paul").is_professor
    again = Visitor(ann.provider)
    again.signs_in("paul")
    assert User.objects.get(pk=again.client.session["_auth_user_id"]).is_professor


@pytest.mark.django_db(transaction=True)
def test_an_approved_professor_has_to_sign_in_anew(admin_user: User, asking: User):
    client = signed_in(asking)
    professors.approve([asking], "http://testserver")
    assert devices_of(asking.pk) == []
    assert not is_in(client)
