"""What Django sends to the database of this test run, looked at on its way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from caching.sql import Changes, Dependencies, Kind, Params, Statement, Statements, read_schema
from platform_app.models import Scenario
from tests.factories import make_scenario

Sent = list[tuple[Statement, Any, bool]]


@pytest.fixture(scope="module")
def statements(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Statements:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return Statements("db", connection.vendor, read_schema(connection))


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


@contextmanager
def sending(statements: Statements) -> Iterator[Sent]:
    """All statements with their parameters, savepoints left out."""
    sent: Sent = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statement = statements.analyse(sql)
        if statement.kind is not Kind.OTHER:
            sent.append((statement, params, many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield sent


def reading(statements: Statements, read: Callable[[], object]) -> Dependencies:
    """Of the only query that this sends."""
    with sending(statements) as sent:
        read()
    ((statement, params, many),) = sent
    assert statement.kind is Kind.READ
    assert not many
    return statement.dependencies(params)


def writing(statements: Statements, write: Callable[[], object]) -> list[tuple[Statement, Params, Changes]]:
    with sending(statements) as sent:
        write()
    return [
        (statement, params, statement.changes(params))
        for statement, params, _ in sent
        if statement.kind is Kind.WRITE
    ]


def tag(model: Any, end: str) -> str:
    return f"db:{model._meta.db_table}:{end}"


def of_rows(model: Any, *ends: str) -> frozenset[str]:
    return frozenset({tag(model, "bulk"), *(tag(model, end) for end in ends)})


def of_tables(*models: Any) -> frozenset[str]:
    return frozenset(tag(model, "any") for model in models)


def explained(model: Any, *ends: str) -> Changes:
    return Changes(of_tables(model) | {tag(model, end) for end in ends}, explained=True)


def bulk(model: Any) -> Changes:
    return Changes(of_rows(model, "any"), explained=False)
