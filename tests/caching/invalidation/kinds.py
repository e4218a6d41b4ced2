"""Every kind of write that Django and SQL offer, each as a function of the world. `KINDS` lists them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import F

from platform_app.models import Message, Persona, Scenario, Scene, Simulation
from tests.caching.invalidation.conftest import World
from tests.factories import PersonaFactory

Write = Callable[[World], object]


@dataclass(frozen=True)
class Kind:
    """`precise`: keeps what is known of another scenario. `only`: the database that has it."""

    write: Write
    precise: bool = False
    precise_in_transaction: bool = False
    only: str = ""
    alone: bool = False
    """Makes its own transactions."""

    @property
    def name(self) -> str:
        return self.write.__name__


KINDS: list[Kind] = []


def kind(
    *, precise: bool = False, in_transaction: bool = False, only: str = "", alone: bool = False
) -> Callable[[Write], Write]:
    def listed(write: Write) -> Write:
        KINDS.append(Kind(write, precise, precise or in_transaction, only, alone))
        return write

    return listed


def persona(scenario: Scenario, name: str) -> Persona:
    return PersonaFactory.build(scenario=scenario, name=name)


def execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


# --- One object --------------------------------------------------------------------------------------------------


@kind(precise=True)
def save(world: World) -> None:
    world.mine.personas[0].name = "Renamed"
    world.mine.personas[0].save()


@kind(precise=True)
def save_twice(world: World) -> None:
    for name in ("Once", "Twice"):
        world.mine.personas[0].name = name
        world.mine.personas[0].save()


@kind(precise=True)
def save_update_fields(world: World) -> None:
    world.mine.personas[0].name = "Renamed"
    world.mine.personas[0].save(update_fields=["name"])


@kind(precise=True)
def save_of_a_table_without_foreign_keys(world: World) -> None:
    world.mine.student.name = "Renamed"
    world.mine.student.save()


@kind(precise=True)
def save_with_an_expression(world: World) -> None:
    world.mine.personas[0].position = F("position") + 7
    world.mine.personas[0].save()


@kind()
def save_with_deferred_foreign_key(world: World) -> None:
    lazy = Persona.objects.only("name").get(pk=world.mine.personas[0].pk)
    lazy.name = "Renamed"
    lazy.save()


@kind(precise=True)
def save_in_a_new_scenario(world: World) -> None:
    target = Scenario.objects.create(owner=world.mine.scenario.owner, title="Third")
    world.mine.personas[0].scenario = target
    world.mine.personas[0].save()


@kind()
def save_moved_back_and_forth(world: World) -> None:
    moving = world.mine.personas[0]
    for target in (world.other.scenario, world.mine.scenario, world.other.scenario):
        moving.scenario = target
        moving.save()


@kind(precise=True)
def save_with_a_null_foreign_key(world: World) -> None:
    world.mine.simulation.current_scene = None
    world.mine.simulation.save()
    world.mine.simulation.current_scene = world.mine.scene
    world.mine.simulation.save(update_fields=["current_scene"])


@kind()
def save_after_somebody_moved_the_row(world: World) -> None:
    stale = world.mine.personas[0]
    Persona.objects.filter(pk=stale.pk).update(scenario=world.other.scenario)
    stale.name = "Renamed"
    stale.save()


@kind()
def save_of_a_new_object_with_the_key_of_an_old_one(world: World) -> None:
    impostor = persona(world.other.scenario, "Impostor")
    impostor.pk = world.mine.personas[0].pk
    impostor.save()


@kind()
def save_of_a_copy_onto_another_row(world: World) -> None:
    copy = Persona.objects.get(pk=world.mine.personas[0].pk)
    copy.pk = world.other.personas[0].pk
    copy.name = "Copied"
    copy.save()


@kind()
def save_of_a_raw_fixture(world: World) -> None:
    world.mine.personas[0].name = "From a fixture"
    text = serializers.serialize("json", [world.mine.personas[0]])
    for fixture in serializers.deserialize("json", text):
        fixture.save()


@kind(precise=True)
def create(world: World) -> None:
    persona(world.mine.scenario, "New").save()


@kind(precise=True)
def get_or_create(world: World) -> None:
    Persona.objects.get_or_create(scenario=world.mine.scenario, name="New")
    Persona.objects.get_or_create(scenario=world.mine.scenario, name="New")


@kind(precise=True)
def update_or_create(world: World) -> None:
    for role in ("First", "Second"):
        Persona.objects.update_or_create(scenario=world.mine.scenario, name="New", defaults={"role": role})


@kind(precise=True)
def delete(world: World) -> None:
    world.mine.personas[2].delete()


@kind(precise=True)
def delete_with_cascade(world: World) -> None:
    world.mine.scenario.delete()


@kind(precise=True)
def delete_that_sets_null(world: World) -> None:
    world.mine.scene.delete()


@kind(precise=True)
def delete_in_autocommit_of_what_nothing_points_to(world: World) -> None:
    Message.objects.get(simulation=world.mine.simulation).delete()


# --- Many objects ------------------------------------------------------------------------------------------------


@kind(precise=True)
def bulk_create(world: World) -> None:
    Persona.objects.bulk_create([persona(world.mine.scenario, f"New {n}") for n in range(4)])


@kind(precise=True)
def bulk_create_ignoring_conflicts(world: World) -> None:
    known = persona(world.mine.scenario, world.mine.personas[0].name)
    Persona.objects.bulk_create([known, persona(world.mine.scenario, "New")], ignore_conflicts=True)


@kind()
def bulk_create_updating_conflicts(world: World) -> None:
    known = persona(world.mine.scenario, world.mine.personas[0].name)
    known.role = "Updated"
    Persona.objects.bulk_create(
        [known], update_conflicts=True, unique_fields=["scenario", "name"], update_fields=["role"]
    )


@kind()
def bulk_create_updating_the_foreign_key(world: World) -> None:
    moved = world.mine.personas[0]
    moved.scenario = world.other.scenario
    Persona.objects.bulk_create(
        [moved], update_conflicts=True, unique_fields=["id"], update_fields=["scenario"]
    )


@kind()
def bulk_update(world: World) -> None:
    for one in world.mine.personas:
        one.name += " renamed"
    Persona.objects.bulk_update(world.mine.personas, ["name"])


@kind()
def bulk_update_of_the_foreign_key(world: World) -> None:
    for one in world.mine.personas:
        one.scenario = world.other.scenario
    Persona.objects.bulk_update(world.mine.personas, ["scenario"])


@kind(in_transaction=True)
def update_by_primary_key(world: World) -> None:
    Persona.objects.filter(pk=world.mine.personas[0].pk).update(name="Renamed")


@kind(in_transaction=True)
def update_by_foreign_key(world: World) -> None:
    Persona.objects.filter(scenario=world.mine.scenario).update(role="Another")


@kind()
def update_by_join(world: World) -> None:
    Persona.objects.filter(scenario__title="mine").update(role="Another")


@kind()
def update_of_the_foreign_key(world: World) -> None:
    Persona.objects.filter(pk=world.mine.personas[0].pk).update(scenario=world.other.scenario)


@kind(in_transaction=True)
def update_of_the_foreign_key_that_is_asked_for(world: World) -> None:
    target = Scenario.objects.create(owner=world.mine.scenario.owner, title="Third")
    Persona.objects.filter(scenario=world.mine.scenario).update(scenario=target)


@kind()
def update_of_the_foreign_key_to_another(world: World) -> None:
    Persona.objects.filter(scenario=world.mine.scenario, pk=world.mine.personas[0].pk).update(
        scenario=world.other.scenario
    )


@kind(in_transaction=True)
def update_of_the_foreign_key_to_null(world: World) -> None:
    Simulation.objects.filter(current_scene__in=[world.mine.scene]).update(current_scene=None)


@kind()
def update_with_an_expression(world: World) -> None:
    Persona.objects.update(position=F("position") + 1)


@kind(in_transaction=True)
def queryset_delete_by_foreign_key(world: World) -> None:
    Message.objects.filter(simulation=world.mine.simulation).delete()


@kind()
def queryset_delete_of_everything(world: World) -> None:
    Message.objects.all().delete()


@kind()
def raw_delete(world: World) -> None:
    Message.objects.filter(text="Hello.")._raw_delete("default")


# --- Many to many ------------------------------------------------------------------------------------------------


@kind(precise=True)
def m2m_add(world: World) -> None:
    world.mine.scene.personas.add(world.mine.personas[2])


@kind(precise=True)
def m2m_set(world: World) -> None:
    world.mine.scene.personas.set(world.mine.personas[1:])


@kind(precise=True)
def m2m_remove(world: World) -> None:
    world.mine.scene.personas.remove(world.mine.personas[0])


@kind(precise=True)
def m2m_clear(world: World) -> None:
    world.mine.scene.personas.clear()


@kind(precise=True)
def m2m_from_the_other_side(world: World) -> None:
    world.mine.personas[2].scenes.set([world.mine.scene])
    world.mine.personas[0].scenes.clear()


# --- SQL ---------------------------------------------------------------------------------------------------------


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


# --- Transactions ------------------------------------------------------------------------------------------------


@kind(alone=True)
def raw_transaction(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE platform_app_persona SET name = 'Raw ' || id")
        cursor.execute("COMMIT")


@kind(alone=True, only="sqlite")
def transaction_of_a_savepoint(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT outer_one")
        cursor.execute("UPDATE platform_app_persona SET name = 'Raw ' || id")
        cursor.execute("RELEASE outer_one")


@kind(alone=True)
def manual_commit(world: World) -> None:
    transaction.set_autocommit(False)
    try:
        save(world)
        transaction.commit()
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


@kind(alone=True, only="sqlite")
def commit_by_turning_autocommit_on(world: World) -> None:
    transaction.set_autocommit(False)
    save(world)
    transaction.set_autocommit(True)


@kind(precise=True)
def nested(world: World) -> None:
    with transaction.atomic(), transaction.atomic(), transaction.atomic(savepoint=False):
        save(world)


@kind(precise=True)
def savepoint_rolled_back(world: World) -> None:
    with transaction.atomic():
        save(world)
        point = transaction.savepoint()
        world.mine.scene.title = "Never"
        world.mine.scene.save()
        transaction.savepoint_rollback(point)


@kind(alone=True, precise=True)
def durable(world: World) -> None:
    with transaction.atomic(durable=True):
        save(world)


@kind(precise=True)
def on_commit(world: World) -> None:
    transaction.on_commit(lambda: save(world))


@kind(precise=True)
def several_tables(world: World) -> None:
    with transaction.atomic():
        save(world)
        world.mine.scene.title = "Another"
        world.mine.scene.save()
        world.mine.scenario.title = "Another"
        world.mine.scenario.save()


@kind(precise=True)
def read_and_save_in_one(world: World) -> None:
    with transaction.atomic():
        locked = Scene.objects.select_for_update().get(pk=world.mine.scene.pk)
        locked.title = "Locked"
        locked.save()


@kind()
def change_of_simulation(world: World) -> None:
    Simulation.objects.filter(scenario__owner=world.mine.scenario.owner).update(status="completed")
