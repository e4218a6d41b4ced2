"""The promise itself, tried out on a real SQLite: if a write changes the answer to a query, the two share a tag.

Queries and writes are put together at random from parts that Django or a person would write; the old foreign keys that
a guarded UPDATE and a RETURNING bring are tried as well.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caching.sql import Dependencies, Statement

from .conftest import statements

SCHEMA = """
    CREATE TABLE author (id integer PRIMARY KEY, name text);
    CREATE TABLE series (id char(32) PRIMARY KEY);
    CREATE TABLE book (id integer PRIMARY KEY, author_id integer, series_id char(32), title text);
    INSERT INTO author VALUES (1, 'a'), (2, 'b');
    INSERT INTO book VALUES (1, 1, NULL, 'a'), (2, 1, '{}', 'b'), (3, 2, '{}', 'a'), (4, NULL, NULL, 'c');
""".format("0" * 32, "1" * 32)
ANALYSED = statements("sqlite")
VALUES = {
    "id": st.sampled_from([1, 2, 3, 5, 5]),  # 5 is the next row's
    "author_id": st.one_of(st.integers(1, 3), st.none(), st.just("1"), st.just(True)),
    "series_id": st.one_of(st.sampled_from(["0" * 32, "1" * 32]), st.none()),
    "title": st.sampled_from("abc"),
}
Bound = tuple[str, list[object]]


LISTS = (
    lambda left, count: f"{left} IN ({', '.join(['%s'] * count)})",
    lambda left, count: f"({left}) IN ({', '.join(['(%s)'] * count)})",
    lambda left, count: f"({' OR '.join([f'{left} = %s'] * count)})",
)


@st.composite
def leaves(draw: st.DrawFn, tables: Sequence[str]) -> Bound:
    table = draw(st.sampled_from(tables))
    usual = ["id", "id", "author_id", "author_id", "series_id", "title"]
    column = draw(st.sampled_from(usual if table != "author" else ["id", "name"]))
    values = VALUES.get(column, VALUES["title"])
    left = f'"{table}"."{column}"'
    operator = draw(st.sampled_from(["=", "=", "=", "=", "IN", "IN", "<>", "IS NULL", "BETWEEN"]))
    if operator == "IN":
        params = draw(st.lists(values, min_size=1, max_size=4))
        return draw(st.sampled_from(LISTS))(left, len(params)), list(params)
    if operator == "IS NULL":
        return f"{left} IS NULL", []
    if operator == "BETWEEN":
        return f"{left} BETWEEN %s AND %s", [draw(values), draw(values)]
    return f"{left} {operator} %s", [draw(values)]


def conditions(tables: Sequence[str]) -> st.SearchStrategy[Bound]:
    def joined(parts: st.SearchStrategy[Bound]) -> st.SearchStrategy[Bound]:
        forms = st.sampled_from(["{} AND {}", "{} AND {}", "{} OR {}", "NOT {} AND {}", "({}) AND NOT ({})"])
        several = st.tuples(forms, parts, parts).map(
            lambda one: (one[0].format(one[1][0], one[2][0]), [*one[1][1], *one[2][1]])
        )
        return several | parts.map(lambda one: (f"({one[0]})", one[1]))

    return st.recursive(leaves(tables), joined, max_leaves=4)


@st.composite
def queries(draw: st.DrawFn) -> Bound:
    source, tables = draw(
        st.sampled_from(
            [
                ('"book"', ["book"]),
                ('"book"', ["book"]),
                ('"author"', ["author"]),
                ('"book" INNER JOIN "author" ON ("book"."author_id" = "author"."id")', ["book", "author"]),
                (
                    '"book" LEFT OUTER JOIN "author" ON ("book"."author_id" = "author"."id")',
                    ["book", "author"],
                ),
                ('"author" LEFT JOIN "book" ON ("book"."author_id" = "author"."id")', ["book", "author"]),
                ('"book" T3 CROSS JOIN "book"', ["T3", "book"]),
                ('"author", "book"', ["book", "author"]),
            ]
        )
    )
    columns = draw(st.sampled_from(["*", "1", "COUNT(*)", "MAX({0}.id)", "DISTINCT {0}.id"])).format(
        tables[0]
    )
    where, params = draw(conditions(tables))
    end = draw(
        st.sampled_from(["", " ORDER BY 1", " LIMIT 1", " ORDER BY 1 LIMIT 2 OFFSET 1", " GROUP BY 1"])
    )
    if columns != "*" and ("(" in columns) and "GROUP" in end:
        end = ""
    return f"SELECT {columns} FROM {source} WHERE {where}{end}", params


@st.composite
def writes(draw: st.DrawFn) -> Bound:
    kind = draw(
        st.sampled_from(
            ["insert", "insert", "keyed", "update", "update", "moved", "moved", "delete", "author"]
        )
    )
    where, params = draw(conditions(["book"]))
    if kind == "insert":
        rows = draw(
            st.lists(
                st.tuples(VALUES["author_id"], VALUES["series_id"], VALUES["title"]), min_size=1, max_size=3
            )
        )
        marks = ", ".join(["(%s, %s, %s)"] * len(rows))
        return f'INSERT INTO "book" ("author_id", "series_id", "title") VALUES {marks}', [
            x for row in rows for x in row
        ]
    if kind == "keyed":
        verb = draw(st.sampled_from(["INSERT OR IGNORE", "INSERT OR REPLACE"]))
        row = [draw(VALUES[column]) for column in ("id", "author_id", "series_id")]
        return f'{verb} INTO "book" ("id", "author_id", "series_id") VALUES (%s, %s, %s)', row
    if kind == "update":
        column = draw(st.sampled_from(["title", "title", "author_id", "series_id"]))
        if draw(st.booleans()):
            where, params = '"book"."id" = %s', [draw(VALUES["id"])]
        return f'UPDATE "book" SET "{column}" = %s WHERE {where}', [draw(VALUES[column]), *params]
    if kind == "moved":
        column = draw(st.sampled_from(["author_id", "author_id", "series_id", "id"]))
        old = draw(st.lists(VALUES[column], min_size=1, max_size=1 if column == "id" else 3))
        asked = draw(st.sampled_from(LISTS))(f'"book"."{column}"', len(old))
        if column != "id" and draw(st.booleans()):
            asked, old = f"{asked} AND {where}", [*old, *params]
        if column != "id" and draw(st.booleans()):
            return f'UPDATE "book" SET "{column}" = NULL WHERE {asked}', old
        return f'UPDATE "book" SET "{column}" = %s WHERE {asked}', [
            5 if column == "id" else draw(VALUES[column]),
            *old,
        ]
    if kind == "author":
        return 'UPDATE "author" SET "name" = %s WHERE "author"."id" = %s', [
            draw(VALUES["title"]),
            draw(VALUES["id"]),
        ]
    return f'DELETE FROM "book" WHERE {where}', params


def run(database: sqlite3.Connection, sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
    return database.execute(sql.replace("%s", "?"), list(params)).fetchall()  # type: ignore[arg-type]


def needed(depends: Dependencies, fetched: int) -> frozenset[str]:
    return depends.tags if 0 < depends.rows <= fetched else depends.tags | depends.absent


def changed(
    database: sqlite3.Connection, statement: Statement, sql: str, params: list[object]
) -> frozenset[str]:
    """Does the write with the best aid that there is, as the backend would; returns its tags."""
    aid = statement.by_key
    if aid is not None and (key := aid.key_value(params)) is not None:
        rows = run(database, "SELECT author_id, series_id FROM book WHERE id = %s", [int(key)])
        if rows:
            old = dict(zip(aid.foreign_keys, rows[0], strict=True))
            guarded, values = aid.guarded(params, old)
            assert database.execute(guarded.replace("%s", "?"), values).rowcount == 1  # type: ignore[arg-type]
            return aid.tags(params, old).tags
    returning = statement.returning
    if returning is not None:
        return returning.tags(params, run(database, returning.sql(), params)).tags
    run(database, sql, params)
    return statement.changes(params).tags


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SCHEMA)
        yield connection


@given(query=queries(), several=st.lists(writes(), min_size=6, max_size=10))
def test_a_write_that_changes_an_answer_shares_a_tag_with_it(
    database: sqlite3.Connection, query: Bound, several: list[Bound]
) -> None:
    before = run(database, *query)
    depends = ANALYSED.analyse(query[0]).dependencies(query[1])
    for write in several:
        database.execute("BEGIN")
        try:
            tags = changed(database, ANALYSED.analyse(write[0]), *write)
            after = run(database, *query)
        finally:
            database.execute("ROLLBACK")
        if before != after:
            assert needed(depends, len(before)) & tags, write
