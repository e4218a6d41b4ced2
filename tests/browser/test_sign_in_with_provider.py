"""Signing up, signing in and connecting with an OpenID provider, as a person with a browser does it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import running_platform
from tests.browser.test_main_job import picture
from tests.browser.test_pages import LOOKS, OVERFLOW, inspect
from tests.loopback_openid import LoopbackOpenID, Person

NewPage = Callable[..., Page]
SIGN_IN = "/account/sign-in/"
PASSWORD = "a quite new password"
MAIL_SECONDS = 20


@pytest.fixture(scope="module")
def provider() -> Iterator[LoopbackOpenID]:
    with LoopbackOpenID() as server:
        yield server


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, provider: LoopbackOpenID, mails: Path
) -> Iterator[str]:
    """Like the one for other tests, with a provider and mails that lie in a folder."""
    settings = {
        "OIDC_ENDPOINT": provider.issuer,
        "OIDC_CLIENT_ID": provider.client_id,
        "OIDC_CLIENT_SECRET": provider.client_secret,
        "OIDC_NAME": "Campus login",
        "PROFESSOR_DOMAINS": "university.example",
        "EMAIL_URL": f"filemail:///{mails}",
    }
    with running_platform(tmp_path_factory.mktemp("platform"), **settings) as address:
        yield address


@pytest.fixture
def person(provider: LoopbackOpenID) -> Callable[..., Person]:
    """`person("ann", "ann@example.org")`: the only one at the provider, so that its page has one button for her."""

    def known(sub: str, email: str, **more: object) -> Person:
        provider.people.clear()
        provider.people[sub] = Person(sub, email, name=sub.capitalize(), **more)
        return provider.people[sub]

    return known


def to_provider(page: Page, button: str = "Continue with Campus login", path: str = SIGN_IN) -> None:
    page.goto(path)
    page.get_by_role("button", name=button).click()
    page.get_by_role("heading", name="Loopback provider").wait_for()


def agree(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Continue as")).click()


def sign_up(page: Page, role: str) -> None:
    to_provider(page, path="/account/sign-up/")
    agree(page)
    expect(page.get_by_role("heading", name="Nearly done")).to_be_visible()
    page.get_by_role("radio", name=re.compile(f"^{role}")).check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def link_in_mail(mails: Path, to: str, path: str) -> str:
    """The link of this kind in the newest mail to this address; the worker may be a moment away."""
    deadline = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < deadline:
        for file in sorted(mails.iterdir(), key=lambda mail: mail.stat().st_mtime, reverse=True):
            text = file.read_text(encoding="utf-8")
            found = re.search(rf"http://\S+{path}\S+", text)
            if f"To: {to}" in text and found:
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to} has a link to {path}")


def test_a_professor_of_a_listed_university_signs_up(
    new_page: NewPage, person: Callable[..., Person]
) -> None:
    person("paula", "Paula@University.example")
    page = new_page()
    sign_up(page, "Professor")
    expect(page.get_by_text("Welcome, Paula. Your account is ready.")).to_be_visible()
    expect(page.get_by_role("link", name="New from a case").first).to_be_visible()
    sign_out(page)
    to_provider(page)
    agree(page)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_another_professor_waits_for_an_administrator(
    new_page: NewPage, person: Callable[..., Person]
) -> None:
    person("peter", "peter@elsewhere.example")
    page = new_page()
    sign_up(page, "Professor")
    expect(page.get_by_text("You asked to be a professor.")).to_be_visible()
    expect(page.get_by_role("link", name="New from a case")).to_have_count(0)


def test_a_student_signs_up_without_javascript_and_lands_where_she_wanted(
    new_page: NewPage, person: Callable[..., Person]
) -> None:
    person("stella", "stella@example.org")
    page = new_page(java_script_enabled=False)
    page.goto("/progress/")
    to_provider(page, path=page.url)
    agree(page)
    page.get_by_role("radio", name=re.compile("^Student")).check()
    page.get_by_label("Name").fill("Stella of the North")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("link", name="Stella of the North")).to_be_visible()
    expect(page).to_have_url(re.compile("/progress/$"))


def test_who_cancels_reads_so_and_tries_again(new_page: NewPage, person: Callable[..., Person]) -> None:
    person("carla", "carla@example.org")
    page = new_page()
    to_provider(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_have_text(
        "You cancelled the sign-in at Campus login. Nothing was changed."
    )
    expect(page).to_have_url(re.compile(f"{SIGN_IN}$"))
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"csrftoken", "oauth", "messages"}
    sign_up(page, "Student")


def test_the_address_of_a_callback_is_worth_nothing_afterwards(
    new_page: NewPage, person: Callable[..., Person]
) -> None:
    person("rita", "rita@example.org")
    page = new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    sign_up(page, "Student")
    (callback,) = [url for url in seen if "/done/?" in url]
    fresh = new_page()
    fresh.goto(callback)
    expect(fresh.get_by_role("status")).to_contain_text("used before, or began in another browser")
    expect(fresh.get_by_role("button", name="Sign out")).to_have_count(0)
    fresh.goto("/account/")
    expect(fresh).to_have_url(re.compile(SIGN_IN))
    page.goto(callback)
    expect(page.get_by_role("status")).to_contain_text("used before, or began in another browser")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_provider_is_connected_and_disconnected_on_the_account_page(
    new_page: NewPage, person: Callable[..., Person]
) -> None:
    person("dora", "dora@example.org")
    page = new_page()
    page.goto(SIGN_IN)
    page.get_by_label("E-mail").fill("student@example.com")
    page.get_by_label("Password").fill("demo-password")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("/account/")
    page.get_by_label("Your password here").fill("demo-password")
    page.get_by_role("button", name="Connect Campus login").click()
    page.get_by_role("heading", name="Loopback provider").wait_for()
    agree(page)
    expect(page.get_by_role("status")).to_have_text("Campus login is connected with your account.")
    expect(page).to_have_url(re.compile("/account/$"))
    expect(page.get_by_text("dora@example.org")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Disconnect Campus login")).click()
    expect(page.get_by_role("status")).to_have_text("Campus login is not connected any more.")
    expect(page.get_by_role("button", name="Connect Campus login")).to_be_visible()


def test_an_account_with_the_address_is_connected_with_its_password(
    new_page: NewPage, person: Callable[..., Person], mails: Path
) -> None:
    person("lena", "lena@example.org")
    page = new_page()
    sign_up(page, "Student")
    page.goto("/account/")
    page.get_by_role("button", name=re.compile("^Disconnect")).click()
    expect(page.get_by_role("status")).to_contain_text("This is the only way into your account.")
    page.get_by_role("button", name="Mail me the link").click()
    page.goto(link_in_mail(mails, "lena@example.org", "/account/password/reset/"))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    person("lena at her new university", "lena@example.org")
    to_provider(page)
    agree(page)
    expect(page.get_by_role("heading", name="You have an account already")).to_be_visible()
    picture(page, "provider-link-with-password")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Connect and sign in").click()
    expect(page.get_by_role("alert")).to_have_text("This is not the password of your account here.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Connect and sign in").click()
    expect(page.get_by_role("status")).to_have_text("Campus login is connected with your account.")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_an_account_whose_address_nobody_has_proved_is_connected_by_mail(
    new_page: NewPage, person: Callable[..., Person], mails: Path
) -> None:
    person("sam", "student2@example.com")
    page = new_page()
    to_provider(page)
    agree(page)
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(link_in_mail(mails, "student2@example.com", "/account/link/confirm/"))
    expect(page.get_by_text("This also removes the account's old password")).to_be_visible()
    page.get_by_role("button", name="Yes, connect Campus login").click()
    expect(page.get_by_role("status")).to_contain_text("You can sign in with it now.")
    to_provider(page)
    agree(page)
    expect(page.get_by_role("link", name="Sam Student")).to_be_visible()


def test_a_form_of_ours_may_lead_nowhere_else(
    browser: Browser, platform: str, provider: LoopbackOpenID
) -> None:
    """Why the button leads to a page that goes on by itself: a redirect after a form would be held up like this."""
    page = browser.new_page(base_url=platform)
    page.goto(SIGN_IN)
    held_up = page.evaluate(
        """address => new Promise(resolve => {
            addEventListener("securitypolicyviolation", violation => resolve(violation.effectiveDirective));
            const form = document.body.appendChild(document.createElement("form"));
            form.action = address;
            form.submit();
        })""",
        provider.issuer,
    )
    assert held_up == "form-action"
    assert page.url.endswith(SIGN_IN)
    page.close()


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_look_right(
    new_page: NewPage, person: Callable[..., Person], mails: Path, look: str
) -> None:
    page = new_page(**LOOKS[look])
    name = f"provider-{look}"
    for path in (SIGN_IN, "/account/sign-up/"):
        inspect(page, path, name)
    person(f"new-{look}", f"somebody-with-a-long-name-{look}@a-long-department-name.example")
    to_provider(page)
    agree(page)
    page.get_by_role("heading", name="Nearly done").wait_for()
    inspect(page, "/account/finish/", name)
    page.get_by_role("radio", name=re.compile("^Professor")).check()
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Sign out").wait_for()
    inspect(page, "/account/", name)
    sign_out(page)
    person("known", "professor@example.com")
    to_provider(page)
    agree(page)
    page.get_by_role("heading", name="You have an account already").wait_for()
    inspect(page, "/account/link/", name)
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()
    picture(page, f"{name}-sent")
    page.goto(link_in_mail(mails, "professor@example.com", "/account/link/confirm/"))
    picture(page, f"{name}-confirm")
    assert page.evaluate(OVERFLOW) <= 0
