"""Cached pages of two owners: what the one deletes, hands over or signs in with costs the other no query."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from caching import cache_db_query
from platform_app.models import Message, Persona, Scenario, Scene, Simulation, User
from tests.caching.invalidation.conftest import Case, World
from tests.factories import SceneFactory, UserFactory


@cache_db_query("test_scenes_of_scenario")
def scenes_of(scenario_id: int) -> list[dict[str, Any]]:
    return list(Scene.objects.filter(scenario_id=scenario_id).order_by("pk").values("pk", "title"))


@cache_db_query("test_cast_of_scene")
def cast_of(scene_id: int) -> list[int]:
    return list(
        Scene.personas.through.objects.filter(scene_id=scene_id)
        .order_by("pk")
        .values_list("persona_id", flat=True)
    )


@cache_db_query("test_simulations_of_scenario")
def simulations_of(scenario_id: int) -> list[tuple[int, int | None, str]]:
    """With a row of another table for each, which Django asks for in a list."""
    found = Simulation.objects.filter(scenario_id=scenario_id).order_by("pk").prefetch_related("student")
    return [(one.pk, one.current_scene_id, one.student.name) for one in found]


@cache_db_query("test_messages_of_simulation")
def messages_of(simulation_id: int) -> list[tuple[str, int | None]]:
    found = Message.objects.filter(simulation_id=simulation_id).order_by("pk")
    return list(found.values_list("text", "persona_id"))


View = tuple[Any, ...]


def view(case: Case) -> View:
    return (
        scenes_of(case.scenario.pk),
        cast_of(case.scene.pk),
        simulations_of(case.scenario.pk),
        messages_of(case.simulation.pk),
    )


@pytest.fixture
def viewed(world: World) -> tuple[View, View]:
    """Everything was looked at before. Further students take part, so that their rows come in a list."""
    for case in (world.mine, world.other):
        for student in UserFactory.create_batch(3):
            Simulation.objects.create(scenario=case.scenario, student=student, current_scene=case.scene)
    return view(world.mine), view(world.other)


def test_deleting_a_scene_costs_the_other_owner_no_query(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine, other = viewed
    world.mine.scene.delete()
    with django_assert_num_queries(0):
        assert view(world.other) == other
    scenes, cast, simulations, messages = view(world.mine)
    assert (scenes, cast, messages) == ([], [], [])
    assert simulations == [(pk, None, name) for pk, _, name in mine[2]]


def test_deleting_a_persona_costs_the_other_owner_no_query(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Their messages stay, and belong to nobody."""
    mine, other = viewed
    pk = world.mine.personas[0].pk
    world.mine.personas[0].delete()
    with django_assert_num_queries(0):
        assert view(world.other) == other
    now = view(world.mine)
    assert now[3] == [("Hello.", None)]
    assert now[1] == [one for one in mine[1] if one != pk] != mine[1]


def test_deleting_a_whole_scenario_costs_the_other_owner_no_query(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = viewed[1]
    world.mine.scenario.delete()
    with django_assert_num_queries(0):
        assert view(world.other) == other
    assert view(world.mine) == ([], [], [], [])


def test_a_deletion_that_is_rolled_back_costs_nobody_a_query(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with transaction.atomic():
        Scene.objects.get(pk=world.mine.scene.pk).delete()
        assert scenes_of(world.mine.scenario.pk) == []
        transaction.set_rollback(True)
    with django_assert_num_queries(0):
        assert (view(world.mine), view(world.other)) == viewed


def test_simulations_that_are_handed_to_another_scene_are_seen_by_both_scenes(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = viewed[1]
    target = SceneFactory.create(scenario=world.mine.scenario)
    with transaction.atomic():
        Simulation.objects.filter(current_scene=world.mine.scene).update(current_scene=target)
    with django_assert_num_queries(0):
        assert view(world.other) == other
    assert {scene for _, scene, _ in simulations_of(world.mine.scenario.pk)} == {target.pk}


def test_who_signs_in_drops_only_the_pages_on_which_he_is(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = viewed[1]
    student = User.objects.get(pk=world.mine.student.pk)
    student.name = "Renamed"
    student.save(update_fields=["name", "last_login"])
    with django_assert_num_queries(0):
        assert view(world.other) == other
    assert "Renamed" in {name for _, _, name in simulations_of(world.mine.scenario.pk)}


@cache_db_query("test_owners_of_page")
def owners_of(scenario_ids: list[int]) -> list[str]:
    found = Scenario.objects.filter(pk__in=scenario_ids).order_by("pk").prefetch_related("owner")
    return [one.owner.name for one in found]


def test_a_page_of_scenarios_survives_what_happens_to_others(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = [world.mine.scenario.pk, world.other.scenario.pk]
    names = owners_of(page)
    stranger = UserFactory.create()
    stranger.save()
    Scenario.objects.create(owner=stranger, title="Third")
    with django_assert_num_queries(0):
        assert owners_of(page) == names
    owner = User.objects.get(pk=world.mine.scenario.owner_id)
    owner.name = "Renamed"
    owner.save()
    assert owners_of(page) == ["Renamed", names[1]]


def test_a_row_that_comes_into_being_is_found_though_its_key_was_asked_for_twice(world: World) -> None:
    latest = Persona.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert named(latest + 1) == []
    created = Persona.objects.create(scenario=world.mine.scenario, name="New", position=9)
    assert (created.pk, named(created.pk)) == (latest + 1, ["New"])


@cache_db_query("test_named")
def named(pk: int) -> list[str]:
    return list(Persona.objects.filter(pk=pk).filter(pk=pk).values_list("name", flat=True))


@cache_db_query("test_scene_itself")
def scene_itself(scene_id: int) -> Scene | None:
    return Scene.objects.filter(pk=scene_id).first()


def cached_scene(case: Case) -> Scene:
    """Out of the cache: nobody saw it being loaded."""
    for _ in range(2):
        scene = scene_itself(case.scene.pk)
    assert scene is not None
    return scene


def test_saving_an_object_out_of_the_cache_costs_the_other_owner_no_query(
    world: World, viewed: tuple[View, View], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    scene = cached_scene(world.mine)
    scene.title = "Saved"
    scene.save()
    with django_assert_num_queries(0):
        assert view(world.other) == viewed[1]
    assert view(world.mine)[0][0]["title"] == "Saved"


def test_an_object_out_of_the_cache_that_is_handed_over_is_missed_by_neither_owner(
    world: World, viewed: tuple[View, View]
) -> None:
    scene = cached_scene(world.mine)
    scene.scenario, scene.position = world.other.scenario, 99
    scene.save()
    assert view(world.mine)[0] == []
    assert {found["pk"] for found in view(world.other)[0]} == {world.other.scene.pk, scene.pk}
