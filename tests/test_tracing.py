"""`?cache=trace` and `X-Cache-Trace`: the explanation of a request, for administrators and for nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from knox.models import AuthToken
from pytest_django import Settings

from caching import cache_db_query, trace
from caching.errors import CacheUnavailable
from caching.tracing import kept
from caching.tracing.kept import KEPT_SECONDS
from config.urls import urlpatterns as project_urls
from platform_app.models import Scenario, User
from tests.caching.tracing import closing
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/scenarios/"
JSON = {"accept": "application/json"}
HEADER = {"X-Cache-Trace": "1"}
ClientFor = Callable[[User], Client]


# --- Views of the tests, beside those of the project -------------------------------------------------------------------


@cache_db_query("test_seen")
def titles(number: int) -> list[str]:
    return list(Scenario.objects.filter(pk=number).values_list("title", flat=True))


@cache_db_query("test_aseen")
async def atitles(number: int) -> list[str]:
    return [each async for each in Scenario.objects.filter(pk=number).values_list("title", flat=True)]


async def async_view(request: HttpRequest, number: int) -> HttpResponse:
    await atitles(number)
    return HttpResponse("async")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def chunks() -> Iterator[bytes]:
        titles(0)
        for number in range(2):
            titles(number)
            yield b"."

    return StreamingHttpResponse(chunks(), content_type="text/event-stream")


async def async_stream(request: HttpRequest) -> StreamingHttpResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(3):
            await atitles(number)
            yield b"."

    return StreamingHttpResponse(chunks(), content_type="text/event-stream")


urlpatterns = [
    path("t/async/<int:number>/", async_view),
    path("t/stream/", stream),
    path("t/async-stream/", async_stream),
    *project_urls,
]
with_views = override_settings(ROOT_URLCONF="tests.test_tracing")


# --- What is asked and read --------------------------------------------------------------------------------------------


@pytest.fixture
def operator(db: None) -> User:
    """May see the cache, and nothing else of the admin."""
    user = UserFactory.create(email="operator@example.org", is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(codename="view_cache", content_type__app_label="caching")
    )
    return user


@pytest.fixture
def admin(client_for: ClientFor, admin_user: User) -> Client:
    return client_for(admin_user)


def explained(client: Client, address: str = PAGE) -> dict[str, Any]:
    """The explanation of this page as data."""
    mark = "&" if "?" in address else "?"
    data: dict[str, Any] = client.get(f"{address}{mark}cache=trace", headers=JSON).json()
    return data


def kept_trace(client: Client, trace_id: str) -> dict[str, Any]:
    data: dict[str, Any] = client.get(f"/api/cache/trace/{trace_id}").json()
    return data


def outcomes(data: dict[str, Any], kind: str = "query:") -> list[str]:
    return [each["outcome"] for each in data["decisions"] if each["kind"].startswith(kind)]


def same(one: HttpResponse, other: HttpResponse) -> bool:
    """Status, headers and body, but for what differs with every request: the token of forms, its id, and what time it is."""

    def plain(response: HttpResponse) -> tuple[Any, ...]:
        body = re.sub(rb'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', rb"\1", response.content)
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in ("X-Request-ID", "Expires", "Last-Modified")
        }
        return response.status_code, headers, set(response.cookies), body

    return plain(one) == plain(other)


# --- The page ----------------------------------------------------------------------------------------------------------


def test_the_explanation_takes_the_place_of_the_page(admin: Client, published_scenario: Scenario) -> None:
    shown = admin.get(f"{PAGE}?cache=trace")
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "Trace of a request" in text
    assert "GET /scenarios/" in text
    assert "query:published_scenarios" in text
    assert "It was not there: never kept, expired or evicted." in text
    assert "The function ran." in text
    assert "db_query:published_scenarios:" in text
    assert published_scenario.title not in text


def test_a_second_view_is_explained_by_hits(admin: Client, published_scenario: Scenario) -> None:
    explained(admin)
    second, third = explained(admin), explained(admin)
    assert set(outcomes(second)) <= {"hit", "near"}
    assert set(outcomes(third)) == {"near"}
    assert second["totals"]["misses"] == third["totals"]["misses"] == 0
    assert third["totals"]["near"] == len(outcomes(third))


def test_a_change_is_explained_by_its_name(admin: Client, published_scenario: Scenario) -> None:
    explained(admin)
    published_scenario.title = "Another"
    published_scenario.save()
    again = explained(admin)
    outdated = [each for each in again["decisions"] if each["outcome"] == "outdated"]
    assert outdated
    assert all("platform_app_scenario" in each["why"] for each in outdated)
    assert outdated[0]["explanation"].startswith(
        "It was there, but something that it rests on has changed since: "
    )
    assert "anything in platform_app_scenario" in outdated[0]["explanation"]


def test_the_totals_are_those_of_the_decisions(admin: Client, published_scenario: Scenario) -> None:
    data = explained(admin)
    totals = data["totals"]
    assert totals["misses"] == outcomes(data).count("absent") == totals["computed"]
    assert totals["queries"] > 0
    assert totals["round_trips"] > 0
    assert 0 < totals["cache_us"] + totals["database_us"] + totals["ai_us"] < totals["total_us"]


def test_the_session_is_a_part_of_it(admin: Client) -> None:
    data = explained(admin)
    loaded = next(each for each in data["decisions"] if each["kind"] == "session")
    assert loaded["outcome"] == "loaded"
    assert loaded["key"].startswith("session:")


def test_an_api_address_is_explained_as_json(admin: Client, published_scenario: Scenario) -> None:
    data = admin.get("/api/scenarios/?cache=trace").json()
    assert (data["path"], data["status"]) == ("/api/scenarios/", 200)
    assert "absent" in outcomes(data)


def test_a_page_that_is_not_there_is_explained_with_its_status(admin: Client) -> None:
    assert explained(admin, "/nothing/here/")["status"] == 404


def test_other_parameters_stay_and_stand_nowhere_in_the_trace(
    admin: Client, redis_server: redis.Redis
) -> None:
    response = admin.get("/admin/platform_app/user/?cache=trace&q=lovelace", headers=JSON)
    assert response.json()["status"] == 200  # the admin would refuse a parameter that it does not know
    assert "lovelace" not in response.text.lower()


def test_it_is_private(admin: Client) -> None:
    shown = admin.get(f"{PAGE}?cache=trace")
    assert shown["Cache-Control"] == "no-store"
    assert {"Cookie", "X-Cache-Trace"} <= set(shown["Vary"].split(", "))
    assert shown["X-Frame-Options"] == "DENY"
    assert "script-src 'unsafe-inline'" not in shown["Content-Security-Policy"]
    assert "<script>" not in shown.content.decode()


def test_the_session_cookie_of_the_page_comes_along(client_for: ClientFor, admin_user: User) -> None:
    client = client_for(admin_user)
    page = client.get("/account/sign-in/?cache=trace")
    assert set(page.cookies) == set(client.get("/account/sign-in/").cookies)


def test_an_error_is_explained_too(
    admin: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("platform_app.scenarios.pages.render", broken)
    admin.raise_request_exception = False
    assert explained(admin)["status"] == 500
    assert trace.active == 0


# --- The header --------------------------------------------------------------------------------------------------------


def test_the_header_leaves_the_answer_and_says_where_the_trace_is(
    admin: Client, published_scenario: Scenario
) -> None:
    plain = admin.get("/api/scenarios/")
    traced = admin.get("/api/scenarios/", headers=HEADER)
    assert traced.content == plain.content
    assert traced["Cache-Control"] == "no-store"
    data = kept_trace(admin, traced["X-Cache-Trace-Id"])
    assert (data["method"], data["path"], data["status"]) == ("GET", "/api/scenarios/", 200)
    assert data["decisions"]


def test_a_post_is_traced_by_the_header_only(admin: Client, admin_user: User) -> None:
    body = {"email": admin_user.email, "password": "wrong"}
    plain = admin.post("/api/auth/token/?cache=trace", body, content_type="application/json")
    assert plain.json()["type"] == "about:blank"
    assert "X-Cache-Trace-Id" not in plain
    traced = admin.post("/api/auth/token/", body, content_type="application/json", headers=HEADER)
    assert kept_trace(admin, traced["X-Cache-Trace-Id"])["method"] == "POST"


def test_a_write_says_what_it_has_announced(admin: Client, professor: User, draft_scenario: Scenario) -> None:
    draft_scenario.owner = User.objects.get(email="admin@example.org")
    draft_scenario.save()
    answer = admin.patch(
        f"/api/scenarios/{draft_scenario.pk}/",
        {"title": "Another"},
        content_type="application/json",
        headers=HEADER,
    )
    assert answer.status_code == 200
    data = kept_trace(admin, answer["X-Cache-Trace-Id"])
    announced = next(each for each in data["decisions"] if each["outcome"] == "announced")
    assert f"platform_app_scenario with id={draft_scenario.pk}" in announced["explanation"]


def test_a_token_may_trace_as_well_as_a_session(admin_user: User, published_scenario: Scenario) -> None:
    _, token = AuthToken.objects.create(admin_user)
    bearer = {"Authorization": f"Bearer {token}"}
    answer = Client().get("/api/scenarios/", headers=HEADER | bearer)
    data = Client().get(f"/api/cache/trace/{answer['X-Cache-Trace-Id']}", headers=bearer).json()
    assert data["path"] == "/api/scenarios/"


def test_it_expires_after_ten_minutes(
    admin: Client, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    trace_id = admin.get(PAGE, headers=HEADER)["X-Cache-Trace-Id"]
    ttl = redis_server.ttl(f"{redis_key_prefix}stats:trace:{trace_id}")
    assert ttl == pytest.approx(KEPT_SECONDS, rel=0.11)


def test_what_was_planted_in_its_place_is_absent(
    admin: Client, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    trace_id = admin.get(PAGE, headers=HEADER)["X-Cache-Trace-Id"]
    redis_server.set(f"{redis_key_prefix}stats:trace:{trace_id}", b'{"by": 3}', ex=60)
    assert admin.get(f"/admin/cache/trace/{trace_id}/").status_code == 404
    assert admin.get(f"/api/cache/trace/{trace_id}").status_code == 404


# --- Who may -----------------------------------------------------------------------------------------------------------


def test_the_permission_is_enough(client_for: ClientFor, operator: User) -> None:
    client = client_for(operator)
    assert explained(client)["path"] == PAGE
    trace_id = client.get(PAGE, headers=HEADER)["X-Cache-Trace-Id"]
    assert client.get(f"/admin/cache/trace/{trace_id}/").status_code == 200


@pytest.mark.parametrize("who", ["nobody", "student", "professor", "staff", "no_staff", "disabled"])
@pytest.mark.parametrize("address", [PAGE, "/account/sign-in/", "/api/scenarios/", "/admin/", "/nothing/"])
def test_for_everybody_else_it_is_as_if_it_were_not_there(
    request: pytest.FixtureRequest, client_for: ClientFor, operator: User, who: str, address: str
) -> None:
    client = a_client(request, client_for, operator, who)
    client.get(address)  # what the first view keeps, the next ones find
    plain = client.get(address)
    with_parameter = client.get(f"{address}?cache=trace")
    with_header = client.get(address, headers=HEADER)
    assert same(plain, with_parameter)
    assert same(plain, with_header)
    assert trace.active == 0


def a_client(request: pytest.FixtureRequest, client_for: ClientFor, operator: User, who: str) -> Client:
    match who:
        case "nobody":
            return Client()
        case "student" | "professor":
            return client_for(request.getfixturevalue(who))
        case "staff":
            return client_for(UserFactory.create(email="staff@example.org", is_staff=True))
        case "no_staff":
            operator.is_staff = False  # before the sign-in, for a session ends with such a right
            operator.save()
            return client_for(operator)
        case _:
            client = client_for(operator)
            User.objects.filter(pk=operator.pk).update(is_active=False)
            return client


def test_nothing_is_kept_for_who_may_not_trace(
    client_for: ClientFor, student: User, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    client_for(student).get(PAGE, headers=HEADER)
    assert not list(redis_server.scan_iter(f"{redis_key_prefix}stats:trace:*"))


def test_redis_out_of_reach_is_no_trace_and_the_usual_answer(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise CacheUnavailable("Redis is away")

    monkeypatch.setattr("caching.tracing.kept.keep", away)
    answer = admin.get(PAGE, headers=HEADER)
    assert (answer.status_code, "X-Cache-Trace-Id" in answer) == (200, False)
    shown = admin.get(f"{PAGE}?cache=trace").content.decode()
    assert "Trace of a request" in shown
    assert "its address" not in shown


def test_a_trace_is_seen_by_who_asked_for_it_and_by_who_may_see_the_cache(
    client_for: ClientFor, admin: Client, operator: User, student: User
) -> None:
    by_operator = client_for(operator)
    trace_id = by_operator.get(PAGE, headers=HEADER)["X-Cache-Trace-Id"]
    operator.user_permissions.clear()
    assert by_operator.get(f"/admin/cache/trace/{trace_id}/").status_code == 200
    assert by_operator.get(f"/api/cache/trace/{trace_id}").status_code == 200
    assert admin.get(f"/api/cache/trace/{trace_id}").status_code == 200
    others = client_for(UserFactory.create(email="staff@example.org", is_staff=True))
    assert others.get(f"/admin/cache/trace/{trace_id}/").status_code == 404
    assert client_for(student).get(f"/api/cache/trace/{trace_id}").status_code == 404
    assert Client().get(f"/api/cache/trace/{trace_id}").status_code == 401


@pytest.mark.parametrize("trace_id", ["x", "A" * 22, "..%2f" * 5, "A" * 200])
def test_an_id_that_nobody_gave_out_leads_nowhere(admin: Client, trace_id: str) -> None:
    assert admin.get(f"/admin/cache/trace/{trace_id}/").status_code == 404
    assert admin.get(f"/api/cache/trace/{trace_id}").status_code == 404


# --- Streams, coroutines, many at once -----------------------------------------------------------------------------------


@with_views
def test_a_stream_is_traced_to_its_end(admin: Client) -> None:
    answer = admin.get("/t/stream/", headers=HEADER)
    trace_id = answer["X-Cache-Trace-Id"]
    assert kept.read(trace_id) is None
    assert answer.getvalue() == b".."
    answer.close()
    data = kept_trace(admin, trace_id)
    assert data["is_stream"]
    assert outcomes(data, "query:test_seen") == ["absent", "computed", "hit", "absent", "computed"]
    assert trace.active == 0


@with_views
def test_in_place_of_a_stream_it_is_said_how_to_trace_one(admin: Client) -> None:
    shown = admin.get("/t/stream/?cache=trace").content.decode()
    assert "It is a stream" in shown
    assert "X-Cache-Trace: 1" in shown


@with_views
def test_an_async_stream_is_traced_to_its_end(admin_user: User) -> None:
    async def play() -> str:
        client = AsyncClient()
        await client.aforce_login(admin_user)
        answer = await client.get("/t/async-stream/", headers=HEADER)
        assert b"".join([chunk async for chunk in answer.streaming_content]) == b"..."
        await asyncio.to_thread(answer.close)
        return str(answer["X-Cache-Trace-Id"])

    found = kept.read(async_to_sync(play)())
    assert found is not None
    assert [each.outcome for each in found.report.decisions if each.kind == "query:test_aseen"] == [
        "absent", "computed", "absent", "computed", "absent", "computed",
    ]  # fmt: skip
    assert trace.active == 0


@with_views
def test_async_requests_at_once_have_traces_of_their_own(admin_user: User) -> None:
    async def one(client: AsyncClient, number: int) -> list[str]:
        answer = await client.get(f"/t/async/{number}/?cache=trace", headers=JSON)
        return [each["key"] for each in answer.json()["decisions"] if "aseen" in each["kind"]]

    async def all_at_once() -> list[list[str]]:
        client = AsyncClient()
        await client.aforce_login(admin_user)
        return await asyncio.gather(*(one(client, number) for number in range(6)))

    seen = async_to_sync(all_at_once)()
    assert [len(set(keys)) for keys in seen] == [1] * 6  # absent and computed, of one key
    assert len({keys[0] for keys in seen}) == 6


def test_threaded_requests_at_once_have_traces_of_their_own(
    client_for: ClientFor, admin_user: User, student: User, published_scenario: Scenario
) -> None:
    traced, plain = client_for(admin_user), client_for(student)
    explained(traced)

    def view(number: int) -> dict[str, Any] | int:
        return explained(traced) if number % 2 else plain.get(PAGE).status_code

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(closing(view), range(12)))
    counts = {len(outcomes(each)) for each in seen if isinstance(each, dict)}
    assert len(counts) == 1
    assert trace.active == 0
