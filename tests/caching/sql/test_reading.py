from collections.abc import Callable
from uuid import UUID

import pytest

from caching.sql import Catalog, Dependencies, Statement

from .conftest import statements

Analyse = Callable[[str], Statement]
SERIES = UUID("12345678-1234-5678-1234-567812345678")
BOOK = 'SELECT "book"."id", "book"."title" FROM "book" WHERE '


def whole(*names: str) -> Dependencies:
    return Dependencies(frozenset(f"db:{name}:any" for name in names))


def rows(*tags: str, absent: str = "", found: int = 0) -> Dependencies:
    return Dependencies(
        frozenset(f"db:{tag}" for tag in tags), frozenset(f"db:{tag}" for tag in absent.split()), found
    )


def test_a_row_asked_for_by_its_key_and_found(analyse: Analyse) -> None:
    found = analyse(BOOK + '"book"."id" = %s LIMIT 21').dependencies((7,))
    assert found == rows("book:id=7", "book:bulk", absent="book:any", found=1)


def test_several_rows_are_found_when_as_many_were_fetched(analyse: Analyse) -> None:
    text = BOOK + '"book"."id" IN (%s, %s, %s)'
    expected = rows("book:id=1", "book:id=2", "book:bulk", absent="book:any", found=2)
    assert analyse(text).dependencies([1, 2, 1]) == expected


def test_rows_that_point_to_another(analyse: Analyse) -> None:
    text = BOOK + '("book"."author_id" = %s AND "book"."title" LIKE %s) ORDER BY "book"."title"'
    assert analyse(text).dependencies((3, "x%")) == rows("book:author_id=3", "book:bulk")


@pytest.mark.parametrize("value", [SERIES, str(SERIES), SERIES.hex, SERIES.hex.upper()])
def test_a_uuid_is_one_value_in_all_its_forms(analyse: Analyse, value: object) -> None:
    expected = rows(f"book:series_id={SERIES.hex}", "book:bulk")
    assert analyse(BOOK + '"book"."series_id" = %s').dependencies((value,)) == expected


@pytest.mark.parametrize("value", ["7", 7.0, True, None, b"7", "x", [7], "{7}"])
def test_a_value_of_another_type_proves_nothing(analyse: Analyse, value: object) -> None:
    assert analyse(BOOK + '"book"."author_id" = %s').dependencies((value,)) == whole("book")
    assert analyse(BOOK + '"book"."series_id" = %s').dependencies((value,)) == whole("book")


def test_a_foreign_key_says_where_an_absent_row_would_appear(analyse: Analyse) -> None:
    found = analyse(BOOK + '"book"."id" = %s AND "book"."author_id" = %s').dependencies((7, 3))
    assert found == rows("book:id=7", "book:bulk", absent="book:author_id=3", found=1)


def test_a_key_that_is_asked_for_twice_does_not_say_where_it_would_appear(analyse: Analyse) -> None:
    """`filter(pk=7).get(pk=7)`: a new row gets its key from a sequence, and its INSERT does not name it."""
    found = analyse(BOOK + '"book"."id" = %s AND "book"."id" = %s').dependencies((7, 7))
    assert found == rows("book:id=7", "book:bulk", absent="book:any", found=1)


def test_parameters_by_name(analyse: Analyse) -> None:
    statement = analyse(BOOK + '"book"."id" = %(id)s AND "book"."title" <> %(title)s')
    assert statement.dependencies({"id": 7, "title": "x"}).tags == {"db:book:id=7", "db:book:bulk"}
    assert statement.dependencies({"id": 7}) == whole("book")
    assert statement.dependencies([7, "x"]) == whole("book")


def test_lists_before_a_pin_do_not_shift_its_parameter(analyse: Analyse) -> None:
    for length in (1, 2, 5):
        marks = ", ".join(["%s"] * length)
        text = BOOK + f'"book"."title" IN ({marks}) AND "book"."id" = %s AND "book"."x" IN ({marks})'
        titles = ["t"] * length
        assert analyse(text).dependencies([*titles, 7, *titles]).tags == {"db:book:id=7", "db:book:bulk"}
        assert analyse(text).dependencies([*titles, 7]) == whole("book")


@pytest.mark.parametrize("params", [None, (), (1,), (1, 2, 3), {}, {"a": 1}, "ab", 7])
def test_parameters_that_do_not_fit_prove_nothing(analyse: Analyse, params: object) -> None:
    text = BOOK + '"book"."id" = %s AND "book"."title" = %s'
    assert analyse(text).dependencies(params) == whole("book")  # type: ignore[arg-type]


ONE = '"book"."author_id" = %s'


