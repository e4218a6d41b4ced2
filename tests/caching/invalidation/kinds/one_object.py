"""`save`, `create` and `delete` of single objects."""

from __future__ import annotations

from django.core import serializers
from django.db.models import F

from platform_app.models import Message, Persona, Scenario
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.kinds.listing import kind, persona


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
