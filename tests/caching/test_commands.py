"""`manage.py cache_invalidate` as people use it: one line that says what it did, and a clear one when it could not."""

import json
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from caching import ai_cache_service, cache_db_query, cache_user_query, keys
from platform_app.models import Scenario, User
from tests.caching.patience import await_posted
from tests.factories import ScenarioFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@cache_user_query("command_name", ttl=60)
def name_of(user_id: int) -> str | None:
    return User.objects.filter(pk=user_id).values_list("name", flat=True).first()


@cache_db_query("command_title")
def title_of(scenario_id: int) -> str | None:
    return Scenario.objects.filter(pk=scenario_id).values_list("title", flat=True).first()


def run(*words: str) -> str:
    out = StringIO()
    call_command("cache_invalidate", *words, stdout=out)
    (line,) = out.getvalue().splitlines()
    return line


def write_from_outside(sql: str) -> None:
    connection.ensure_connection()
    connection.connection.execute(sql)


@pytest.fixture
def user() -> User:
    """His name was read, and has changed since without our knowledge."""
    user = UserFactory.create(name="old")
    assert name_of(user.pk) == "old"
    await_posted()
    write_from_outside(f"UPDATE platform_app_user SET name = 'new' WHERE id = {user.pk}")
    return user


class TestInvalidating:
    def test_a_user(self, user: User) -> None:
        assert run("--user", str(user.pk)) == f"Invalidated ai_user:{user.pk}, user:{user.pk}."
        assert name_of(user.pk) == "new"

    def test_another_user_changes_nothing(self, user: User) -> None:
        run("--user", str(user.pk + 1))
        assert name_of(user.pk) == "old"

    def test_a_scenario(self) -> None:
        scenario = ScenarioFactory.create(title="old")
        title_of(scenario.pk)
        write_from_outside(f"UPDATE platform_app_scenario SET title = 'new' WHERE id = {scenario.pk}")
        assert (
            run("--scenario", str(scenario.pk))
            == f"Invalidated ai_scenario:{scenario.pk}, scenario:{scenario.pk}."
        )
        assert title_of(scenario.pk) == "new"

    def test_an_operation(self, user: User) -> None:
        assert (
            run("--operation", "command_name") == "Invalidated ai_operation:command_name, query:command_name."
        )
        assert name_of(user.pk) == "new"

    def test_answers_of_a_user_an_operation_and_all(self) -> None:
        def keep() -> None:
            ai_cache_service.cache_openai_response(
                operation="summary", input_data="text", response="short", model="m", user_id=7
            )

        def kept() -> object:
            return ai_cache_service.get_cached_openai_response(
                operation="summary", input_data="text", model="m", user_id=7
            )

        for words in (["--user", "7"], ["--operation", "summary"], ["--all"]):
            keep()
            run("--user", "8")
            run("--operation", "another")
            assert kept() == "short"
            assert "Would invalidate 1 of 1 results" in run(*words, "--dry-run")
            run(*words)
            assert kept() is None

    def test_vectors_of_an_operation(self) -> None:
        ai_cache_service.cache_embedding("text", [1.0, 2.0], model="m", operation="case_passage")
        assert "Would invalidate 0 of 1 results" in run("--operation", "another", "--dry-run")
        assert "Would invalidate 1 of 1 results" in run("--operation", "case_passage", "--dry-run")
        run("--operation", "case_passage")
        found = ai_cache_service.get_cached_embedding("text", model="m", operation="case_passage")
        assert found is None

    def test_all(self, user: User) -> None:
        assert run("--all") == "Invalidated all:answers, all:queries."
        assert name_of(user.pk) == "new"

    def test_a_model(self, user: User) -> None:
        said = run("--model", "platform_app.User")
        assert keys.bulk_tag(connection.catalog.name, "platform_app_user") in said
        assert name_of(user.pk) == "new"

    def test_one_row_of_a_model(self, user: User) -> None:
        said = run("--model", "platform_app.User", "--pk", str(user.pk))
        assert keys.row_tag(connection.catalog.name, "platform_app_user", "id", str(user.pk)) in said
        assert name_of(user.pk) == "new"

    def test_as_json(self, user: User) -> None:
        assert json.loads(run("--user", str(user.pk), "--json")) == {
            "dry_run": False,
            "tags": [f"ai_user:{user.pk}", f"user:{user.pk}"],
        }


class TestDryRun:
    def test_it_counts_and_changes_nothing(
        self, user: User, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        name_of(UserFactory.create().pk)
        await_posted()
        before = snapshot(redis_server, redis_key_prefix)
        said = run("--user", str(user.pk), "--dry-run")
        assert said == f"Would invalidate 1 of 2 results, by ai_user:{user.pk}, user:{user.pk}."
        assert snapshot(redis_server, redis_key_prefix) == before
        assert name_of(user.pk) == "old"

    def test_as_json(self, user: User) -> None:
        assert json.loads(run("--all", "--dry-run", "--json")) == {
            "dry_run": True,
            "tags": ["all:answers", "all:queries"],
            "results": 1,
            "of": 1,
            "complete": True,
        }

    def test_beyond_its_bound_it_says_at_least(self, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
        name_of(UserFactory.create().pk)
        await_posted()
        monkeypatch.setattr("caching.invalidation.census.MOST_ENTRIES", 1)
        said = run("--all", "--dry-run")
        assert said == "Would invalidate at least 1 of at least 1 results, by all:answers, all:queries."


def snapshot(server: redis.Redis, prefix: str) -> dict[bytes, Any]:
    """All entries and stamps."""
    return {
        key: server.get(key)
        for kind in ("db_query", "tag")
        for key in server.scan_iter(match=f"{prefix}{kind}:*")
    }


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "why"),
        [
            ([], "one of the arguments .* is required"),
            (["--user", "1", "--all"], "not allowed with"),
            (["--user", "07"], "--user: write 7 without zeros in front"),
            (["--scenario", "000"], "--scenario: write 0 without zeros in front"),
            (["--user", "1 2"], "--user: An id in a key is made of"),
            (["--scenario", ""], "--scenario: An id in a key is made of"),
            (["--operation", "Cities:*"], "--operation: "),
            (["--model", "User"], "--model User: there is no such model"),
            (["--model", "platform_app.Nothing"], "there is no such model"),
            (["--model", "nothing.User"], "there is no such model"),
            (["--model", "platform_app.User", "--pk", "seven"], "--pk: .*must be an integer"),
            (["--user", "1", "--pk", "1"], "--pk needs --model"),
        ],
    )
    def test_wrong_use_is_told_in_one_line(self, words: list[str], why: str) -> None:
        with pytest.raises(CommandError, match=why) as refused:
            run(*words)
        assert "\n" not in str(refused.value)
        assert refused.value.returncode in (1, 2)

    @pytest.mark.usefixtures("broken_redis")
    @pytest.mark.parametrize("words", [["--all"], ["--all", "--dry-run"], ["--model", "platform_app.User"]])
    def test_without_redis_it_says_so_in_one_line(self, words: list[str]) -> None:
        with pytest.raises(
            CommandError, match=r"^Redis does not work, and perhaps nothing was invalidated: "
        ) as refused:
            run(*words)
        assert "\n" not in str(refused.value)
        assert "s3cret" not in str(refused.value)