@pytest.mark.parametrize(
    "condition",
    [
        f"{ONE} OR 1 = 1",
        f"1 = 1 OR {ONE}",
        f"({ONE} OR 1 = 1)",
        f"1 = 1 AND {ONE} OR 1 = 1",
        f"NOT {ONE}",
        f"NOT ({ONE})",
        f"NOT (1 = 1 AND {ONE})",
        f"({ONE}) IS NOT TRUE",
        f"({ONE}) = false",
        f"{ONE} IS NULL",
        f"{ONE} + 1",
        f"{ONE}::int = 1",
        f"coalesce({ONE}, true)",
        f"f(1 = 1 AND {ONE} AND 1 = 1)",
        f"1 BETWEEN 0 AND {ONE}",
        f"CASE WHEN 1 = 1 AND {ONE} AND 1 = 1 THEN 1 ELSE 2 END = 1",
        f"EXISTS (SELECT 1 WHERE {ONE})",
        f"1 IN (SELECT 1 FROM author WHERE {ONE})",
        '"book"."author_id" = - %s',
        '"book"."author_id" <= %s',
        '"book"."author_id" != %s',
        '"book"."author_id" IN (%s, 5)',
        '"book"."author_id" NOT IN (%s)',
        '-"book"."author_id" = %s',
        '"other"."book"."author_id" = %s',
        '"book"."author_id" = ANY(%s)',
        'abs("book"."author_id") IN (%s)',
        'abs ("book"."author_id") IN ((%s), (%s))',
        '("book"."author_id") NOT IN ((%s), (%s))',
        '("book"."author_id") IN ((%s), (5))',
        '("book"."author_id") IN ((%s), (%s)) IS NULL',
        '("book"."author_id", "book"."id") IN ((%s, %s))',
        '("book"."author_id") IN (%s) OR 1 = 1',
        '("book"."author_id" + 1) IN ((%s))',
        '("book"."author_id" = %s OR "book"."title" = %s)',
        '("book"."author_id" = %s OR "book"."author_id" = %s OR 1 = 1)',
        '"book"."author_id" = %s OR "book"."author_id" = %s',
        '"author_id" = %s',
        '"book"."title" = %s',
        f"{ONE} UNION SELECT 1, 2 FROM book",
        f"{ONE} GROUP BY 1 HAVING ({ONE}) UNION TABLE book",
        f"{ONE}; SELECT * FROM book",
    ],
)
def test_a_condition_that_need_not_hold_pins_nothing(analyse: Analyse, condition: str) -> None:
    found = analyse(BOOK + condition).dependencies([7] * condition.count("%s"))
    assert "db:book:any" in found.tags


@pytest.mark.parametrize(
    "condition",
    [
        ONE,
        f"({ONE})",
        f"(({ONE}) AND 1 = 1)",
        f"1 BETWEEN 0 AND 2 AND {ONE}",
        f"NOT (1 = 2) AND {ONE}",
        f"(1 = 1 OR 1 = 2) AND {ONE}",
        f"{ONE} AND f(1, 2)",
        '"book"."author_id" IN (%s)',
        '("book"."author_id") IN (%s)',
        '("book"."author_id") IN ((%s), (%s))',
        '(("book"."author_id") IN ((%s)) AND 1 = 1)',
        '("book"."author_id" = %s OR "book"."author_id" = %s)',
        '("book"."author_id") = %s',
        "book.author_id in (%s)",
        "Book.AUTHOR_ID=%s",
        f"{ONE} GROUP BY 1 HAVING 1 = 1 ORDER BY 1 LIMIT 1 OFFSET 1 FOR UPDATE",
        f"{ONE} /* who asked */",
        f"{ONE};",
    ],
)
def test_a_condition_that_must_hold_pins(analyse: Analyse, condition: str) -> None:
    found = analyse(BOOK + condition).dependencies([7] * condition.count("%s"))
    assert found.tags == {"db:book:author_id=7", "db:book:bulk"}


@pytest.mark.parametrize(
    "text",
    [
        'SELECT COUNT(*) FROM "book" WHERE "book"."id" = %s',
        'SELECT 1 FROM "book" WHERE "book"."id" = %s HAVING 1 = 1',
        'SELECT 1 FROM "book" WHERE "book"."id" = %s GROUP BY 1',
    ],
)
def test_an_aggregate_has_a_row_where_there_is_none(analyse: Analyse, text: str) -> None:
    found = analyse(text).dependencies((7,))
    assert found == rows("book:id=7", "book:bulk", "book:any")


JOIN = 'SELECT "book"."id" FROM "book" INNER JOIN "author" ON ("book"."author_id" = "author"."id") WHERE '


def test_a_join_pins_each_table_for_itself(analyse: Analyse) -> None:
    found = analyse(JOIN + '"book"."id" = %s').dependencies((7,))
    assert found == rows("book:id=7", "book:bulk", "author:any", absent="book:any", found=1)
    found = analyse(JOIN + '"book"."author_id" = %s AND "author"."id" = %s').dependencies((7, 7))
    expected = rows(
        "book:author_id=7", "book:bulk", "author:id=7", "author:bulk", absent="author:any", found=1
    )
    assert found == expected


