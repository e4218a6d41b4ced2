"""Questions to begin with: by mouse, by keyboard, without JavaScript, and how they look."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_main_job import PATIENCE, begin, picture, submit_scene, wait_for_script

SignedIn = Callable[..., Page]
QUESTION = "How much of the capacity is used today?"


def start(page: Page) -> None:
    """The demo case from its beginning."""
    page.goto("/scenarios/")
    page.get_by_role("link", name=re.compile("Nordlys Bakery")).first.click()
    page.get_by_role("button", name=re.compile("^(Start|Go on playing)$")).click()


def end(page: Page) -> None:
    """So that the next test begins anew."""
    while page.get_by_role("link", name="Submit…").is_visible():
        submit_scene(page)


@pytest.mark.parametrize("size", [(1280, 860), (390, 844)], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_click_says_it_to_its_person_and_the_questions_go(
    signed_in: SignedIn, size: tuple[int, int], scheme: str
) -> None:
    width, height = size
    page = signed_in("student2@example.com", viewport={"width": width, "height": height}, color_scheme=scheme)
    start(page)
    wait_for_openings(page)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    picture(page, f"openings-{scheme}-{width}")
    expect(page.locator("html")).to_have_js_property("scrollWidth", width)
    page.get_by_role("button", name=QUESTION).click()
    said = page.locator(".bubble.student")
    expect(said).to_contain_text(QUESTION)
    expect(said).to_contain_text("to Tomasz Wójcik")
    expect(page.locator(".bubble.persona .speaker").first).to_have_text("Tomasz Wójcik", timeout=PATIENCE)
    expect(page.locator("[data-openings]")).to_be_hidden()
    expect(page.get_by_label("What you say")).to_be_focused(timeout=PATIENCE)
    picture(page, f"openings-said-{scheme}-{width}")
    page.reload()
    expect(page.locator("[data-openings]")).to_have_count(0)
    end(page)


def test_they_stay_after_the_greeting_and_work_with_the_keyboard(signed_in: SignedIn) -> None:
    page = signed_in("student2@example.com", viewport={"width": 1280, "height": 860})
    start(page)
    begin(page)
    expect(page.locator(".bubble.persona")).to_have_count(1, timeout=PATIENCE)
    expect(page.get_by_role("button", name="Send")).to_be_enabled(timeout=PATIENCE)
    question = page.get_by_role("button", name=QUESTION)
    expect(question).to_be_visible()
    picture(page, "openings-greeted")
    question.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.student").last).to_contain_text(QUESTION)
    expect(page.locator(".bubble.persona")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("[data-openings]")).to_be_hidden()
    expect(page.get_by_role("button", name="Send")).to_be_enabled(timeout=PATIENCE)
    end(page)


def test_without_javascript_a_button_says_it_too(signed_in: SignedIn) -> None:
    page = signed_in("student@example.com", java_script_enabled=False)
    start(page)
    page.get_by_role("button", name=QUESTION).click()
    expect(page.locator(".bubble.student").last).to_contain_text(QUESTION)
    expect(page.locator(".bubble.persona .speaker").first).to_have_text("Tomasz Wójcik")
    expect(page.locator("[data-openings]")).to_have_count(0)


def test_a_professor_writes_them_beside_the_people_of_a_scene(signed_in: SignedIn) -> None:
    page = signed_in("professor@example.com", viewport={"width": 1280, "height": 1100})
    page.goto("/scenarios/?mine=1")
    page.get_by_role("link", name=re.compile("St. Brigid")).first.click()
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_role("link", name="Scenes").first.click()
    page.locator(".part.scene summary").first.click()
    seats = page.locator(".part.scene").first.locator(".seat")
    expect(seats.locator("textarea:visible")).to_have_count(2)
    seats.get_by_label("Niamh Byrne", exact=True).check()
    typed = seats.get_by_label("Niamh Byrne: opening questions")
    typed.fill("What does a night cost?")
    page.locator(".part.scene").first.get_by_role("button", name="Save").click()
    expect(page.locator(".part.scene").first.get_by_text("✓ Saved")).to_be_visible()
    page.reload()
    expect(page.locator(".part.scene").first.get_by_label("Niamh Byrne: opening questions")).to_have_value(
        "What does a night cost?"
    )
    page.locator(".part.scene .turn-limit").first.scroll_into_view_if_needed()
    picture(page, "openings-editor")


def wait_for_openings(page: Page) -> None:
    if page.viewport_size and page.viewport_size["width"] < 600:
        expect(page.locator("[data-side]:not([open])")).to_be_attached()  # the script closes the drawer
    else:
        wait_for_script(page)
    expect(page.get_by_role("button", name=QUESTION)).to_be_visible()
