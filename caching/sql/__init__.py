"""What the text of an SQL statement reads and writes, as tags: no parser, and no query of its own.

    Statements(database, vendor, schema).analyse(sql) → Statement
        .kind                    read, write, begin, commit, rollback or none of these
        .dependencies(params)    tags that a result depends on
        .changes(params)         tags that the statement makes untrue; .by_key and .returning make them fewer

It may always name too many tags and never too few. So everything doubtful is read or written as a whole table, and what
is not understood at all is a write to every table. Three things are beyond it: tables that a function in another language
than SQL or PL/pgSQL reaches behind a name that it does not know, user-defined operators and aggregates that read tables,
and PostgreSQL with standard_conforming_strings off.
"""

from caching.sql.aids import Returning, UpdateByKey
from caching.sql.introspection import read_schema, schema_of_models
from caching.sql.kinds import Kind
from caching.sql.placeholders import Params
from caching.sql.schema import Catalog, Schema, Table
from caching.sql.statement import Statement, Statements
from caching.sql.tagging import Changes, Dependencies
from caching.sql.values import Column, ValueType
from caching.sql.writing import UNKNOWN

__all__ = [
    "UNKNOWN",
    "Catalog",
    "Changes",
    "Column",
    "Dependencies",
    "Kind",
    "Params",
    "Returning",
    "Schema",
    "Statement",
    "Statements",
    "Table",
    "UpdateByKey",
    "ValueType",
    "read_schema",
    "schema_of_models",
]
