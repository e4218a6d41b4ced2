"""Names behind names, as a real database tells them."""

import pytest
from django.db import connection

from caching.sql import Kind, Statements, read_schema, schema_of_models
from platform_app.models import Persona, Scene

pytestmark = pytest.mark.django_db

PERSONA, SCENE = Persona._meta.db_table, Scene._meta.db_table
POSTGRESQL = connection.vendor == "postgresql"


def define(*texts: str) -> Statements:
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute(text)
    return Statements("db", connection.vendor, read_schema(connection))


def reads(statements: Statements, text: str) -> frozenset[str]:
    statement = statements.analyse(text)
    assert statement.kind is Kind.READ
    return frozenset(tag.split(":")[1] for tag in statement.dependencies(()).tags)


def bulk(statements: Statements, text: str) -> frozenset[str]:
    statement = statements.analyse(text)
    assert statement.kind is Kind.WRITE
    return frozenset(tag.split(":")[1] for tag in statement.changes(()).tags if tag.endswith(":bulk"))


def test_tables_and_their_columns_come_from_the_models() -> None:
    schema = read_schema(connection)
    table = schema.tables[PERSONA]
    assert table.key is not None
    assert (table.key.name, [column.name for column in table.foreign_keys]) == ("id", ["scenario_id"])
    assert schema_of_models(connection).tables[PERSONA] == table
    through = schema.tables[Scene.personas.through._meta.db_table]
    assert {column.name for column in through.foreign_keys} == {"scene_id", "persona_id"}
    assert "django_migrations" in schema.names
    assert "django_migrations" not in schema.tables


def test_a_plain_database_makes_no_table_harder_to_read() -> None:
    schema = read_schema(connection)
    for name in schema.tables:
        assert schema.writable_by_row(name) is not None


def test_views_of_views() -> None:
    statements = define(
        f'CREATE VIEW cast_list AS SELECT name FROM "{PERSONA}"',
        "CREATE VIEW posters AS SELECT * FROM cast_list",
    )
    assert reads(statements, "SELECT * FROM posters") == {"posters", "cast_list", PERSONA}


def test_actions_of_foreign_keys() -> None:
    statements = define(
        f'CREATE TABLE mask (id integer, persona integer REFERENCES "{PERSONA}" (id) ON DELETE CASCADE)',
        f'CREATE TABLE hat (id integer, persona integer REFERENCES "{PERSONA}" (id))',
    )
    assert bulk(statements, f'DELETE FROM "{PERSONA}"') == {PERSONA, "mask"}


if POSTGRESQL:

    def function(name: str, body: str, *, language: str = "plpgsql", more: str = "") -> str:
        return f"CREATE FUNCTION {name}() RETURNS integer LANGUAGE {language} {more} AS $body$ {body} $body$"

    def test_functions_that_read_and_functions_that_write() -> None:
        statements = define(
            function(
                "headcount", f"DECLARE n integer; BEGIN SELECT count(*) INTO n FROM {PERSONA}; RETURN n; END"
            ),
            function("clear_stage", f"BEGIN DELETE FROM {SCENE}; RETURN 1; END"),
            function("show_over", "SELECT clear_stage()", language="sql"),
            function("standard", f"BEGIN ATOMIC SELECT count(*)::int FROM {PERSONA}; END", language="sql")
            .replace("AS $body$", "")
            .replace("$body$", ""),
        )
        assert PERSONA in reads(statements, "SELECT headcount()")
        assert PERSONA in reads(statements, "SELECT standard()")
        assert SCENE in bulk(statements, "SELECT show_over()")
        assert PERSONA not in bulk(statements, "SELECT show_over()")

    def test_functions_whose_tables_cannot_be_told() -> None:
        statements = define(
            function("any_table", "BEGIN EXECUTE 'SELECT 1'; RETURN 1; END"),
            function("any_table_read", "BEGIN EXECUTE 'SELECT 1'; RETURN 1; END", more="STABLE"),
        )
        assert {PERSONA, SCENE, "*"} <= reads(statements, "SELECT any_table_read()")
        assert {PERSONA, SCENE} <= bulk(statements, "SELECT any_table()")

    def test_triggers_and_rules() -> None:
        statements = define(
            f"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE {SCENE} SET title = ''; "
            "RETURN NEW; END $$",
            f'CREATE TRIGGER note AFTER INSERT ON "{PERSONA}" EXECUTE FUNCTION note()',
            "CREATE TABLE diary (id integer)",
            f"CREATE RULE keep AS ON DELETE TO {SCENE} DO ALSO INSERT INTO diary VALUES (1)",
        )
        assert bulk(statements, f'DELETE FROM "{PERSONA}"') >= {PERSONA, SCENE, "diary"}
        assert statements.analyse(f'DELETE FROM "{PERSONA}" WHERE "{PERSONA}"."id" = %s').returning is None

    def test_partitions_policies_and_materialized_views() -> None:
        statements = define(
            "CREATE TABLE log (id integer) PARTITION BY RANGE (id)",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (1) TO (9)",
            f"CREATE POLICY p ON log USING (EXISTS (SELECT 1 FROM {SCENE}))",
            f"CREATE MATERIALIZED VIEW poster AS SELECT name FROM {PERSONA}",
        )
        assert reads(statements, "SELECT * FROM log") == {"log", "log_1", SCENE}
        assert {"log", "log_1"} <= bulk(statements, "INSERT INTO log VALUES (1)")
        assert reads(statements, "SELECT * FROM poster") == {"poster", PERSONA}
        assert "poster" in bulk(statements, "REFRESH MATERIALIZED VIEW poster")

else:

    def test_triggers() -> None:
        statements = define(
            f'CREATE TRIGGER note AFTER INSERT ON "{PERSONA}" BEGIN UPDATE "{SCENE}" SET title = \'\'; END',
        )
        assert bulk(statements, f'DELETE FROM "{PERSONA}"') == {PERSONA, SCENE}
        assert statements.analyse(f'DELETE FROM "{PERSONA}" WHERE "{PERSONA}"."id" = %s').returning is None

    def test_virtual_tables_read_what_they_index() -> None:
        statements = define(f"CREATE VIRTUAL TABLE found USING fts5(name, content='{PERSONA}')")
        assert PERSONA in reads(statements, "SELECT * FROM found WHERE found MATCH 'x'")
