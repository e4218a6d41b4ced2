"""The overview of the cache in a browser: charts are drawn, follow the pointer and the theme, and are brought up to date."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

OVERVIEW = "/admin/cache/"
MOST_LOOKS = 40

SignedIn = Callable[..., Page]


def look_until_counted(page: Page) -> None:
    """Counts come to Redis every second."""
    for _ in range(MOST_LOOKS):
        page.goto(OVERVIEW)
        if page.locator("[data-chart=readings] canvas").count():
            return
    pytest.fail("Nothing was counted.")


@pytest.fixture
def overview(signed_in: SignedIn) -> Page:
    page = signed_in("admin@example.com")
    page.goto("/scenarios/")
    look_until_counted(page)
    return page


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_chart_says_the_values_below_the_pointer(overview: Page) -> None:
    chart = overview.locator("[data-chart=readings]")
    expect(chart.locator("[data-when]")).to_be_empty()
    drawing = chart.locator(".u-over")
    box = drawing.bounding_box()
    assert box
    drawing.hover(position={"x": box["width"] - 5, "y": box["height"] / 2})
    expect(chart.locator("[data-when]")).not_to_be_empty()
    overview.mouse.move(1, 1)
    expect(chart.locator("[data-when]")).to_be_empty()


def test_a_chart_follows_the_theme_and_the_width(overview: Page) -> None:
    canvas = overview.locator("[data-chart=readings] canvas")
    light = canvas.evaluate("canvas => canvas.toDataURL()")
    overview.locator(".theme-toggle").first.click()
    assert canvas.evaluate("canvas => canvas.toDataURL()") != light
    overview.set_viewport_size({"width": 390, "height": 844})
    overview.wait_for_function(
        "document.querySelector('[data-chart=readings] canvas').clientWidth <= document.querySelector('[data-chart=readings] .plot').clientWidth"
    )
    assert sideways(overview) == 0


def test_the_figures_are_brought_up_to_date_while_somebody_looks(overview: Page) -> None:
    overview.clock.install()
    look_until_counted(overview)
    overview.evaluate("document.querySelector('[data-live] .figure dd').textContent = 'old'")
    with overview.expect_response(f"**{OVERVIEW}"):
        overview.clock.fast_forward(31_000)
    expect(overview.get_by_text("old", exact=True)).to_have_count(0)
    expect(overview.locator("[data-chart=readings] canvas")).to_have_count(1)


def test_an_open_table_is_not_taken_away_from_its_reader(overview: Page) -> None:
    overview.clock.install()
    look_until_counted(overview)
    overview.locator("[data-chart=readings] summary").click()
    asked: list[str] = []
    overview.on("request", lambda request: asked.append(request.url))
    overview.clock.fast_forward(95_000)
    assert asked == []
    expect(overview.locator("[data-chart=readings] table")).to_be_visible()


def test_without_scripts_every_number_is_there(overview: Page) -> None:
    state = overview.context.storage_state()
    browser = overview.context.browser
    assert browser
    plain = browser.new_context(
        base_url=overview.url.removesuffix(OVERVIEW), storage_state=state, java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(OVERVIEW)
    page.get_by_role("link", name="Last day").click()
    expect(page).to_have_url(f"{overview.url}?period=day")
    page.locator("[data-chart=readings] summary").click()
    expect(page.locator("[data-chart=readings] table")).to_be_visible()
    plain.close()
