"""The demo case, played as a thoughtful student would; the README shows its pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_main_job import PATIENCE, PICTURES, ROOT, begin, picture, say, submit_scene

# `UPDATE_SCREENSHOTS=1 make test-browser` renews the pictures of the README.
README_PICTURES = ROOT / "docs" if os.environ.get("UPDATE_SCREENSHOTS") else PICTURES

SCENES = [
    [
        "@Tomasz How full is the bakery today, and what would a tunnel oven change for your bakers and for the bread?",
        "@Astrid If customers buy because bread is baked by hand, how much of that would survive a second bakery? "
        "I ask because 71 per cent said so, and because six of the bakers retire soon.",
    ],
    [
        "@Leila What exactly does Fjordmart ask for: how many loaves, at which price, and when may they leave?",
        "@Erik With 9 million in cash and 21 million to build, how close do we come to the covenant of 2.5 million?",
    ],
    [
        "I recommend a counter-offer instead of signing as it stands: first a deposit of 4 million kroner, because cash "
        "would otherwise fall to 3 million and one bad winter breaks the covenant of 2.5 million. Second, we start with "
        "half of the 12,000 loaves for one year as a pilot. The risk is that Fjordmart goes to the rival; however, a "
        "contract that they may leave after twelve months is no safety either. If late loaves stay under 3 per cent, we "
        "build next spring.",
    ],
]


def test_the_demo_can_be_played_to_a_good_grade(signed_in: Callable[..., Page]) -> None:
    page = signed_in("student2@example.com", viewport={"width": 1280, "height": 860})
    page.goto("/scenarios/")
    page.get_by_role("link", name=re.compile("Nordlys Bakery")).first.click()
    page.get_by_role("button", name=re.compile("^(Start|Go on playing)$")).click()
    for number, messages in enumerate(SCENES, start=1):
        play_scene(page, number, messages)
    page.get_by_role("button", name="See the results").first.click()
    expect(page.get_by_role("heading", name="What went well")).to_be_visible(timeout=PATIENCE)
    score = int(page.locator(".result-head .score").inner_text().split("/")[0])
    assert score >= 40
    picture(page, "results", README_PICTURES)


def play_scene(page: Page, number: int, messages: list[str]) -> None:
    """The scene may end by itself, when its goal is reached."""
    expect(page.locator("[data-steps] li").nth(number - 1)).to_have_attribute("aria-current", "step")
    said = page.locator(".bubble.persona").count()
    begin(page)
    expect(page.locator(".bubble.persona")).to_have_count(said + 1, timeout=PATIENCE)
    expect(page.get_by_role("button", name="Send")).to_be_enabled(timeout=PATIENCE)
    for text in messages:
        say(page, text, answers=page.locator(".bubble.persona").count() + 1)
    if number == 2:
        picture(page, "play", README_PICTURES)
    page.reload()
    if page.locator("[data-steps] li").nth(number - 1).get_attribute("aria-current"):
        submit_scene(page)
