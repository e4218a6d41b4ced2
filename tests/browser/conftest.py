"""The real platform for a real browser: uvicorn and the worker as processes of their own, demo data, Chromium.

Every page that a test opens is watched: an error in the console, a script or style that the Content-Security-Policy
refuses, or an answer of 500 fails the test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.browser.running import forget_attempts, running_platform

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
# A refusal is an answer that a test may ask for; the browser reports it in the console all the same.
EXPECTED_IN_CONSOLE = tuple(f"status of {code}" for code in (400, 403, 404, 409, 422, 429))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    assert chromium, "No Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM."
    return {"executable_path": chromium, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running platform with demo data."""
    with running_platform(tmp_path_factory.mktemp("platform")) as address:
        yield address


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, platform: str) -> Iterator[NewPage]:
    """`new_page(**context)`: a page in a browser context of its own, watched for errors."""
    complaints: list[str] = []
    contexts = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=platform, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note_console(complaints, message))
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("response", lambda response: _note_response(complaints, response))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _note_console(complaints: list[str], message: ConsoleMessage) -> None:
    expected = any(words in message.text for words in EXPECTED_IN_CONSOLE)
    if message.type == "error" and not expected:
        complaints.append(f"console: {message.text}")


def _note_response(complaints: list[str], response: Response) -> None:
    if response.status >= 500:
        complaints.append(f"{response.status}: {response.url}")


@pytest.fixture
def signed_in(new_page: NewPage, platform: str) -> Callable[..., Page]:
    """`signed_in("professor@example.com")`: a page of a demo user."""

    def sign_in(email: str, **options: object) -> Page:
        page = new_page(**options)
        forget_attempts(platform)
        page.goto("/account/sign-in/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill("demo-password")
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    return sign_in
