"""Transactions, begun and ended in every way."""

from __future__ import annotations

from django.db import connection, transaction

from platform_app.models import Scene, Simulation
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.kinds.listing import kind
from tests.caching.invalidation.kinds.one_object import save


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
