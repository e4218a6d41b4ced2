"""What an operator does in the admin with a browser: looks at figures and keys, deletes with a preview and a typed word, and
finds it in the audit log. The pictures of the pages lie in .dev/screenshots afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_pages import LOOKS, WIDE, inspect

SignedIn = Callable[..., Page]
ADMIN = "admin@example.com"
CHART_SECONDS = 40
PAGES = [
    "/admin/cache/",
    "/admin/cache/keys/",
    "/admin/cache/operations/",
    "/admin/cache/latency/",
    "/admin/cache/doctor/",
    "/admin/caching/auditentry/",
    "/admin/caching/ailedgerline/",
    "/admin/caching/shadowhit/",
    "/admin/sessions_ext/savedsession/",
]
IS_DRAWN = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(each => each)"""


def use_the_cache(page: Page) -> None:
    """Misses and hits, and results that lie in Redis: of a search that nobody else has made."""
    for path in (f"/scenarios/?search={uuid4().hex}", "/scenarios/1/", "/scenarios/2/", "/progress/") * 2:
        page.goto(path)


def open_tab(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="Pages of the cache").get_by_role(
        "link", name=title, exact=True
    ).click()
    page.wait_for_load_state("networkidle")


@pytest.fixture
def operator(signed_in: SignedIn) -> Page:
    """An administrator in front of the overview, with something to see."""
    page = signed_in(ADMIN, **WIDE)
    use_the_cache(page)
    page.goto("/admin/cache/")
    return page


def first_chart(page: Page) -> Locator:
    """Counts come to Redis every few seconds."""
    canvas = page.locator(".chart canvas").first
    deadline = time.monotonic() + CHART_SECONDS
    while not canvas.count() and time.monotonic() < deadline:
        page.wait_for_timeout(1000)
        page.reload()
        page.wait_for_load_state("networkidle")
    return canvas


def test_the_overview_draws_what_the_cache_did(operator: Page) -> None:
    canvas = first_chart(operator)
    expect(canvas).to_be_visible()
    assert canvas.evaluate(IS_DRAWN)
    expect(operator.get_by_role("heading", name="Keys in Redis")).to_be_visible()
    for period in ("day", "week"):
        operator.goto(f"/admin/cache/?period={period}")
        expect(operator.locator(".chart canvas").first).to_be_visible()


def test_a_key_is_looked_for_and_opened_and_the_one_of_a_session_stays_closed(operator: Page) -> None:
    open_tab(operator, "Keys")
    look_for(operator, "_scenarios:")
    operator.locator("table.keys tbody a", has_text="db_query:").first.click()
    # What another test has written may have outdated it.
    expect(operator.get_by_role("heading", name=re.compile("Why it is (not )?valid"))).to_be_visible()
    expect(operator.locator("pre.value").first).not_to_be_empty()
    operator.goto("/admin/cache/keys/")
    look_for(operator, "session:*")
    operator.locator("table.keys tbody a").first.click()
    expect(operator.get_by_role("heading", name="Value")).to_be_visible()
    expect(operator.locator("pre.value")).to_have_count(0)


def look_for(page: Page, text: str) -> None:
    page.get_by_label("Name").fill(text)
    page.get_by_role("button", name="Look").click()
    expect(page.locator("table.keys tbody tr").first).to_be_visible()


def test_keys_are_deleted_after_a_preview_and_a_word_and_the_audit_log_has_it(operator: Page) -> None:
    open_tab(operator, "Operations")
    operator.get_by_label("Kind").select_option("db_query:")
    operator.get_by_label("Pattern").fill("*")
    operator.locator("form[action$='/delete/preview/']").get_by_role("button", name="Preview").click()
    expect(operator.get_by_role("heading", name=re.compile(r"Delete \d+ keys?\?"))).to_be_visible()
    word = operator.get_by_label("Type this to confirm")
    word.fill("db_query:")
    operator.get_by_role("button", name="Delete").click()
    expect(operator.get_by_text("This is not what was asked for. Nothing was done.")).to_be_visible()
    word.fill("db_query:*")
    operator.get_by_role("button", name="Delete").click()
    expect(operator.get_by_text(re.compile(r"Deleted [1-9]\d* keys?: db_query:\*"))).to_be_visible()
    operator.get_by_role("link", name="Line in the audit log").click()
    expect(operator.locator("#content")).to_contain_text("db_query:*")
    expect(operator.locator("#content")).to_contain_text("Done")
    for nothing in ("Save", "Delete"):
        expect(operator.get_by_role("button", name=nothing)).to_have_count(0)
    expect(operator.locator("#content").get_by_role("textbox")).to_have_count(0)


def test_what_is_cached_for_one_user_is_invalidated(operator: Page) -> None:
    open_tab(operator, "Operations")
    form = operator.locator("form[action$='/invalidate/user/']")
    form.get_by_role("textbox").fill("student@example.com")
    form.get_by_role("button", name="Preview").click()
    expect(operator.get_by_role("heading", name=re.compile(r"^Invalidate user \d+, Stina"))).to_be_visible()
    operator.get_by_role("button", name="Invalidate").click()
    expect(operator.get_by_text(re.compile("Invalidated user"))).to_be_visible()
    open_tab(operator, "Audit log")
    expect(operator.locator("#result_list tbody tr").first).to_contain_text("Alex Admin")
    expect(operator.locator("#content-main").get_by_role("link", name=re.compile("^Add"))).to_have_count(0)
    expect(operator.locator("select[name=action]")).to_have_count(0)


def test_everything_can_be_done_without_javascript(signed_in: SignedIn) -> None:
    page = signed_in(ADMIN, java_script_enabled=False, **WIDE)
    use_the_cache(page)
    page.goto("/admin/cache/")
    expect(page.get_by_role("heading", name="Keys in Redis")).to_be_visible()
    open_tab(page, "Operations")
    page.get_by_role("button", name="Clean up").click()
    go_on = page.get_by_role("button", name="Go on")
    while go_on.count():
        go_on.click()
    expect(page.get_by_text(re.compile("^Cleaned up"))).to_be_visible()


def test_a_professor_gets_none_of_it(signed_in: SignedIn) -> None:
    page = signed_in("professor@example.com", **WIDE)
    page.goto("/")
    expect(page.locator("a[href^='/admin']")).to_have_count(0)
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403
        expect(page.get_by_role("navigation", name="Pages of the cache")).to_have_count(0)
        expect(page.locator("#content-main.cache, #changelist")).to_have_count(0)
    for path in ("/api/cache/stats", "/api/cache/ledger"):
        assert page.request.get(path).status == 403


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_look_right(signed_in: SignedIn, look: str) -> None:
    page = signed_in(ADMIN, **LOOKS[look])
    use_the_cache(page)
    for path in PAGES:
        inspect(page, path, f"operator-{look}")