def test_a_join_may_give_one_row_twice(analyse: Analyse) -> None:
    found = analyse(JOIN + '"book"."id" IN (%s, %s)').dependencies((7, 8))
    assert found == rows("book:id=7", "book:id=8", "book:bulk", "book:any", "author:any")


@pytest.mark.parametrize(
    "text",
    [
        'SELECT 1 FROM "book" INNER JOIN "book" T2 ON ("book"."id" = T2."id") WHERE "book"."id" = %s',
        'SELECT 1 FROM "book" "author", "author" "book" WHERE "author"."author_id" = %s AND "author"."id" = "book"."id"',
        'WITH "book" AS (VALUES (1)) SELECT 1 FROM "book" WHERE "book"."id" = %s',
        'SELECT 1 FROM (SELECT * FROM "book") "book" WHERE "book"."id" = %s',
        'SELECT (SELECT max(id) FROM "book") FROM "book" WHERE "book"."id" = %s',
        'SELECT 1 FROM "book" NATURAL JOIN "author" WHERE "book"."id" = %s',
        'SELECT 1 FROM other."book" WHERE "book"."id" = %s',
        'SELECT 1 FROM "book" TABLESAMPLE SYSTEM (10) WHERE "book"."id" = %s',
        'SELECT 1 FROM f(%s) "book" WHERE "book"."id" = 1',
        'SELECT "x" IS DISTINCT FROM "y" FROM "book" WHERE "book"."id" = %s',
    ],
)
def test_what_is_more_than_plain_tables_is_read_as_a_whole(analyse: Analyse, text: str) -> None:
    found = analyse(text).dependencies((7,))
    other = 'FROM "book" "author"' in text
    assert "db:book:author_id=7" in found.tags if other else "db:book:any" in found.tags


def test_other_names_of_a_table_are_understood(analyse: Analyse) -> None:
    found = analyse("SELECT b.* FROM book AS b LEFT JOIN author a ON a.id = b.author_id WHERE b.id = %s")
    assert found.dependencies((7,)) == rows(
        "book:id=7", "book:bulk", "author:any", absent="book:any", found=1
    )


def test_unknown_tables_depend_on_all_that_is_unknown(analyse: Analyse) -> None:
    assert analyse('SELECT * FROM book, "New" JOIN b.c ON true').dependencies(()).tags == {
        "db:book:any", "db:new:any", "db:c:any", "db:*:any"
    }  # fmt: skip
    assert analyse('SELECT * FROM "odd name"').dependencies(()).tags == {"db:*:any"}


def test_what_follows_from_is_not_always_a_table(analyse: Analyse) -> None:
    text = "SELECT EXTRACT(YEAR FROM T4.x), b.y FROM generate_series(1, 2) AS g JOIN book b USING (id)"
    assert analyse(text).dependencies(()) == whole("book")


def test_sqlite_takes_strings_for_names() -> None:
    assert statements("sqlite").analyse("SELECT * FROM 'Book'").dependencies(()) == whole("book")
    assert statements("sqlite").analyse("SELECT * FROM 'new'").dependencies(()) == whole("new", "*")


def test_a_view_reads_what_lies_behind_it_and_is_never_pinned(vendor: str) -> None:
    catalog = Catalog(
        frozenset({"shelf", "book"}), {"shelf": frozenset({"book", "word"}), "book": frozenset({"author"})}
    )
    analyse = statements(vendor, catalog).analyse
    assert analyse("SELECT * FROM shelf").dependencies(()) == whole("shelf", "book", "word", "author")
    assert analyse(BOOK + '"book"."id" = %s').dependencies((7,)) == whole("book", "author")


def test_a_pinned_table_that_a_function_reads_as_well_is_read_as_a_whole(vendor: str) -> None:
    catalog = Catalog(frozenset({"f"}), {"f": frozenset({"book"})})
    found = (
        statements(vendor, catalog)
        .analyse('SELECT f() FROM "book" WHERE "book"."id" = %s')
        .dependencies((7,))
    )
    assert found == whole("f", "book")


def test_a_function_that_writes_makes_a_select_a_write(vendor: str) -> None:
    catalog = Catalog(
        frozenset({"archive", "shelf"}),
        {"archive": frozenset({"book"}), "shelf": frozenset({"archive"})},
        writing=frozenset({"archive"}),
    )
    for text in ("SELECT archive(1)", "SELECT * FROM shelf", "CALL archive(1)"):
        changes = statements(vendor, catalog).analyse(text).changes(())
        assert {"db:book:any", "db:book:bulk"} <= changes.tags
        assert "db:author:any" not in changes.tags
