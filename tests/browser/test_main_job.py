"""The main job, as a professor and a student do it: a real PDF becomes a scenario, is played, and is graded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.case_studies import two_column_pdf

SignedIn = Callable[..., Page]
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".dev" / "screenshots"
PATIENCE = 60_000  # ms; a worker on a busy machine


def picture(page: Page, name: str, folder: Path = PICTURES) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def test_a_pdf_becomes_a_scenario_that_a_student_plays_and_is_graded_for(signed_in: SignedIn) -> None:
    professor = signed_in("professor@example.com", viewport={"width": 1280, "height": 860})
    upload(professor)
    title = publish(professor)
    student = signed_in("student@example.com", viewport={"width": 1280, "height": 860})
    play(student, title)
    read_grade(student)
    professor.goto("/progress/")
    row = professor.get_by_role("row", name=re.compile(f"Stina Student.*{re.escape(title)}"))
    expect(row).to_be_visible()


def upload(page: Page) -> None:
    page.get_by_role("link", name="New from a case").click()
    file = {"name": "marula.pdf", "mimeType": "application/pdf", "buffer": two_column_pdf()}
    page.get_by_label("Case study", exact=False).first.set_input_files(file)
    page.get_by_role("button", name="Upload and analyse").click()
    expect(page.get_by_role("heading", name="Your scenario is ready")).to_be_visible(timeout=PATIENCE)
    picture(page, "analysed")


def publish(page: Page) -> str:
    page.get_by_role("button", name="Check and edit the draft").click()
    expect(page.get_by_text("Kofi Asante-Boateng").first).to_be_attached()
    page.get_by_role("link", name="Publish").first.click()
    page.get_by_role("button", name="Publish", exact=True).first.click()
    expect(page.get_by_text("Published: students can play it now.")).to_be_visible()
    picture(page, "published")
    return page.get_by_role("heading", level=1).inner_text()


def play(page: Page, title: str) -> None:
    page.goto("/scenarios/")
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("button", name="Start").click()
    begin(page)
    expect(page.locator(".bubble.persona")).to_have_count(1, timeout=PATIENCE)
    say(page, "Where do the losses on the road come from, and what did the 4.6 per cent cost us?", answers=2)
    scenes = page.locator("[data-steps] li").count()
    for _ in range(scenes):
        submit_scene(page)
    expect(page.get_by_role("heading", name="The simulation is over")).to_be_visible()


def begin(page: Page) -> None:
    wait_for_script(page)
    page.get_by_role("button", name="Begin the scene").click()


def wait_for_script(page: Page) -> None:
    """Before the page's script runs, its forms work too, but by loading the page anew."""
    expect(page.get_by_role("button", name="Keys")).to_be_visible()


def say(page: Page, text: str, *, answers: int) -> None:
    wait_for_script(page)
    page.get_by_label("What you say").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.student").last).to_contain_text(text)
    expect(page.locator(".bubble.persona")).to_have_count(answers, timeout=PATIENCE)
    # The box is free again, or the scene is over: its goal was reached.
    expect(page.locator("#text:not([disabled])").or_(page.locator(".end-card a")).first).to_be_visible(
        timeout=PATIENCE
    )


def submit_scene(page: Page) -> None:
    page.get_by_role("link", name="Submit…").click()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Submit “")).click()


def read_grade(page: Page) -> None:
    page.get_by_role("button", name="See the results").first.click()
    expect(page.get_by_role("heading", name="What went well")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("blockquote").first).to_contain_text("losses on the road")
