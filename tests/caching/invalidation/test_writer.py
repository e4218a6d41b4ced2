"""The steps of a writer, without a database."""

from __future__ import annotations

from caching import pending
from caching.invalidation.writer import MOST_TAGS_OF_A_TABLE, Writer, condensed


def test_a_statement_that_changes_nothing_known_is_no_write() -> None:
    writer = Writer(lambda error: True)
    writer.remember(frozenset())
    assert pending.thread.transactions == 0
    writer.remember({"db:t:any"})
    assert pending.thread.transactions == 1
    writer.forget()
    assert pending.thread.transactions == 0


def test_many_tags_of_one_table_become_the_table_and_few_of_another_stay() -> None:
    many = {f"db:many:id={n}" for n in range(MOST_TAGS_OF_A_TABLE + 1)} | {"db:many:any"}
    few = {"db:few:id=1", "db:few:any"}
    assert condensed(many | few) == {"db:many:any", "db:many:bulk"} | few


def test_what_is_written_later_in_a_long_transaction_is_still_remembered() -> None:
    writer = Writer(lambda error: True)
    for n in range(3 * MOST_TAGS_OF_A_TABLE):
        writer.remember({f"db:many:id={n}", "db:many:any"})
    writer.remember({"db:few:id=1"})
    try:
        assert {"db:many:bulk", "db:many:any", "db:few:id=1"} <= writer.uncommitted
        assert len(writer.uncommitted) <= MOST_TAGS_OF_A_TABLE + 4
    finally:
        writer.forget()
