"""A small world for texts: authors, books that point to them, and a table without foreign keys."""

from collections.abc import Callable

import pytest

from caching.sql import Catalog, Column, Schema, Statement, Statements, Table, ValueType

TABLES = (
    Table("author", Column("id", ValueType.INTEGER)),
    Table(
        "book",
        Column("id", ValueType.INTEGER),
        (Column("author_id", ValueType.INTEGER), Column("series_id", ValueType.UUID)),
    ),
    Table("series", Column("id", ValueType.UUID)),
    Table("word"),
)


def statements(vendor: str = "postgresql", catalog: Catalog | None = None) -> Statements:
    return Statements("db", vendor, Schema(TABLES, catalog))


@pytest.fixture(params=["postgresql", "sqlite"])
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def analyse(vendor: str) -> Callable[[str], Statement]:
    """`analyse(text)` on both databases."""
    return statements(vendor).analyse
