from collections.abc import Callable
from uuid import UUID

import pytest

from caching.sql import UNKNOWN, Catalog, Changes, Statement

from .conftest import statements

Analyse = Callable[[str], Statement]
SERIES = UUID("12345678-1234-5678-1234-567812345678")
INSERT = 'INSERT INTO "book" ("author_id", "series_id", "title") VALUES '


def explained(*tags: str) -> Changes:
    return Changes(frozenset(f"db:{tag}" for tag in tags), explained=True)


def bulk(*names: str) -> Changes:
    return Changes(
        frozenset(f"db:{name}:{kind}" for name in names for kind in ("any", "bulk")), explained=False
    )


@pytest.mark.parametrize(
    "end",
    [
        "",
        ";",
        ' RETURNING "book"."id"',
        " ON CONFLICT DO NOTHING",
        " ON CONFLICT (id) DO NOTHING RETURNING id",
    ],
)
def test_an_insert_names_what_its_rows_point_to(analyse: Analyse, end: str) -> None:
    changes = analyse(INSERT + "(%s, %s, upper(%s))" + end).changes((3, SERIES, "x"))
    assert changes == explained("book:any", "book:author_id=3", f"book:series_id={SERIES.hex}")


@pytest.mark.parametrize("rows", [1, 2, 3, 50])
def test_an_insert_of_several_rows(analyse: Analyse, rows: int) -> None:
    text = INSERT + ", ".join(["(%s, %s, %s)"] * rows) + " RETURNING id"
    params = [value for row in range(rows) for value in (row, None, "x")]
    assert analyse(text).changes(params) == explained(
        "book:any", *(f"book:author_id={row}" for row in range(rows))
    )
    assert analyse(text).changes(params[1:]) == bulk("book")


def test_rows_that_are_not_alike(analyse: Analyse) -> None:
    changes = analyse(INSERT + "(%s, NULL, 'x'), (%s, %s, now())").changes((1, 2, SERIES))
    assert changes == explained(
        "book:any", "book:author_id=1", "book:author_id=2", f"book:series_id={SERIES.hex}"
    )


def test_an_insert_that_brings_its_key_names_it(analyse: Analyse) -> None:
    text = 'INSERT INTO "book" ("id", "author_id", "series_id") VALUES (%s, %s, %s)'
    assert analyse(text).changes((7, 3, None)) == explained("book:any", "book:id=7", "book:author_id=3")
    assert analyse(text).changes(("7", 3, None)) == bulk("book")
    text = 'INSERT INTO "book" ("id", "author_id", "series_id") VALUES (DEFAULT, %s, NULL)'
    assert analyse(text).changes((3,)) == explained("book:any", "book:author_id=3")


def test_an_insert_by_columns() -> None:
    text = (
        'INSERT INTO "book" ("author_id", "series_id", "title") SELECT * FROM '
        "UNNEST((%s)::bigint[], (%s)::uuid[], (%s)::varchar[]) ON CONFLICT DO NOTHING RETURNING id"
    )
    changes = statements().analyse(text).changes(([1, 2, 1], [None, SERIES, None], ["a", "b", "c"]))
    assert changes == explained(
        "book:any", "book:author_id=1", "book:author_id=2", f"book:series_id={SERIES.hex}"
    )
    assert statements().analyse(text).changes((1, None, "a")) == bulk("book")


@pytest.mark.parametrize(
    "text",
    [
        'INSERT INTO "book" ("author_id", "series_id") VALUES (%s + 1, NULL)',
        'INSERT INTO "book" ("author_id", "series_id") VALUES (DEFAULT, NULL)',
        'INSERT INTO "book" ("author_id") VALUES (%s)',
        'INSERT INTO "book" VALUES (%s, %s)',
        'INSERT INTO "book" ("author_id", "author_id", "series_id") VALUES (%s, %s, NULL)',
        'INSERT OR REPLACE INTO "book" ("author_id", "series_id") VALUES (%s, NULL)',
        INSERT + "(%s, NULL, 'x') ON CONFLICT (id) DO UPDATE SET author_id = 5",
        INSERT + "(%s, NULL)",
        INSERT + "(%s, NULL, 'x'), ...",
        INSERT + "(%s, NULL, 'x'",
        'INSERT INTO "book" ("author_id", "series_id") SELECT %s, NULL',
        'INSERT INTO "book" DEFAULT VALUES',
        'INSERT INTO "book" (',
        "INSERT INTO book",
        "INSERT INTO book (author_id, series_id) VALUES",
        "INSERT INTO book (author_id, series_id) VALUES (%s, NULL); DELETE FROM book",
    ],
)
def test_an_insert_that_says_less_counts_as_any_row(analyse: Analyse, text: str) -> None:
    assert analyse(text).changes([3] * text.count("%s")) == bulk("book")


