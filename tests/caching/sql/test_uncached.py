"""Tables whose writes nobody announces: what may read one is not kept, what may write more than such tables is announced."""

import pytest

from caching.sql import Catalog, Kind, Schema, Statement, Statements, Table

from .conftest import TABLES

NAMES = frozenset({"seen_log", "all_of_it", "log_and_book", "refill"})
CATALOG = Catalog(
    names=NAMES,
    reads={
        "seen_log": frozenset({"log"}),
        "all_of_it": frozenset({"seen_log"}),
        "log_and_book": frozenset({"log", "book"}),
        "refill": frozenset({"*"}),
    },
)


def analyse(text: str, vendor: str, catalog: Catalog = CATALOG) -> Statement:
    schema = Schema((*TABLES, Table("log", uncached=True)), catalog)
    return Statements("db", vendor, schema).analyse(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM log",
        'SELECT * FROM "log" AS l',
        'SELECT * FROM public."LOG"',
        "SELECT * FROM book JOIN log ON true",
        "SELECT (SELECT count(*) FROM log) FROM book",
        "WITH l AS (SELECT * FROM log) SELECT * FROM l",
        "SELECT 1; SELECT * FROM log",
        "SELECT * FROM seen_log",
        "SELECT * FROM all_of_it",
        "SELECT refill()",
        "FETCH ALL FROM opened_elsewhere",
        "SELECT query_to_xml('SELECT * FROM log', true, true, '')",
    ],
)
def test_what_may_read_one_is_not_kept(text: str, vendor: str) -> None:
    statement = analyse(text, vendor)
    assert statement.kind is Kind.READ
    assert statement.reads_uncached


@pytest.mark.parametrize("text", ["SELECT * FROM book", "SELECT log_id FROM book", "SELECT 1"])
def test_what_reads_others_is(text: str, vendor: str) -> None:
    assert not analyse(text, vendor).reads_uncached


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO log SELECT * FROM book",
        "INSERT INTO book SELECT * FROM log",
        "WITH b AS (UPDATE book SET id = 1 RETURNING *) INSERT INTO log SELECT * FROM b",
        "INSERT INTO log DEFAULT VALUES; DELETE FROM book",
        "INSERT INTO log DEFAULT VALUES; COMMIT",
        "INSERT INTO log VALUES (refill())",
        "DELETE FROM log_and_book",
        "UPDATE log SET x = 1 FROM book",
        "DELETE FROM log WHERE id IN (SELECT id FROM book)",
        "INSERT INTO unknown DEFAULT VALUES",
        "ALTER TABLE log ADD x int",
        "DROP TABLE log",
        "TRUNCATE log CASCADE",
        "TRUNCATE log, book",
    ],
)
def test_what_writes_more_is_announced(text: str, vendor: str) -> None:
    assert not analyse(text, vendor).writes_only_uncached


@pytest.mark.parametrize("edge", ["book", "*"])
def test_what_its_triggers_and_foreign_keys_write_is_announced(edge: str, vendor: str) -> None:
    statement = analyse("DELETE FROM log", vendor, Catalog(writes={"log": frozenset({edge})}))
    assert not statement.writes_only_uncached


@pytest.mark.parametrize("text", ["INSERT INTO log DEFAULT VALUES", "TRUNCATE log", 'DELETE FROM "Log" AS l'])
def test_what_writes_nothing_else_is_not(text: str, vendor: str) -> None:
    assert analyse(text, vendor).writes_only_uncached


def test_truncate_cascade_concerns_whatever_points_there(vendor: str) -> None:
    assert analyse("TRUNCATE author CASCADE", vendor).changes(()).tags >= {"db:book:any", "db:book:bulk"}
