"""Server-Timing: where the time of a request went, shown by browsers while developing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from caching import trace
from caching.tracing.report import Totals
from caching.tracing.timing import header
from platform_app.models import Scenario, User

pytestmark = pytest.mark.django_db(transaction=True)
ClientFor = Callable[[User], Client]
PART = re.compile(r'(\w+);dur=([0-9.]+)(?:;desc="([^"]*)")?')


@pytest.fixture
def developing(settings: Settings) -> None:
    settings.DEBUG = True


def parts(value: str) -> dict[str, tuple[float, str]]:
    return {name: (float(ms), told) for name, ms, told in PART.findall(value)}


def test_without_debug_there_is_none(client_for: ClientFor, student: User) -> None:
    assert "Server-Timing" not in client_for(student).get("/scenarios/")


@pytest.mark.usefixtures("developing")
def test_it_says_what_was_spent_on_the_cache_and_the_database(
    client_for: ClientFor, student: User, published_scenario: Scenario
) -> None:
    client = client_for(student)
    first = parts(client.get("/scenarios/")["Server-Timing"])
    assert first.keys() == {"cache", "db", "ai", "total"}
    assert re.fullmatch(r"0 near, \d+ hits, [1-9]\d* misses", first["cache"][1])
    assert int(first["db"][1].split()[0]) > 0
    assert 0 < first["cache"][0] + first["db"][0] < first["total"][0]
    client.get("/scenarios/")
    third = parts(client.get("/scenarios/")["Server-Timing"])
    assert re.fullmatch(r"[1-9]\d* near, 0 hits, 0 misses", third["cache"][1])
    assert trace.active == 0


@pytest.mark.usefixtures("developing")
def test_it_stands_beside_a_trace_that_was_asked_for(client_for: ClientFor, admin_user: User) -> None:
    shown = client_for(admin_user).get("/scenarios/?cache=trace", headers={"accept": "application/json"})
    assert shown.json()["decisions"]
    assert "total" in parts(shown["Server-Timing"])
    assert trace.active == 0


@pytest.mark.usefixtures("developing")
def test_the_answer_of_an_api_has_it_too(client_for: ClientFor, student: User) -> None:
    assert parts(client_for(student).get("/api/scenarios/")["Server-Timing"])["cache"][1]


def test_it_is_written_as_browsers_read_it() -> None:
    totals = Totals(near=1, hits=2, misses=3, queries=4, cache_us=1234, database_us=5, ai_asked=6, total_us=9)
    assert header(totals) == (
        'cache;dur=1.23;desc="1 near, 2 hits, 3 misses", db;dur=0.01;desc="4 queries", '
        'ai;dur=0.00;desc="6 asked, 0 spared", total;dur=0.01'
    )