@pytest.mark.parametrize("value", ["3", 3.0, True, b"3"])
def test_a_value_of_another_type_explains_nothing(analyse: Analyse, value: object) -> None:
    assert analyse(INSERT + "(%s, NULL, 'x')").changes((value,)) == bulk("book")


def test_insert_or_ignore_explains_itself() -> None:
    text = 'INSERT OR IGNORE INTO "book" ("author_id", "series_id") VALUES (%s, %s)'
    assert statements("sqlite").analyse(text).changes((3, None)) == explained("book:any", "book:author_id=3")


def test_executemany_adds_up(analyse: Analyse) -> None:
    statement = analyse(INSERT + "(%s, %s, %s)")
    assert statement.changes_of_many([(1, None, "a"), (2, None, "b")]) == explained(
        "book:any", "book:author_id=1", "book:author_id=2"
    )
    assert statement.changes_of_many([(1, None, "a")] * 1000) == bulk("book")
    assert not statement.changes_of_many([(1, None, "a"), ("1", None, "a")]).explained
    assert statement.changes_of_many([]).tags == frozenset()


def test_very_many_rows_count_as_any_row(analyse: Analyse) -> None:
    text = INSERT + ", ".join(["(%s, %s, %s)"] * 1000)
    assert analyse(text).changes([n for row in range(1000) for n in (row, None, "x")]) == bulk("book")


@pytest.mark.parametrize("text", ['UPDATE "author" SET "name" = %s WHERE "author"."id" = %s', None])
def test_a_table_that_points_nowhere_needs_no_aid(analyse: Analyse, text: str | None) -> None:
    statement = analyse(text or 'DELETE FROM "author" WHERE upper(%s) = name AND "author"."id" IN (%s)')
    assert statement.changes(("x", 7)) == explained("author:any", "author:id=7")
    assert statement.by_key is None


@pytest.mark.parametrize(
    "text",
    [
        'UPDATE "author" SET "id" = %s WHERE "author"."id" = %s',
        'UPDATE "author" SET "name" = %s FROM x WHERE "author"."id" = %s',
        'UPDATE "author" SET ("name", "x") = (%s, 1) WHERE "author"."id" = %s',
        'UPDATE "author" SET "name" = %s WHERE "author"."id" = %s OR true',
        'UPDATE ONLY "author" SET "name" = %s WHERE "author"."id" = %s',
        'UPDATE "author" SET "name" = %s WHERE "author"."id" = %s; SELECT 1',
        "DELETE FROM author USING x WHERE author.name = %s AND author.id = %s",
        "DELETE FROM author a WHERE a.name = %s AND a.id = %s",
        "UPDATE author SET name = %s WHERE author.id = %s AND EXISTS (SELECT 1)",
    ],
)
def test_other_updates_count_as_any_row(analyse: Analyse, text: str) -> None:
    changes = analyse(text).changes(("x", 7))
    assert not changes.explained
    assert {"db:author:any", "db:author:bulk"} <= changes.tags


def test_all_tables_of_a_write_are_written(analyse: Analyse) -> None:
    text = "UPDATE book SET title = 'x' WHERE author_id IN (SELECT id FROM author)"
    assert analyse(text).changes(()) == bulk("book", "author")


UPDATE = 'UPDATE "book" SET "author_id" = %s, "title" = %s WHERE "book"."id" = %s'


