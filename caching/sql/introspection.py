"""Reads the catalog of a database: the names behind names, which no statement mentions.

Views, functions, triggers, rules, policies, partitions and the actions of foreign keys are described by their own texts,
so the same rule holds for these: each known name in the text counts. A body that puts its statements together while it
runs, or in a language that we do not read, may concern everything.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from caching.sql.definitions import Definition, catalog_of
from caching.sql.models import model_tables
from caching.sql.schema import Schema

# `caching_bridge` is our own trigger (invalidation/bridge): it tells, and changes nothing.
_POSTGRESQL = """
    SELECT 'view', c.relname, pg_get_viewdef(c.oid), NULL
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'table', c.relname, '', NULL
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'part', parent.relname, quote_ident(child.relname), NULL
      FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent JOIN pg_class child ON child.oid = i.inhrelid
     WHERE child.relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT CASE p.provolatile WHEN 'v' THEN 'function' ELSE 'reading function' END, p.proname,
           coalesce(nullif(p.prosrc, ''), pg_get_function_sqlbody(p.oid), ''), l.lanname
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal')
    UNION ALL
    SELECT 'trigger', c.relname, pg_get_triggerdef(t.oid), NULL
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgname <> 'caching_bridge'
    UNION ALL
    SELECT 'trigger', tablename, definition, NULL FROM pg_rules WHERE schemaname <> 'pg_catalog'
    UNION ALL
    SELECT 'policy', tablename, concat_ws(' ', qual, with_check), NULL FROM pg_policies
    UNION ALL
    SELECT 'action', parent.relname, quote_ident(child.relname), NULL
      FROM pg_constraint k JOIN pg_class parent ON parent.oid = k.confrelid JOIN pg_class child ON child.oid = k.conrelid
     WHERE k.contype = 'f' AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
"""
# The text of a virtual table names the table that it indexes, as a string.
_SQLITE = """
    SELECT CASE WHEN sql LIKE 'CREATE VIRTUAL%' THEN 'virtual table' ELSE type END,
           CASE type WHEN 'trigger' THEN tbl_name ELSE name END, sql, NULL
      FROM sqlite_master WHERE type IN ('table', 'view', 'trigger') AND sql IS NOT NULL
    UNION ALL
    SELECT 'action', f."table", '"' || replace(m.name, '"', '""') || '"', NULL
      FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
     WHERE m.type = 'table' AND (upper(f.on_delete) IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
                                 OR upper(f.on_update) IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))
"""


def schema_of_models(connection: BaseDatabaseWrapper) -> Schema:
    """What the models alone tell, for a database that does not exist yet."""
    return Schema(model_tables(connection))


def read_schema(connection: BaseDatabaseWrapper) -> Schema:
    """Models and catalog; one query. Raises what the database raises. Read it anew after each definition and migration."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)
        definitions = [Definition(*row) for row in cursor.fetchall()]
    tables = list(model_tables(connection))
    return Schema(
        tables, catalog_of(definitions, {table.name.lower() for table in tables}, connection.vendor)
    )
