"""After a test with transactions of its own every table is empty again, but for the two that no test writes to.

Django's `flush` empties those too, and then writes each content type and each permission anew, in two transactions an
app: nine tenths of its time. On PostgreSQL it also truncates, which makes new files for each table.
"""

from collections.abc import Iterator

import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase

KEPT = {"auth_permission", "django_content_type"}


@pytest.fixture(scope="session", autouse=True)
def emptied_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


def empty_tables(case: TransactionTestCase) -> None:
    for name in case.databases:
        connection = connections[name]
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        # In any order: foreign keys are looked at when it commits.
        with transaction.atomic(using=name), connection.cursor() as cursor:
            for table in sorted({*tables} - KEPT):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
