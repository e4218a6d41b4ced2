"""SQL that somebody wrote."""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connection

from platform_app.models import Message
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.kinds.listing import execute, kind


@kind()
def raw_update(world: World) -> None:
    execute("UPDATE platform_app_persona SET role = 'Raw' WHERE scenario_id = %s", world.mine.scenario.pk)


@kind()
def raw_update_in_odd_spelling(world: World) -> None:
    execute(
        "/* hello */ update \"PLATFORM_APP_PERSONA\" set Name = name || '!'".replace(
            '"PLATFORM_APP_PERSONA"', "Platform_App_Persona"
        )
    )


@kind()
def executemany(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE platform_app_persona SET name = %s WHERE id = %s",
            ((f"Many {one.pk}", one.pk) for one in world.mine.personas),
        )


@kind()
def common_table_expression(world: World) -> None:
    execute(
        "WITH chosen AS (SELECT id FROM platform_app_persona WHERE scenario_id = %s) "
        "UPDATE platform_app_persona SET name = 'Chosen ' || id WHERE id IN (SELECT id FROM chosen)",
        world.mine.scenario.pk,
    )


@kind()
def update_returning(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_app_persona SET name = 'R ' || id WHERE scenario_id = %s RETURNING id, name",
            [world.mine.scenario.pk],
        )
        assert len(cursor.fetchall()) == 3


@kind()
def insert_from_select(world: World) -> None:
    execute(
        "INSERT INTO platform_app_learningoutcome (scenario_id, position, text) "
        "SELECT scenario_id, position, name FROM platform_app_persona"
    )


@kind(only="sqlite")
def insert_or_replace(world: World) -> None:
    execute(
        "INSERT OR REPLACE INTO platform_app_scene_personas (id, scene_id, persona_id) "
        "SELECT id, scene_id, %s FROM platform_app_scene_personas WHERE scene_id = %s LIMIT 1",
        world.mine.personas[2].pk,
        world.mine.scene.pk,
    )


@kind(only="sqlite", alone=True)
def script(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.executescript(
            "UPDATE platform_app_persona SET name = 'Script ' || id;"
            "BEGIN; UPDATE platform_app_scene SET title = 'Script'; COMMIT;"
        )


@kind()
def trigger(world: World) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER watch AFTER UPDATE ON platform_app_user BEGIN "
                "UPDATE platform_app_scenario SET title = 'Triggered'; END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION watching() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN UPDATE platform_app_scenario SET title = 'Triggered'; RETURN NEW; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER watch AFTER UPDATE ON platform_app_user EXECUTE FUNCTION watching()"
            )
    try:
        world.mine.student.name = "Renamed"
        world.mine.student.save()
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER watch")
            else:
                cursor.execute("DROP TRIGGER watch ON platform_app_user")
                cursor.execute("DROP FUNCTION watching")


@kind()
def view(world: World) -> None:
    """A view of the table is dropped with it here: what counts is the write to the table below it."""
    execute("CREATE VIEW named AS SELECT id, name FROM platform_app_persona")
    try:
        execute("UPDATE platform_app_persona SET name = 'Seen ' || id WHERE id IN (SELECT id FROM named)")
    finally:
        execute("DROP VIEW named")


@kind(only="postgresql")
def merge(world: World) -> None:
    execute(
        "MERGE INTO platform_app_persona t USING platform_app_scene s ON t.scenario_id = s.scenario_id "
        "WHEN MATCHED THEN UPDATE SET role = 'Merged'"
    )


@kind(only="postgresql")
def copy(world: World) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY platform_app_learningoutcome (scenario_id, position, text) FROM STDIN") as lines,
    ):
        lines.write_row((world.mine.scenario.pk, 1, "Copied"))


@kind(only="postgresql")
def anonymous_block(world: World) -> None:
    execute("DO $$ BEGIN UPDATE platform_app_scenario SET title = 'Done'; END $$")


@kind(only="postgresql")
def volatile_function(world: World) -> None:
    execute(
        "CREATE FUNCTION renames() RETURNS int LANGUAGE sql AS "
        "$$ UPDATE platform_app_scenario SET title = 'By function'; SELECT 1 $$"
    )
    try:
        execute("SELECT renames()")
        with connection.cursor() as cursor:
            cursor.callproc("renames")
    finally:
        execute("DROP FUNCTION renames")


@kind(only="postgresql")
def procedure(world: World) -> None:
    execute(
        "CREATE PROCEDURE renaming() LANGUAGE sql AS $$ UPDATE platform_app_scenario SET title = 'By procedure' $$"
    )
    try:
        execute("CALL renaming()")
    finally:
        execute("DROP PROCEDURE renaming")


@kind(only="postgresql")
def prepared(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PREPARE renaming AS UPDATE platform_app_scenario SET title = 'Prepared'")
        cursor.execute("EXECUTE renaming")
        cursor.execute("DEALLOCATE renaming")


@kind(only="postgresql")
def two_statements_in_one(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_app_scenario SET title = 'One'; UPDATE platform_app_scene SET title = 'Two'"
        )


@kind(only="postgresql", alone=True)
def statements_with_their_own_transaction(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "BEGIN; UPDATE platform_app_scenario SET title = 'One'; COMMIT; UPDATE platform_app_scene SET title = 'Two'"
        )


@kind(only="postgresql")
def truncate(world: World) -> None:
    execute("TRUNCATE platform_app_message")


@kind(alone=True)
def flush(world: World) -> None:
    tables = [Message._meta.db_table]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))
