"""What the backends are besides: Django's own, and one name for one database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from platform_app.models import Persona, Scenario, User
from tests.caching.invalidation.conftest import World, world
from tests.caching.invalidation.witness import Witness, any_of

__all__ = ["world"]


def test_two_aliases_of_one_database_share_its_tags(db: None) -> None:
    other = connection.copy("another_alias")
    try:
        assert other.catalog is connection.catalog
    finally:
        other.close()


def test_another_database_has_other_tags(db: None) -> None:
    identity = connection.identity()
    assert connection.settings_dict["NAME"] in str(identity)


def test_the_vendor_and_its_features_are_those_of_django(db: None) -> None:
    assert connection.vendor in {"sqlite", "postgresql"}
    assert connection.features.can_return_columns_from_insert
    assert Persona._meta.db_table in connection.introspection.table_names()
    call_command("check", databases=["default"])


def test_counts_of_rows_are_what_django_expects(world: World) -> None:
    mine = Persona.objects.filter(scenario=world.mine.scenario)
    assert mine.update(role="Once") == 3
    assert Persona.objects.filter(pk=world.mine.personas[0].pk).update(role="One") == 1
    with transaction.atomic():
        assert mine.update(role="Twice") == 3
        assert Persona.objects.filter(pk=987_654).update(role="Nobody") == 0
        assert mine.delete()[1][Persona._meta.label] == 3
    assert world.other.personas[0].delete()[1][Persona._meta.label] == 1


def test_saving_what_is_gone_is_an_error_as_ever(world: World) -> None:
    gone = world.mine.personas[0]
    Persona.objects.filter(pk=gone.pk).delete()
    with pytest.raises(Exception, match="did not affect any rows"):
        gone.save(force_update=True)


def test_a_table_that_did_not_exist_at_the_start_is_known_once_it_is_made(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id integer PRIMARY KEY)")
        cursor.execute("CREATE VIEW seen_later AS SELECT title FROM platform_app_scenario")
        try:
            assert any_of(Scenario) in connection.analyse("SELECT * FROM seen_later").dependencies(()).tags
        finally:
            cursor.execute("DROP VIEW seen_later")
            cursor.execute("DROP TABLE made_later")


def test_a_definition_that_is_rolled_back_is_forgotten(world: World) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE VIEW never AS SELECT title FROM platform_app_scenario")
        assert any_of(Scenario) in connection.analyse("SELECT * FROM never").dependencies(()).tags
        transaction.set_rollback(True)
    assert any_of(Scenario) not in connection.analyse("SELECT * FROM never").dependencies(()).tags


def test_a_row_that_returning_hands_back_is_committed_when_it_is_told(world: World) -> None:
    before = Witness()
    cursor = connection.cursor()
    cursor.execute("UPDATE platform_app_user SET name = 'Told' RETURNING id")
    assert any_of(User) in before.renewed()
    other = connection.copy("another_alias")
    try:
        with other.cursor() as elsewhere:
            elsewhere.execute("SELECT DISTINCT name FROM platform_app_user")
            assert elsewhere.fetchall() == [("Told",)]
    finally:
        other.close()
    assert cursor.fetchone() is not None
    assert len(cursor.fetchmany(1)) == 1
    assert len(list(cursor)) == User.objects.count() - 2
    cursor.close()
