"""Invalidating and cleaning up over HTTP: for administrators and operators, exact, written down, and honest without Redis."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
import redis
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from caching import stats
from caching.models import AuditEntry, Outcome, Way
from platform_app.models import Scenario, User
from tests.devices import is_in, signed_in
from tests.operations.classroom import keep_answer, kept_answer, name_of, title_of
from tests.operations.conftest import Rename

pytestmark = pytest.mark.django_db(transaction=True)

APIFor = Callable[[User], APIClient]
CLEANUP = "/api/cache/cleanup"


def of_user(user: User) -> str:
    return f"/api/cache/invalidate/user/{user.pk}"


@pytest.fixture
def api(api_for: APIFor, admin_user: User) -> APIClient:
    return api_for(admin_user)


class TestInvalidatingAUser:
    def test_of_seven_people_only_his_entries_go_and_all_sessions_stay(
        self, api: APIClient, members: list[User], rename_unnoticed: Rename
    ) -> None:
        browsers = [signed_in(member) for member in members]
        for member in members:
            name_of(member.pk)
            keep_answer(member)
            rename_unnoticed(member)
        seventh = members[-1]
        assert api.post(of_user(seventh)).status_code == 200
        stats.reset()
        assert [name_of(member.pk) for member in members] == [*(f"old {n}" for n in range(1, 7)), "new"]
        assert stats.counts("query:operations_name").hits == 6
        assert [kept_answer(member) for member in members] == ["kept"] * 6 + [None]
        assert all(map(is_in, browsers))

    def test_it_says_what_it_did_as_the_command_does(self, api: APIClient, student: User) -> None:
        answer = api.post(of_user(student)).json()
        assert answer == {"dry_run": False, "tags": [f"ai_user:{student.pk}", f"user:{student.pk}"]}

    def test_a_dry_run_counts_and_changes_nothing(
        self, api: APIClient, members: list[User], rename_unnoticed: Rename
    ) -> None:
        for member in members:
            name_of(member.pk)
        rename_unnoticed(members[0])
        answer = api.post(of_user(members[0]), {"dry_run": True}).json()
        assert (answer["dry_run"], answer["results"], answer["of"], answer["complete"]) == (True, 1, 7, True)
        assert name_of(members[0].pk) == "old 1"
        assert not AuditEntry.objects.exists()

    def test_it_is_written_down(self, api: APIClient, student: User, admin_user: User) -> None:
        api.post(of_user(student))
        line = AuditEntry.objects.get()
        assert (line.actor_id, line.actor, line.way) == (str(admin_user.pk), "Ada Admin", Way.API)
        assert (line.operation, line.target, line.outcome) == (
            "invalidate",
            f"user {student.pk}",
            Outcome.DONE,
        )

    def test_again_is_the_same(self, api: APIClient, student: User) -> None:
        assert api.post(of_user(student)).json() == api.post(of_user(student)).json()

    @pytest.mark.parametrize("pk", ["0", "999999", "9" * 19, "9" * 60])
    def test_a_stranger_is_not_found_and_the_command_is_named(self, api: APIClient, pk: str) -> None:
        answer = api.post(f"/api/cache/invalidate/user/{pk}")
        assert answer.status_code == 404
        assert f"cache_invalidate --user {pk}" in answer.json()["detail"]
        assert not AuditEntry.objects.exists()

    def test_zeros_in_front_mean_nothing(self, api: APIClient, student: User) -> None:
        answer = api.post(f"/api/cache/invalidate/user/000{student.pk}").json()
        assert answer["tags"] == [f"ai_user:{student.pk}", f"user:{student.pk}"]
        assert api.post("/api/cache/invalidate/user/00999999").json()["detail"].endswith("--user 999999.")

    @pytest.mark.parametrize("of", ["seven", "-1", "1 2", "*", "1;2", "1" * 5000, "٧"])
    def test_what_is_no_id_is_no_address(self, api: APIClient, of: str) -> None:
        assert api.post(f"/api/cache/invalidate/user/{of}").status_code == 404


class TestInvalidatingAScenario:
    def test_only_this_one(
        self,
        api: APIClient,
        published_scenario: Scenario,
        draft_scenario: Scenario,
        execute_unnoticed: Callable,
    ) -> None:
        both = (published_scenario, draft_scenario)
        old = [title_of(scenario_id=scenario.pk) for scenario in both]
        execute_unnoticed("UPDATE platform_app_scenario SET title = 'new'")
        answer = api.post(f"/api/cache/invalidate/scenario/{published_scenario.pk}/")
        assert answer.status_code == 200
        assert [title_of(scenario_id=scenario.pk) for scenario in both] == ["new", old[1]]

    def test_none_is_not_found(self, api: APIClient) -> None:
        assert api.post("/api/cache/invalidate/scenario/999999").status_code == 404


class TestCleaningUp:
    def test_it_says_what_it_cleaned(
        self, api: APIClient, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        redis_server.set(f"{redis_key_prefix}db_query:cities:{secrets.token_hex(20)}", "for ever")
        answer = api.post(CLEANUP).json()
        assert (answer["complete"], answer["cursor"], answer["looked_at"]) == (
            True,
            None,
            answer["looked_at"],
        )
        assert answer["cleaned"]["without_expiry"] == 1
        assert set(answer["cleaned"]) >= {"given_expiry", "undecodable", "session_index", "session_copies"}
        assert api.post(CLEANUP).json()["cleaned"]["without_expiry"] == 0
        line = AuditEntry.objects.latest("began_at")
        assert (line.operation, line.way, line.outcome) == ("clean up", Way.API, Outcome.DONE)

    def test_a_long_one_goes_on_with_its_cursor(
        self,
        api: APIClient,
        redis_server: redis.Redis,
        redis_key_prefix: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("platform_app.operations.api.WORKING_SECONDS", 0)
        pipe = redis_server.pipeline(transaction=False)
        for _ in range(700):
            pipe.set(f"{redis_key_prefix}db_query:cities:{secrets.token_hex(20)}", "for ever")
        pipe.execute()
        answer, removed, calls = api.post(CLEANUP).json(), 0, 1
        while not answer["complete"]:
            removed += answer["cleaned"]["without_expiry"]
            answer, calls = api.post(CLEANUP, {"cursor": answer["cursor"]}).json(), calls + 1
        assert removed + answer["cleaned"]["without_expiry"] == 700
        assert AuditEntry.objects.count() == calls > 1

    def test_a_wish_that_nobody_knows_is_refused(self, api: APIClient) -> None:
        answer = api.post(CLEANUP, {"dry_run": True})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "dry_run"
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("cursor", ["", "x", "0", "0-x", "0-" + "9" * 40, 7])
    def test_a_wrong_cursor(self, api: APIClient, cursor: object) -> None:
        answer = api.post(CLEANUP, {"cursor": cursor})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "cursor"
        assert not AuditEntry.objects.exists()


@pytest.fixture(params=["user", "scenario", "cleanup"])
def path(request: pytest.FixtureRequest, other_student: User, published_scenario: Scenario) -> str:
    of = {"user": f"user/{other_student.pk}", "scenario": f"scenario/{published_scenario.pk}"}
    return CLEANUP if request.param == "cleanup" else f"/api/cache/invalidate/{of[request.param]}"


class TestWhoMay:
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_administrators_and_operators(
        self, api: APIClient, api_for: APIFor, operator: User, path: str, slash: str
    ) -> None:
        assert api.post(path + slash).status_code == 200
        assert api_for(operator).post(path + slash).status_code == 200

    def test_nobody_else(self, api_for: APIFor, outsider: User, path: str) -> None:
        answer = api_for(outsider).post(path)
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert not AuditEntry.objects.exists()

    def test_a_permission_without_being_staff_is_none(
        self, api_for: APIFor, operator: User, path: str
    ) -> None:
        operator.is_staff = False
        operator.save()
        assert api_for(operator).post(path).status_code == 403

    def test_strangers_have_to_sign_in(self, path: str) -> None:
        assert APIClient().post(path).status_code == 401

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_only_by_post(self, api: APIClient, path: str, method: str) -> None:
        assert getattr(api, method)(path).status_code == 405

    def test_a_session_needs_the_csrf_token(self, admin_user: User, path: str) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(admin_user)
        assert browser.post(path).status_code == 403
        assert not AuditEntry.objects.exists()
        browser.get("/account/")
        token = browser.cookies["csrftoken"].value
        assert browser.post(path, headers={"x-csrftoken": token}).status_code == 200


class TestWithoutRedis:
    @pytest.fixture(params=["dead", "frozen"], autouse=True)
    def broken_redis(self, request: pytest.FixtureRequest, settings: Settings, path: str, api: APIClient):
        """After everything that the test needs is there; whole again before the database is emptied."""
        port = request.getfixturevalue(f"{request.param}_port")
        usual = settings.CACHES, settings.REDIS_URL
        url = f"redis://:s3cret@127.0.0.1:{port}/0"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
        settings.REDIS_URL = url
        yield
        settings.CACHES, settings.REDIS_URL = usual

    def test_it_is_an_outage_and_never_nothing_to_do(self, api: APIClient, path: str) -> None:
        answer = api.post(path)
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"]
        assert "s3cret" not in answer.text
        line = AuditEntry.objects.get()
        assert line.outcome == Outcome.FAILED
        assert line.error
        assert "s3cret" not in line.error


def test_without_an_audit_log_nothing_is_done(
    api: APIClient, members: list[User], rename_unnoticed: Rename, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise DatabaseError("no such server")

    name_of(members[0].pk)
    rename_unnoticed(members[0])
    monkeypatch.setattr(AuditEntry, "save", lost)
    answer = api.post(of_user(members[0]))
    assert answer.status_code == 503
    assert "audit log" in answer.json()["detail"]
    assert name_of(members[0].pk) == "old 1"