def test_a_row_that_was_loaded_moves_from_one_author_to_another(analyse: Analyse) -> None:
    aid = analyse(UPDATE).by_key
    assert aid is not None
    assert (aid.table, aid.key_column, aid.foreign_keys) == ("book", "id", ("author_id", "series_id"))
    params, old = (4, "x", 7), {"author_id": 3, "series_id": None}
    assert aid.key_value(params) == "7"
    assert aid.new_foreign_keys(params) == {"author_id": 4}
    assert aid.guarded(params, old) == (
        f'{UPDATE}\nAND "author_id" = %s\nAND "series_id" IS NULL', (4, "x", 7, 3)
    )  # fmt: skip
    assert aid.tags(params, old) == explained("book:any", "book:id=7", "book:author_id=3", "book:author_id=4")
    assert analyse(UPDATE).changes(params) == bulk("book")


def test_the_guard_speaks_as_the_driver_does() -> None:
    old = {"author_id": 3, "series_id": SERIES}
    for vendor, value in (("postgresql", SERIES), ("sqlite", SERIES.hex)):
        aid = statements(vendor).analyse(UPDATE).by_key
        assert aid is not None
        assert aid.guarded((4, "x", 7), old)[1] == (4, "x", 7, 3, value)


def test_a_new_value_that_the_text_does_not_tell_counts_as_any_row(analyse: Analyse) -> None:
    aid = analyse('UPDATE "book" SET "author_id" = "author_id" + %s WHERE "book"."id" = %s').by_key
    assert aid is not None
    assert aid.new_foreign_keys((1, 7)) == {"author_id": UNKNOWN}
    assert aid.tags((1, 7), {"author_id": 3, "series_id": None}) == bulk("book")
    assert aid.key_value((1, 7, 9)) is None
    assert aid.tags((1, 7, 9), {"author_id": 3, "series_id": None}) == bulk("book")


@pytest.mark.parametrize(
    "text",
    [
        'UPDATE "book" SET "title" = %s WHERE "book"."id" IN (%s, %s)',
        'UPDATE "book" SET "title" = %s WHERE "book"."id" = %s OR true',
        'UPDATE "book" SET "title" = %s WHERE "book"."id" = %s AND "book"."title" = %s',
        'UPDATE "book" SET "id" = %s WHERE "book"."id" = %s',
        'UPDATE "book" SET "title" = %s WHERE "book"."author_id" = %s',
        'UPDATE "book" SET "title" = %s WHERE "book"."id" = %s RETURNING id',
        'DELETE FROM "book" WHERE "book"."id" = %s',
        'UPDATE "book" SET "title" = %s WHERE "book"."id" = %(id)s',
    ],
)
def test_only_an_update_by_the_key_alone_can_be_guarded(analyse: Analyse, text: str) -> None:
    assert analyse(text).by_key is None


def test_a_table_with_triggers_explains_nothing_and_writes_what_they_write(vendor: str) -> None:
    catalog = Catalog(writes={"book": frozenset({"word"})}, altering=frozenset({"book"}))
    analyse = statements(vendor, catalog).analyse
    assert analyse(INSERT + "(%s, %s, %s)").changes((3, None, "x")) == bulk("book", "word")
    assert analyse(UPDATE).by_key is None
    assert analyse('DELETE FROM "book" WHERE "book"."id" = %s').returning is None


def test_actions_of_foreign_keys_change_other_tables_in_bulk(vendor: str) -> None:
    catalog = Catalog(writes={"author": frozenset({"book"}), "book": frozenset({"word"})})
    changes = (
        statements(vendor, catalog).analyse('DELETE FROM "author" WHERE "author"."id" = %s').changes((3,))
    )
    assert changes.tags == bulk("book", "word").tags | explained("author:any", "author:id=3").tags


def test_a_definition_that_cannot_be_read_may_write_everything(vendor: str) -> None:
    catalog = Catalog(writes={"book": frozenset({"*"})}, altering=frozenset({"book"}))
    assert "db:series:bulk" in statements(vendor, catalog).analyse("DELETE FROM book").changes(()).tags
