from collections.abc import Callable

import pytest

from caching.sql import Kind, Statement

from .conftest import statements

READS = [
    "SELECT 1",
    "  -- why\n /* who */ SELECT 1",
    "(SELECT * FROM book) UNION (SELECT * FROM book)",
    "VALUES (1)",
    "TABLE book",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "SELECT * FROM book FOR UPDATE",
    "SELECT * FROM book FOR NO KEY UPDATE OF book SKIP LOCKED",
    "SELECT replace(title, 'a', 'b') FROM book",
    'SELECT "update", "delete", "into" FROM book',
    "EXPLAIN DELETE FROM book",
    "EXPLAIN QUERY PLAN SELECT * FROM book",
    "EXPLAIN (ANALYZE) SELECT * FROM book",
    "COPY book TO STDOUT",
    "COPY (SELECT * FROM book) TO STDOUT",
    "DECLARE c CURSOR FOR SELECT * FROM book",
    "FETCH 10 FROM c",
    "PRAGMA foreign_key_check",
]
WRITES = [
    "INSERT INTO book DEFAULT VALUES",
    "REPLACE INTO book (id) VALUES (1)",
    "UPDATE book SET id = 1",
    "DELETE FROM book",
    "MERGE INTO book USING author ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE book",
    "WITH x AS (DELETE FROM book RETURNING *) SELECT * FROM x",
    "WITH x AS (SELECT 1) INSERT INTO book SELECT * FROM x",
    "SELECT * INTO book FROM author",
    "SELECT 1; DELETE FROM book",
    "SELECT 1;;DELETE FROM book;",
    "EXPLAIN ANALYZE DELETE FROM book",
    "COPY book FROM STDIN",
    "COPY (DELETE FROM book RETURNING *) TO STDOUT",
    "CALL do_it()",
    "DO 'anything'",
    "EXECUTE prepared",
    "REFRESH MATERIALIZED VIEW book",
    "CREATE TABLE book (id int)",
    "ALTER TABLE book ADD x int",
    "DROP TABLE book",
    "ATTACH 'x' AS y",
    "COMMIT PREPARED 'x'",
    "SELECT dblink_exec('DELETE FROM book')",
    "something new",
    "SELECT 'not closed",
    'SELECT "not closed',
    "SELECT 1 /* not closed",
]
OTHERS = [
    "",
    " ; ",
    "-- nothing",
    "SAVEPOINT s",
    "RELEASE SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
    "ROLLBACK TRANSACTION TO s",
    "SET x = 1",
    "SHOW x",
    "PRAGMA foreign_keys",
    "PREPARE x AS DELETE FROM book",
    "LISTEN x",
    "VACUUM",
    "LOCK TABLE book",
]


@pytest.mark.parametrize("text", READS)
def test_these_read(analyse: Callable[[str], Statement], text: str) -> None:
    assert analyse(text).kind is Kind.READ


@pytest.mark.parametrize("text", WRITES)
def test_these_write(analyse: Callable[[str], Statement], text: str) -> None:
    assert analyse(text).kind is Kind.WRITE
    assert {"db:book:any", "db:book:bulk"} <= analyse(text).changes(None).tags


@pytest.mark.parametrize("text", OTHERS)
def test_these_do_neither(analyse: Callable[[str], Statement], text: str) -> None:
    assert analyse(text).kind is Kind.OTHER
    assert analyse(text).changes(()).tags == frozenset()
    assert analyse(text).dependencies(()).tags == frozenset()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BEGIN IMMEDIATE", Kind.BEGIN),
        ("START TRANSACTION READ ONLY", Kind.BEGIN),
        ("COMMIT", Kind.COMMIT),
        ("END;", Kind.COMMIT),
        ("commit and chain", Kind.COMMIT),
        ("PREPARE TRANSACTION 'x'", Kind.COMMIT),
        ("ROLLBACK", Kind.ROLLBACK),
        ("ABORT", Kind.ROLLBACK),
    ],
)
def test_transactions(analyse: Callable[[str], Statement], text: str, kind: Kind) -> None:
    assert analyse(text).kind is kind


def test_a_commit_behind_a_write_is_not_hidden(analyse: Callable[[str], Statement]) -> None:
    assert analyse("DELETE FROM book; COMMIT").kinds == {Kind.WRITE, Kind.COMMIT}
    assert analyse("CREATE TABLE x (begin int); COMMIT").kinds == {Kind.WRITE, Kind.COMMIT}


def test_the_end_of_a_triggers_body_commits_nothing() -> None:
    text = "CREATE TRIGGER t AFTER INSERT ON book BEGIN DELETE FROM word; UPDATE author SET id = 1; END"
    assert statements("sqlite").analyse(text).kinds == {Kind.WRITE}


def test_what_hides_its_tables_writes_them_all(analyse: Callable[[str], Statement]) -> None:
    for text in ("EXECUTE prepared", "DO 'x'", "CALL unknown(1)", "DROP SCHEMA public CASCADE", "gibberish"):
        changes = analyse(text).changes(())
        for name in ("author", "book", "series", "word"):
            assert {f"db:{name}:any", f"db:{name}:bulk"} <= changes.tags
        assert not changes.explained


@pytest.mark.parametrize(
    "text", ["CREATE INDEX i ON book (id)", "ALTER TABLE book ADD x int", "DROP TABLE book"]
)
def test_a_definition_changes_its_table_and_asks_for_another_look(
    analyse: Callable[[str], Statement], text: str
) -> None:
    statement = analyse(text)
    assert statement.schema_changed
    assert {"db:book:any", "db:book:bulk", "db:*:any"} <= statement.changes(()).tags
    assert "db:author:any" not in statement.changes(()).tags
