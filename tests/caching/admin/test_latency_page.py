"""The page of slow commands and latency: it shows what took long, and nothing of what the commands carried."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.test import Client
from pytest_django import Settings

from caching import stats
from caching.stats import delivery
from caching.stats.numbers import Timed
from caching.templatetags.durations import microseconds
from platform_app.models import User
from tests.caching.inspection.conftest import noting_cluster, noting_server

__all__ = ["noting_cluster", "noting_server"]

PAGE = "/admin/cache/latency/"
SECRET = "the-student-said-something-private"


def test_slow_commands_are_shown_and_what_they_carry_is_not(
    noting_server: redis.Redis, viewer: Client, redis_key_prefix: str
) -> None:
    noting_server.eval("return 1", 1, f"{redis_key_prefix}db_query:chats:ab", SECRET)
    noting_server.eval(f"return '{SECRET}'", 0, SECRET)
    noting_server.set(f"{redis_key_prefix}session:{SECRET}", SECRET * 100)
    noting_server.set(SECRET, "theirs")
    noting_server.client_setname("<b>web-1</b>")
    noting_server.get("k")
    page = viewer.get(PAGE).text
    assert "db_query:chats:ab" in page
    assert "Results of queries" in page
    assert "session:…" in page
    assert "another program's, 34" in page
    assert "&lt;b&gt;web-1&lt;/b&gt;" in page
    assert SECRET not in page
    assert redis_key_prefix not in page


def test_a_key_of_ours_leads_to_its_page_and_the_one_of_a_session_does_not(
    noting_server: redis.Redis, viewer: Client, redis_key_prefix: str
) -> None:
    noting_server.set(f"{redis_key_prefix}db_query:chats:ab", "v")
    noting_server.set(f"{redis_key_prefix}session:ab", "v")
    page = viewer.get(PAGE)
    addresses = {entry.logged.key: entry.logged.address for entry in page.context["slow"].entries}
    address = addresses["db_query:chats:ab"]
    assert f'href="/admin/cache/keys/{address}/"' in page.text
    assert "db_query:chats:ab" in viewer.get(f"/admin/cache/keys/{address}/").text
    assert addresses["session:…"] == ""


def test_large_requests_and_replies_stand_where_the_server_keeps_them(
    noting_server: redis.Redis, viewer: Client
) -> None:
    noting_server.set("big", SECRET * 100)
    page = viewer.get(PAGE).text
    assert "Large requests" in page
    assert "3.4" in page
    assert SECRET not in page


def test_a_monitor_that_is_off_tells_how_to_switch_it_on(noting_server: redis.Redis, viewer: Client) -> None:
    assert "CONFIG SET latency-monitor-threshold" in viewer.get(PAGE).text
    noting_server.config_set("latency-monitor-threshold", 5)
    page = viewer.get(PAGE).text
    assert "CONFIG SET latency-monitor-threshold" not in page
    assert "has noticed none" in page
    noting_server.eval("for i = 1, 20000000 do end", 0)
    assert 'scope="row">command<' in viewer.get(PAGE).text


def test_what_the_cache_took_is_shown_for_the_chosen_period(viewer: Client) -> None:
    assert "Nothing was timed in the last hour" in viewer.get(PAGE).text
    stats.timed("query:progress", Timed.COMPUTED, 0.25)
    delivery.flush()
    for period in ("", "?period=day", "?period=week", "?period=nonsense"):
        page = viewer.get(f"{PAGE}{period}")
        assert [timing.kind for timing in page.context["timings"]] == ["all", "query:progress"]
        assert "Nothing was timed" not in page.text
    assert page.context["period"] == "hour"


def test_all_masters_of_a_cluster_are_on_it(noting_cluster: list[redis.Redis], viewer: Client) -> None:
    context = viewer.get(PAGE).context
    assert len(context["round_trips"]) == 3
    assert {entry.server for entry in context["slow"].entries} == {name for name, _ in context["round_trips"]}


def test_what_the_servers_user_may_not_ask_is_said_to_be_unknown(
    noting_server: redis.Redis, viewer: Client, use_redis: Callable[[str], None]
) -> None:
    denied = ["-slowlog", "-commandlog", "-latency", "-config"]
    noting_server.acl_setuser(
        "limited", enabled=True, passwords=["+pw"], keys=["*"], channels=["*"], commands=["+@all", *denied]
    )
    kwargs = noting_server.connection_pool.connection_kwargs
    use_redis(f"redis://limited:pw@{kwargs['host']}:{kwargs['port']}/0")
    page = viewer.get(PAGE)
    assert page.status_code == 200
    for command in ("SLOWLOG GET", "LATENCY LATEST", "CONFIG GET"):
        assert f"unknown: this user may not run {command}" in page.text
    assert "Large requests" not in page.text


def test_with_redis_down_it_is_a_503(
    admin_user: User, client_for: Callable[[User], Client], settings: Settings
) -> None:
    client = client_for(admin_user)
    client.get(PAGE)
    usual, settings.REDIS_URL = settings.REDIS_URL, "redis://:s3cret@127.0.0.1:1/0"
    try:
        page = client.get(PAGE)
    finally:
        settings.REDIS_URL = usual
    assert page.status_code == 503
    assert "s3cret" not in page.text


def test_staff_without_the_permission_and_others_do_not_see_it(
    professor: User, student: User, client_for: Callable[[User], Client]
) -> None:
    assert client_for(student).get(PAGE).status_code == 302
    professor.is_staff = True
    professor.save()
    assert client_for(professor).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("us", "shown"),
    [
        (None, "–"),
        (0, "0 µs"),
        (7.4, "7.4 µs"),
        (12.34, "12.3 µs"),
        (0.001, "< 1 µs"),
        (999, "999 µs"),
        (1500, "1.5 ms"),
        (2_100_000, "2.1 s"),
    ],
)
def test_durations_have_the_unit_that_fits(us: float | None, shown: str) -> None:
    assert microseconds(us) == shown
