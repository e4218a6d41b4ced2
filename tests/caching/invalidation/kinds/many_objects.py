"""Bulk writes, querysets, and many to many."""

from __future__ import annotations

from django.db.models import F

from platform_app.models import Message, Persona, Scenario, Simulation
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.kinds.listing import kind, persona


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


# --- Many to many -----------------------------------------------------------------------------------------------


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
