"""Whatever goes wrong, a program gets problem+json and a person a page in plain words; nobody gets a traceback."""

from collections.abc import Callable
from unittest.mock import patch

import pytest
import redis
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from rest_framework.test import APIClient

from caching.errors import AIRequestRejected, AIUnavailable, CacheUnavailable
from platform_app import errors
from platform_app.models import User
from platform_app.problems import describe
from tests.test_health import dead_redis as dead_redis

SECRET = "the connection string with the password"


def assert_problem(response, status: int) -> dict:
    body = response.json()
    assert response.status_code == body["status"] == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(body)
    return body


@pytest.fixture
def api(api_for: Callable[[User], APIClient], student: User) -> APIClient:
    return api_for(student)


@pytest.fixture
def visitor(client_for: Callable[[User], Client], student: User) -> Client:
    client = client_for(student)
    client.raise_request_exception = False
    return client


def test_401_says_how_to_sign_in(db: None):
    response = APIClient().get("/api/me/")
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_403_for_a_write_with_a_session_but_without_csrf_token(student: User):
    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(student)
    assert_problem(strict.post("/api/documents/"), 403)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/api/", "/api/nope/", "/api/nope", "/api/me/nope/", "/api/%00/", "/api//"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_404_for_an_unknown_address(api: APIClient, settings, debug: bool, path: str, method: str):
    settings.DEBUG = debug
    assert_problem(getattr(api, method)(path), 404)


def test_a_forgotten_slash_is_mended_for_reads(api: APIClient):
    response = api.get("/api/me?x=1")
    assert (response.status_code, response.headers["Location"]) == (301, "/api/me/?x=1")


def test_a_forgotten_slash_is_pointed_out_for_writes(api: APIClient):
    body = assert_problem(api.post("/api/auth/token", {}), 404)
    assert "/api/auth/token/?" in body["detail"]


def test_a_double_slash_leads_nobody_away(api: APIClient):
    assert "Location" not in api.get("/api//evil.example").headers


def test_405_names_what_is_allowed(api: APIClient):
    response = api.put("/api/me/", {})
    body = assert_problem(response, 405)
    assert body["title"] == "Method Not Allowed"
    assert "GET" in response.headers["Allow"]


def test_406_is_answered_in_json_all_the_same(api: APIClient):
    assert_problem(api.get("/api/me/", headers={"Accept": "image/png"}), 406)


def test_415(api: APIClient):
    body = assert_problem(api.post("/api/auth/token/", "a: b", content_type="text/yaml"), 415)
    assert body["title"] == "Unsupported Media Type"


@pytest.mark.parametrize("body", ["{", "", "\xff", '{"email": NaN}', "[" * 100_000, '{"a":' * 50_000])
def test_400_for_malformed_json(api: APIClient, body: str):
    response = api.post("/api/auth/token/", body.encode("latin-1"), content_type="application/json")
    assert_problem(response, 400)


