"""Fills the template database: the tables of the stress test with the rows of the board's first state."""

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402

from tests.caching.stress.board import (  # noqa: E402
    CHILDREN,
    COUNTERS,
    FIRST_VERSION,
    LABELS,
    PARENTS,
    TOPICS,
    first_parent,
)
from tests.caching.stress.models import Child, Counter, Label, Parent, Topic  # noqa: E402


def main() -> None:
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("stress").get_models():
            editor.create_model(model)
    Label.objects.bulk_create(Label(pk=pk) for pk in LABELS)
    Topic.objects.bulk_create(Topic(pk=pk) for pk in TOPICS)
    Counter.objects.bulk_create(Counter(pk=pk, version=FIRST_VERSION) for pk in COUNTERS)
    Parent.objects.bulk_create(Parent(pk=pk, version=FIRST_VERSION) for pk in PARENTS)
    Child.objects.bulk_create(
        Child(pk=pk, version=FIRST_VERSION, parent_id=first_parent(pk)) for pk in CHILDREN
    )


if __name__ == "__main__":
    main()
