"""The cache's pages in the admin: who sees which, the way to them, what they say, and that nothing in them is inline."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries, Settings

from caching import stats
from caching.admin import pages
from caching.admin.overview import MOST_KINDS, overview_page
from caching.ai import ledger
from caching.ai.ledger import days
from caching.ai.ledger.accounts import Outcome
from caching.ai.usage import Usage
from caching.models import AuditEntry, Operation, Way
from caching.stats import Outcome as Read
from caching.stats import delivery
from platform_app.models import User
from tests.caching.inspection.counted import count_some

OVERVIEW = "/admin/cache/"
ClientFor = Callable[[User], Client]


def addresses() -> Iterator[tuple[str, str]]:
    for tab in pages.TABS:
        yield tab.title, reverse(tab.url_name)


@pytest.fixture
def site(client_for: ClientFor, admin_user: User) -> Client:
    return client_for(admin_user)


@pytest.fixture
def viewer(client_for: ClientFor, professor: User) -> Client:
    """Staff with the right to see the cache, and no other."""
    professor.is_staff = True
    professor.save()
    professor.user_permissions.add(Permission.objects.get(codename="view_cache"))
    return client_for(User.objects.get(pk=professor.pk))


def post(model: str = "gpt-5-mini") -> None:
    ledger.record("reply", "chat", model, (), Outcome.HIT, Usage(1000, 200, 400))


# --- Who sees what -------------------------------------------------------------------------------------------------


def test_an_administrator_opens_every_page(site: Client) -> None:
    for title, url in addresses():
        page = site.get(url)
        assert page.status_code == 200, title
        current = re.findall(r'<li>\s*<a href="([^"]+)" aria-current="page">([^<]+)</a>', page.text)
        assert current == [(url, title)]


@pytest.mark.parametrize(
    ("url", "tab", "trail"),
    [
        ("/admin/cache/", "Overview", ["Home", "Cache", "Overview"]),
        ("/admin/cache/keys/", "Keys", ["Home", "Cache", "Keys"]),
        ("/admin/cache/keys/bm9uZQ/", "Keys", ["Home", "Cache", "Keys", "Key"]),
        ("/admin/caching/auditentry/", "Audit log", ["Home", "Cache", "Audit log"]),
    ],
)
def test_a_page_says_where_it_lies(site: Client, url: str, tab: str, trail: list[str]) -> None:
    text = re.sub(r"\s+", " ", site.get(url).text)
    assert re.findall(r'<li> <a href="[^"]+" aria-current="\w+">([^<]+)</a>', text) == [tab]
    shown = re.search(r'<div class="breadcrumbs">(.*?)</div>', text)
    assert shown
    assert re.sub(r"<[^>]+>", "", shown[1]).strip().split(" &rsaquo; ") == trail


def test_a_line_of_the_audit_log_is_a_part_of_it(site: Client) -> None:
    line = AuditEntry.objects.create(actor="Ada", way=Way.ADMIN, operation=Operation.CLEAN_UP)
    page = site.get(f"/admin/caching/auditentry/{line.pk}/change/").text
    assert '<a href="/admin/caching/auditentry/" aria-current="true">Audit log</a>' in page


def test_moments_are_written_with_their_time_zone(site: Client) -> None:
    at = datetime(2026, 11, 30, 5, 7, 9, tzinfo=UTC)
    AuditEntry.objects.create(began_at=at, actor="Ada", way=Way.ADMIN, operation=Operation.CLEAN_UP)
    for url in ("/admin/caching/auditentry/", "/admin/cache/operations/"):
        assert "2026-11-30 05:07:09 UTC" in site.get(url).text


@pytest.mark.parametrize("who", ["student", "professor"])
def test_who_is_no_staff_gets_nothing(
    client_for: ClientFor, request: pytest.FixtureRequest, who: str
) -> None:
    user = request.getfixturevalue(who)
    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label__in=["caching", "sessions_ext"])
    )
    client = client_for(User.objects.get(pk=user.pk))
    for title, url in addresses():
        assert client.get(url, follow=True).status_code == 403, title


def test_strangers_are_sent_to_sign_in(client: Client, db: None) -> None:
    for title, url in addresses():
        assert client.get(url).status_code == 302, title


def test_staff_without_a_right_sees_no_page_and_no_way_to_one(client_for: ClientFor, professor: User) -> None:
    professor.is_staff = True
    professor.save()
    staff = client_for(professor)
    index = staff.get("/admin/").text
    for title, url in addresses():
        assert staff.get(url).status_code == 403, title
        assert f'href="{url}"' not in index, title


def test_staff_sees_the_tabs_that_it_may_open(viewer: Client) -> None:
    page = viewer.get(OVERVIEW)
    assert page.status_code == 200
    for title, url in addresses():
        may = viewer.get(url).status_code == 200
        assert (f'href="{url}"' in page.text) == may, title


# --- The way there -------------------------------------------------------------------------------------------------


def test_the_index_and_the_sidebar_lead_to_every_page_once(site: Client) -> None:
    index, elsewhere = site.get("/admin/").text, site.get("/admin/platform_app/user/").text
    for title, url in addresses():
        assert len(re.findall(rf'<th scope="row"[^>]*>\s*<a href="{url}"', index)) == 1, title
        assert len(re.findall(rf'<th scope="row"[^>]*>\s*<a href="{url}"', elsewhere)) == 1, title


def test_the_platforms_own_header_leads_to_it(site: Client, client_for: ClientFor, student: User) -> None:
    assert f'href="{OVERVIEW}"' in site.get("/").text
    assert OVERVIEW not in client_for(student).get("/").text


# --- What it says --------------------------------------------------------------------------------------------------


def test_the_figures_are_those_that_were_counted(site: Client) -> None:
    count_some()
    post()
    page = " ".join(site.get(OVERVIEW).text.split())
    assert '<dd>75.0 %</dd> <dd class="note">15 hits of 20 readings</dd>' in page
    assert '<dt>Computations avoided</dt> <dd>16</dd> <dd class="note">3 were done</dd>' in page
    assert "<dt>Tokens saved</dt> <dd>1,200</dd>" in page
    assert "$0.0006" in page
    assert "query:scenario_list" in page
    assert "2 absent" in page
    assert "1 outdated" in page


def count_kinds(kinds: int) -> None:
    """The first of them was asked for most."""
    stats.reset()
    for number in range(kinds):
        stats.record(f"query:kind_{number:02}", Read.HIT, 100 - number)
    delivery.flush()


def test_of_many_kinds_the_busiest_have_rows_and_one_leads_to_all_others(site: Client) -> None:
    count_kinds(MOST_KINDS + 3)
    page = " ".join(site.get(OVERVIEW, {"period": "day"}).text.split())
    rows = re.findall(r'<code class="key">(query:\w+)</code>', page)
    assert rows == [f"query:kind_{number:02}" for number in range(MOST_KINDS)]
    rest = re.search(r'<th scope="row" class="wrap"> <span>3 other kinds.*?</tr>', page)
    assert rest
    assert "<span>222" in rest[0]  # 75, 74 and 73
    (way,) = re.findall(r'<a href="([^"]+)">Show all 28</a>', rest[0])
    assert way == "?period=day&amp;kinds=all#kinds"
    assert "the 3 kinds that were asked for least are one row" in page


def test_all_kinds_have_rows_when_somebody_asks_for_them(site: Client) -> None:
    count_kinds(MOST_KINDS + 3)
    page = " ".join(site.get(OVERVIEW, {"period": "day", "kinds": "all"}).text.split())
    assert len(re.findall(r'<code class="key">query:\w+</code>', page)) == MOST_KINDS + 3
    assert "other kind" not in page
    assert '<a href="?period=day#kinds">Show the busiest only</a>' in page
    assert '<a href="?period=week&amp;kinds=all">' in page


@pytest.mark.parametrize("kinds", ["", "all", "some"])
def test_of_a_few_kinds_each_has_a_row(site: Client, kinds: str) -> None:
    count_kinds(MOST_KINDS)
    page = site.get(OVERVIEW, {"kinds": kinds}).text
    assert len(re.findall(r'<code class="key">query:\w+</code>', page)) == MOST_KINDS
    assert "kinds=all#kinds" not in page
    assert "other kind" not in page


@pytest.mark.parametrize("period", ["hour", "day", "week"])
def test_a_period_is_chosen_by_the_address(site: Client, period: str) -> None:
    count_some()
    page = site.get(OVERVIEW, {"period": period}).text
    assert f'<a href="?period={period}" aria-current="true">' in page
    assert page.count('aria-current="true"') == 1
    assert "15 hits of 20 readings" in page


@pytest.mark.parametrize("period", ["", "month", "<script>"])
def test_another_period_is_the_usual_one(site: Client, period: str) -> None:
    page = site.get(OVERVIEW, {"period": period})
    assert '<a href="?period=hour" aria-current="true">' in page.text


def test_what_is_not_there_yet_is_said(site: Client) -> None:
    page = " ".join(site.get(OVERVIEW).text.split())
    assert "Nothing was read through the cache in the last hour" in page
    assert "data-chart" not in page


def test_an_unknown_price_is_unknown(site: Client) -> None:
    post("smollm2")
    page = " ".join(site.get(OVERVIEW).text.split())
    assert '<dt>Money saved</dt> <dd class="unknown">unknown</dd>' in page
    assert "Money by day" not in page


def test_money_that_is_nothing_is_no_chart(site: Client, settings: Settings) -> None:
    settings.CACHING = {**settings.CACHING, "AI_PRICES": {"our-own": {"input_usd": 0, "output_usd": 0}}}
    post("our-own")
    page = " ".join(site.get(OVERVIEW).text.split())
    assert "Tokens by day" in page
    assert "Money by day" not in page


def test_each_chart_has_its_data_a_sentence_and_a_table(site: Client) -> None:
    count_some()
    post()
    page = site.get(OVERVIEW).text
    charts = re.findall(r'data-chart="([^"]+)"', page)
    assert charts == ["readings", "ratio", "latencies", "ledger-tokens", "ledger-money"]
    for chart in charts:
        (data,) = re.findall(rf'<script id="{chart}" type="application/json">(.+?)</script>', page)
        assert any(value for line in json.loads(data)["lines"] for value in line), chart
        (figure,) = re.findall(rf'<figure[^>]*data-chart="{chart}".*?</figure>', page, re.DOTALL)
        assert re.search(r'<p class="gist">[^<]{10,}</p>', figure), chart
        assert "<details" in figure, chart
        assert '<th scope="row">20' in figure, chart


def test_what_the_doctor_warns_of_stands_above_the_figures(site: Client) -> None:
    page = site.get(OVERVIEW)
    findings = page.context["findings"]
    assert findings, "A server for tests has no limit of its memory."
    for finding in findings:
        assert escape(finding.title) in page.text
    assert page.text.index('id="findings"') < page.text.index('class="figures"')


def test_a_kind_cannot_bring_markup(site: Client) -> None:
    stats.reset()
    stats.record("query:</script><b>x", Read.HIT)
    delivery.flush()
    page = site.get(OVERVIEW).text
    assert "<b>x" not in page
    assert "&lt;/script&gt;&lt;b&gt;x" in page


def test_a_page_asks_the_database_the_same_few_things(
    site: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        ledger.record(f"operation{number}", "chat", "gpt-5-mini", (), Outcome.HIT, Usage(1000, 200, 400))
    ledger.flush()
    days.persist()
    site.get(OVERVIEW)
    with django_assert_max_num_queries(4):
        site.get(OVERVIEW)


# --- Without Redis -------------------------------------------------------------------------------------------------


def test_a_page_under_which_redis_fails_says_so_and_what_is_still_known(
    admin_user: User, settings: Settings
) -> None:
    post()
    ledger.flush()
    days.persist()
    request = RequestFactory().get(OVERVIEW)
    request.user = admin_user
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"
    response = overview_page(request)
    page = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "Redis does not answer: " in page
    assert "<dd>1,200</dd>" in page
    assert 'class="cache-tabs"' in page
    assert "s3cret" not in page


def test_without_redis_from_the_start_it_is_the_platforms_page(site: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert site.get(OVERVIEW).status_code == 503


# --- What the Content-Security-Policy refuses ----------------------------------------------------------------------


class Inline(HTMLParser):
    """Finds scripts, styles and handlers that stand in the page itself. Data for scripts is none."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        is_script = tag == "script" and "src" not in has and has.get("type") != "application/json"
        if is_script or tag == "style":
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in has if name == "style" or name.startswith("on")]


def test_nothing_is_inline(site: Client) -> None:
    count_some()
    post()
    for title, url in [*addresses(), ("Index", "/admin/")]:
        response = site.get(url)
        assert Inline(response.text).found == [], title
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert Inline('<p style="x">').found == ["p style"]
