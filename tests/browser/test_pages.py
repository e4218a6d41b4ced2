"""Every page, as each person sees it: fits a phone, has one heading, named controls and pictures that load; without a mouse,
without JavaScript. The pictures of the pages lie in .dev/screenshots afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_main_job import wait_for_script

NewPage = Callable[..., Page]
SignedIn = Callable[..., Page]
PICTURES = Path(__file__).resolve().parents[2] / ".dev" / "screenshots"

WIDE = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}
LOOKS = {"wide": WIDE, "phone": PHONE}

STRANGER = ["/", "/account/sign-in/", "/account/sign-up/", "/account/password/reset/"]
STUDENT = ["/", "/scenarios/", "/scenarios/1/", "/progress/", "/account/"]
PROFESSOR = [
    *STUDENT,
    "/documents/",
    *[
        f"/scenarios/1/edit/{section}"
        for section in ("", "personas/", "scenes/", "outcomes/", "rubric/", "publish/")
    ],
]

# Whatever one can type into or press has a name that a screen reader can say.
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
    .filter(e => e.offsetParent && !e.labels?.length && !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
        || e.textContent.trim() || e.title || (e.type === 'submit' && e.value) || e.querySelector('img[alt]:not([alt=""])')))
    .map(e => e.outerHTML.slice(0, 120))"""
BROKEN_PICTURES = "() => [...document.images].filter(i => i.complete && !i.naturalWidth && i.loading !== 'lazy').map(i => i.src)"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def inspect(page: Page, path: str, name: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=PICTURES / f"{name}-{path.strip('/').replace('/', '-') or 'home'}.png", full_page=True
    )
    assert page.locator("h1").count() == 1
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(BROKEN_PICTURES) == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_for_strangers(new_page: NewPage, look: str) -> None:
    page = new_page(**LOOKS[look])
    for path in STRANGER:
        inspect(page, path, f"stranger-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_students(signed_in: SignedIn, look: str) -> None:
    page = signed_in("student@example.com", **LOOKS[look])
    for path in STUDENT:
        inspect(page, path, f"student-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_professors(signed_in: SignedIn, look: str) -> None:
    page = signed_in("professor@example.com", **LOOKS[look])
    for path in PROFESSOR:
        inspect(page, path, f"professor-{look}")


@pytest.mark.parametrize("path", ["/admin/", "/api/docs/"])
def test_pages_of_others_keep_the_policy(signed_in: SignedIn, path: str) -> None:
    page = signed_in("admin@example.com", **WIDE)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")


def test_whoever_leaves_the_choice_to_the_system_in_the_admin_has_a_dark_platform_too(
    new_page: NewPage,
) -> None:
    page = new_page(**PHONE)
    page.goto("/account/sign-in/")
    page.evaluate("localStorage.setItem('theme', 'auto')")  # as the admin does on each visit
    page.reload()
    expect(page.locator("html")).to_have_css("background-color", "rgb(16, 20, 29)")


def test_the_chosen_theme_stays(new_page: NewPage) -> None:
    page = new_page(**WIDE)
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_scene_can_be_played_with_the_keyboard_alone(signed_in: SignedIn) -> None:
    page = signed_in("admin@example.com", **WIDE)
    page.goto("/scenarios/1/")
    page.get_by_role("button", name="Start").press("Enter")
    wait_for_script(page)
    page.get_by_role("button", name="Begin the scene").press("Enter")
    expect(page.locator(".bubble.persona")).to_have_count(1, timeout=60_000)
    expect(page.get_by_role("button", name="Send")).to_be_enabled(timeout=60_000)
    page.keyboard.press("/")
    page.keyboard.type("What worries you most?")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.persona")).to_have_count(2, timeout=60_000)


def test_a_scene_can_be_played_without_javascript(signed_in: SignedIn) -> None:
    page = signed_in("student2@example.com", java_script_enabled=False, **PHONE)
    page.goto("/scenarios/2/")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Begin the scene").click()
    page.get_by_label("What you say").fill("What is the offer, and what speaks against it?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble.persona")).to_have_count(2)