def test_413_for_more_than_fits(api: APIClient, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert_problem(api.post("/api/auth/token/", "x" * 101, content_type="application/json"), 413)


def test_a_strange_host_is_400(api: APIClient):
    assert_problem(api.get("/api/me/", headers={"Host": "evil.example"}), 400)
    assert Client().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_500_tells_nothing_of_the_cause(api: APIClient, visitor: Client):
    api.raise_request_exception = False
    with patch("platform_app.accounts.selectors.valid_tokens", side_effect=RuntimeError(SECRET)):
        page = visitor.get("/account/")
    with patch("platform_app.accounts.api.MeSerializer", side_effect=RuntimeError(SECRET)):
        answer = api.get("/api/me/")
    assert_problem(answer, 500)
    assert page.status_code == 500
    for text in (answer.text, page.text):
        assert SECRET not in text
        assert "RuntimeError" not in text
        assert "Traceback" not in text
    assert "The mistake is ours" in page.text


def test_a_page_that_is_not_there(visitor: Client):
    response = visitor.get("/nope/")
    assert response.status_code == 404
    assert "not yours to see" in response.text


def test_an_error_for_htmx_is_a_fragment(visitor: Client):
    response = visitor.post("/account/tokens/revoke/", headers={"HX-Request": "true"})
    assert response.status_code == 404
    assert response.text.startswith('<div class="notice bad" role="alert">')


def test_the_text_of_an_error_is_text(visitor: Client):
    with patch("platform_app.accounts.actions.revoke_token", side_effect=errors.Conflict("<b>bold</b>")):
        response = visitor.post("/account/tokens/revoke/")
    assert response.status_code == 409
    assert "&lt;b&gt;bold" in response.text


def test_503_from_a_page_when_redis_is_down(dead_redis: None, db: None):
    visitor = Client(raise_request_exception=False)
    visitor.cookies["sessionid"] = "a" * 32
    response = visitor.get("/account/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "Redis" in response.text


@pytest.mark.parametrize(
    ("address", "is_for_operator"), [("/admin/cache/", True), ("/admin/", True), ("/account/", False)]
)
def test_503_tells_operators_what_to_do(dead_redis: None, db: None, address: str, is_for_operator: bool):
    visitor = Client(raise_request_exception=False)
    visitor.cookies["sessionid"] = "a" * 32
    response = visitor.get(f"{address}?page=2")
    assert response.status_code == 503
    assert ("manage.py cache_doctor" in response.text, "/readyz" in response.text) == (is_for_operator,) * 2
    assert f'href="{address}?page=2" role="button">Try again' in response.text
    assert "s3cret" not in response.text


def test_an_error_page_that_does_not_know_who_is_there_does_not_ask_to_sign_in(dead_redis: None, db: None):
    visitor = Client(raise_request_exception=False)
    visitor.cookies["sessionid"] = "a" * 32
    page = visitor.get("/account/").text
    assert "Sign in" not in page
    assert "Answers by" not in page
    assert "If you were signed in, you still are" in page


def test_what_was_sent_when_redis_is_down_is_not_sent_again_by_a_link(dead_redis: None, db: None):
    visitor = Client(raise_request_exception=False)
    visitor.cookies["sessionid"] = "a" * 32
    assert 'href="/" role="button">Go to the start page' in visitor.post("/account/tokens/revoke/").text


def test_503_from_the_api_when_redis_is_down(dead_redis: None, db: None):
    api = APIClient(raise_request_exception=False)
    response = api.post("/api/auth/token/", {"email": "a@example.org", "password": "x"}, format="json")
    assert_problem(response, 503)
    assert response.headers["Retry-After"] == "5"
    assert "s3cret" not in response.text


def test_503_when_a_session_cannot_be_saved(visitor: Client, settings):
    """It is saved after the view, where no view middleware looks."""
    settings.SESSION_SAVE_EVERY_REQUEST = True
    with patch("sessions_ext.engine.SessionStore.save", side_effect=redis.ConnectionError("gone")):
        response = visitor.post("/account/", {"name": "New"})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidInput("x"), 400),
        (errors.WrongCredentials(), 401),
        (errors.NotAllowed("x"), 403),
        (errors.NotFound(), 404),
        (errors.Conflict("x"), 409),
        (errors.Incomplete("x"), 422),
        (errors.DocumentUnreadable("x"), 422),
        (errors.TooManyAttempts(7), 429),
        (AIRequestRejected("x"), 502),
        (AIUnavailable("x"), 503),
        (CacheUnavailable("x"), 503),
        (redis.ConnectionError("x"), 503),
        (redis.TimeoutError("x"), 503),
    ],
)
def test_every_known_error_has_its_status(error: Exception, status: int):
    body, _ = describe(error)
    assert body["status"] == status


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), ValueError("x"), redis.ResponseError("WRONGTYPE"), SuspiciousOperation()]
)
def test_a_bug_is_not_described(error: Exception):
    assert describe(error) is None


def test_errors_name_their_fields():
    field = errors.FieldError("title", "required", "A scenario needs a title.")
    body, _ = describe(errors.Incomplete("Not yet.", errors=[field]))
    assert body["errors"] == [{"attr": "title", "code": "required", "detail": "A scenario needs a title."}]
