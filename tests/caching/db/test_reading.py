"""What a cursor reports of a reading, and when a reading must not be stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from caching.db.sqlite3.base import ObservedSQLite
from caching.queries.recorder import Recorder, recording
from platform_app.models import Persona, Scenario, User
from tests.caching.invalidation.conftest import World, world
from tests.caching.invalidation.witness import any_of, bulk_of, row_of

__all__ = ["world"]
IS_SQLITE = isinstance(connection._connections[connection._alias], ObservedSQLite)
TRANSACTION_THAT_STORES = "BEGIN IMMEDIATE" if IS_SQLITE else "BEGIN ISOLATION LEVEL READ COMMITTED"
TRANSACTION_OF_ONE_SNAPSHOT = "BEGIN" if IS_SQLITE else "BEGIN ISOLATION LEVEL REPEATABLE READ"


@pytest.fixture
def recorder(world: World) -> Iterator[Recorder]:
    with recording(Recorder((), {})) as recorder:
        yield recorder


def test_a_lookup_by_primary_key_rests_on_the_row(world: World, recorder: Recorder) -> None:
    scenario = Scenario.objects.get(pk=world.mine.scenario.pk)
    assert set(recorder.stamps()) == {row_of(Scenario, "id", scenario.pk), bulk_of(Scenario)}
    assert recorder.why_not_stored == ""


def test_a_row_that_is_absent_rests_on_the_whole_table(recorder: Recorder) -> None:
    assert Scenario.objects.filter(pk=987_654).first() is None
    assert any_of(Scenario) in recorder.stamps()


def test_several_rows_of_which_one_is_absent_rest_on_the_whole_table(
    world: World, recorder: Recorder
) -> None:
    assert len(Persona.objects.in_bulk([world.mine.personas[0].pk, 987_654])) == 1
    assert any_of(Persona) in recorder.stamps()


def test_several_rows_that_are_all_there_do_not(world: World, recorder: Recorder) -> None:
    assert len(Persona.objects.in_bulk([one.pk for one in world.mine.personas])) == 3
    assert any_of(Persona) not in recorder.stamps()


def test_a_streamed_reading_is_seen_too(world: World, recorder: Recorder) -> None:
    assert len(list(Persona.objects.filter(scenario=world.mine.scenario).iterator(chunk_size=1))) == 3
    assert row_of(Persona, "scenario_id", world.mine.scenario.pk) in recorder.stamps()


def test_raw_readings_are_seen_whatever_fetches_them(recorder: Recorder) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM platform_app_persona")
        assert cursor.fetchone() is not None
        assert len(cursor.fetchmany(2)) == 2
        assert len(list(cursor)) == 3
        assert cursor.fetchall() == []
    assert any_of(Persona) in recorder.stamps()


def test_a_reading_in_a_transaction_that_has_written_it_is_not_stored(world: World) -> None:
    with transaction.atomic():
        User.objects.update(name="Nobody")
        with recording(Recorder((), {})) as recorder:
            User.objects.count()
    assert recorder.why_not_stored != ""


def test_a_computation_that_writes_is_not_stored(world: World, recorder: Recorder) -> None:
    world.mine.student.save()
    assert recorder.why_not_stored == "it writes to the database"


def test_a_transaction_whose_statements_see_the_newest_state_is_stored(recorder: Recorder) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRANSACTION_THAT_STORES)
        Persona.objects.count()
        cursor.execute("COMMIT")
    assert recorder.why_not_stored == ""


def test_a_transaction_with_a_snapshot_of_its_own_is_not_stored(recorder: Recorder) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRANSACTION_OF_ONE_SNAPSHOT)
        Persona.objects.count()
        cursor.execute("ROLLBACK")
    assert "older than the stamps" in recorder.why_not_stored


def test_atomic_is_stored(recorder: Recorder) -> None:
    with transaction.atomic():
        Persona.objects.count()
    assert recorder.why_not_stored == ""


if IS_SQLITE:

    def test_beside_an_unfinished_select_nothing_is_stored(recorder: Recorder) -> None:
        rows = Persona.objects.iterator(chunk_size=1)
        next(rows)
        Scenario.objects.count()
        assert "unfinished SELECT" in recorder.why_not_stored
        rows.close()
        with recording(Recorder((), {})) as after_it:
            Scenario.objects.count()
        assert after_it.why_not_stored == ""

    def test_an_unfinished_select_that_is_forgotten_holds_nothing_up(recorder: Recorder) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM platform_app_persona")
        cursor.fetchone()
        del cursor
        Scenario.objects.count()
        assert recorder.why_not_stored == ""

else:

    def test_copy_out_is_a_reading(recorder: Recorder) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY (SELECT name FROM platform_app_persona) TO STDOUT") as lines,
        ):
            assert len(list(lines.rows())) == 6
        assert any_of(Persona) in recorder.stamps()

    @pytest.mark.parametrize("way", ["copy", "stream"])
    def test_of_a_table_whose_writes_nobody_announces_it_is_not_kept(recorder: Recorder, way: str) -> None:
        with connection.cursor() as cursor:
            if way == "stream":
                list(cursor.stream("SELECT actor FROM caching_auditentry"))
            else:
                with cursor.copy("COPY caching_auditentry TO STDOUT") as lines:
                    list(lines)
        assert recorder.why_not_stored == "nobody announces the writes to what it reads"

    def test_a_streamed_raw_query_is_a_reading(recorder: Recorder) -> None:
        with connection.cursor() as cursor:
            assert len(list(cursor.stream("SELECT name FROM platform_app_persona"))) == 6
        assert any_of(Persona) in recorder.stamps()

    def test_a_composed_statement_is_read_like_any_other(recorder: Recorder) -> None:
        from psycopg import sql

        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT name FROM {}").format(sql.Identifier("platform_app_persona")))
        assert any_of(Persona) in recorder.stamps()
