"""Changed rows that the database itself names, and what they have lost by the statement's own word."""

from collections.abc import Callable, Sequence

import pytest

from caching.sql import Statement

from .test_writing import SERIES, bulk, explained

Analyse = Callable[[str], Statement]


@pytest.mark.parametrize(
    "text",
    [
        'UPDATE "book" SET "title" = %s WHERE "book"."author_id" = %s -- why',
        'UPDATE "book" SET "title" = %s WHERE "book"."id" IN (%s, %s, %s)',
        'DELETE FROM "book" WHERE "book"."id" = %s',
        'DELETE FROM "book" WHERE ("book"."title" = %s AND "book"."series_id" = %s)',
    ],
)
def test_the_database_can_tell_which_rows_it_changed(analyse: Analyse, text: str) -> None:
    aid = analyse(text).returning
    params = range(text.count("%s"))
    assert aid is not None
    assert aid.columns == ("id", "author_id", "series_id")
    assert aid.sql() == f'{text}\nRETURNING "id", "author_id", "series_id"'
    assert aid.tags(params, [(7, 3, None), (8, 3, SERIES.hex)]) == explained(
        "book:any", "book:id=7", "book:id=8", "book:author_id=3", f"book:series_id={SERIES.hex}"
    )
    assert aid.tags(params, []) == explained("book:any")
    assert aid.tags(params, [(7, 3, None)] * 1000) == bulk("book")
    assert aid.tags(params, [("odd", 3, None)]) == bulk("book")


TAKEN = 'UPDATE "book" SET "author_id" = NULL WHERE "book"."author_id" IN '


@pytest.mark.parametrize("count", [1, 2, 30])
def test_rows_that_lose_what_they_are_asked_for_by_are_missed_there(analyse: Analyse, count: int) -> None:
    """What Django sends for SET_NULL. The rows come back without the author that they had."""
    statement = analyse(f"{TAKEN}({', '.join(['%s'] * count)})")
    aid = statement.returning
    assert aid is not None
    assert aid.sql().endswith('RETURNING "id", "author_id", "series_id"')
    authors = list(range(100, 100 + count))
    lost = [f"book:author_id={author}" for author in authors]
    assert aid.tags(authors, [(7, None, SERIES)]) == explained(
        "book:any", *lost, "book:id=7", f"book:series_id={SERIES.hex}"
    )
    assert statement.changes(authors) == bulk("book")


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ('UPDATE "book" SET "author_id" = %s WHERE "book"."author_id" = %s', (4, 3)),
        ('UPDATE "book" SET "title" = %s, "author_id" = %s WHERE ("book"."author_id") IN ((%s))', ("x", 4, 3)),
        ('UPDATE "book" SET "author_id" = "id" - 3 WHERE "book"."id" = %s AND "book"."author_id" = %s', (7, 3)),
        ('UPDATE "book" SET "author_id" = 4 WHERE "book"."title" IN (%s, %s) AND "book"."author_id" = %s', "ab3"),
    ],
)  # fmt: skip
def test_rows_that_move_are_missed_where_they_were_and_new_where_they_are(
    analyse: Analyse, text: str, params: tuple[object, ...]
) -> None:
    aid = analyse(text).returning
    params = [*params[:-1], 3]
    assert aid is not None
    assert aid.tags(params, [(7, 4, None)]) == explained(
        "book:any", "book:id=7", "book:author_id=3", "book:author_id=4"
    )


@pytest.mark.parametrize("authors", [["3"], [True], [3, "4"], [3, 4, 5], range(1000)])
def test_a_loss_that_the_parameters_do_not_prove_counts_as_any_row(
    analyse: Analyse, authors: Sequence[object]
) -> None:
    marks = ", ".join(["%s"] * (2 if len(authors) == 3 else len(authors)))
    aid = analyse(f"{TAKEN}({marks})").returning
    assert aid is not None
    assert aid.tags(list(authors), [(7, None, None)]) == bulk("book")


@pytest.mark.parametrize(
    "text",
    [
        'UPDATE "book" SET "author_id" = %s WHERE "book"."id" = %s',
        'UPDATE "book" SET "author_id" = NULL WHERE "book"."series_id" = %s',
        'UPDATE "book" SET "author_id" = NULL, "series_id" = NULL WHERE "book"."author_id" = %s',
        'UPDATE "book" SET "author_id" = NULL WHERE "book"."author_id" = %s OR 1 = 1',
        'UPDATE "book" SET "author_id" = NULL WHERE "book"."author_id" = 3',
        'UPDATE "book" SET "id" = %s WHERE "book"."author_id" = %s',
        'DELETE FROM "book"',
        'DELETE FROM "book" WHERE "book"."title" = %s',
        'DELETE FROM "book" WHERE "book"."id" = %s RETURNING title',
        'DELETE FROM "book" WHERE "book"."id" = %s;',
        'DELETE FROM "book" WHERE "book"."id" IN (SELECT id FROM book)',
        'INSERT INTO "book" ("author_id", "series_id") VALUES (%s, NULL)',
        "SELECT 1",
    ],
)
def test_other_statements_are_sent_as_they_are(analyse: Analyse, text: str) -> None:
    assert analyse(text).returning is None
