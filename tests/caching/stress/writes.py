"""Every kind of write, by what it does to a child: alter, move, remove, insert. One row or several, in one commit.

Each function brings the rows of `changes` from their old state to their new one, and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import F

from tests.caching.stress.board import content_of, version_of
from tests.caching.stress.models import Child, Parent


@dataclass(frozen=True)
class Change:
    """Of a child, as words of the board."""

    pk: int
    old: int
    new: int

    @property
    def version(self) -> int:
        return version_of(self.new)

    @property
    def parent(self) -> int:
        return content_of(self.new)

    @property
    def step(self) -> int:
        return version_of(self.new) - version_of(self.old)


Write = Callable[[Sequence[Change]], object]


def run(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def each(write: Callable[[Change], object]) -> Write:
    """A write of one row, as one of several; each is then a statement of its own."""

    def writes(changes: Sequence[Change]) -> None:
        for change in changes:
            write(change)

    writes.__name__ = write.__name__
    return writes


def save(change: Change) -> None:
    child = Child.objects.get(pk=change.pk)
    child.version, child.parent_id = change.version, change.parent
    child.save()


def save_some_fields(change: Change) -> None:
    child = Child.objects.only("version").get(pk=change.pk)
    child.version, child.parent_id = change.version, change.parent
    child.save(update_fields=["version", "parent"])


def save_expression(change: Change) -> None:
    child = Child.objects.get(pk=change.pk)
    child.version = F("version") + change.step
    child.save()


def save_unloaded(change: Change) -> None:
    """An object that was never read: what it pointed to before is unknown."""
    Child(pk=change.pk, version=change.version, parent_id=change.parent).save(force_update=True)


def update(change: Change) -> None:
    Child.objects.filter(pk=change.pk).update(version=change.version, parent=change.parent)


def update_expression(change: Change) -> None:
    Child.objects.filter(pk=change.pk).update(version=F("version") + change.step)


def update_through_join(change: Change) -> None:
    Child.objects.filter(pk=change.pk, parent__version__gt=0).update(version=change.version)


def bulk_update(changes: Sequence[Change]) -> None:
    children = [Child(pk=change.pk, version=change.version, parent_id=change.parent) for change in changes]
    Child.objects.bulk_update(children, ["version", "parent"])


def upsert(changes: Sequence[Change]) -> None:
    Child.objects.bulk_create(
        [Child(pk=change.pk, version=change.version, parent_id=change.parent) for change in changes],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["version", "parent"],
    )


def update_or_create(change: Change) -> None:
    new = {"version": change.version, "parent_id": change.parent}
    Child.objects.update_or_create(pk=change.pk, defaults=new)


def raw_update(change: Change) -> None:
    run(
        "UPDATE stress_child SET version = %s, parent_id = %s WHERE id = %s",
        change.version,
        change.parent,
        change.pk,
    )


def raw_update_of_many(changes: Sequence[Change]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            'UPDATE "stress_child" SET version = %s, parent_id = %s WHERE id = %s',
            [(change.version, change.parent, change.pk) for change in changes],
        )


def update_in_with(change: Change) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH changed AS (UPDATE stress_child SET version = %s, parent_id = %s WHERE id = %s RETURNING id)"
            " SELECT id FROM changed",
            (change.version, change.parent, change.pk),
        )
        assert cursor.fetchall() == [(change.pk,)]


def update_in_block(change: Change) -> None:
    sql = f"UPDATE stress_child SET version = {change.version}, parent_id = {change.parent} WHERE id = {change.pk}"
    run(f"DO $$ BEGIN {sql}; END $$")


def merge(change: Change) -> None:
    run(
        "MERGE INTO stress_child USING (VALUES (%s::bigint, %s::bigint, %s::bigint)) AS new(id, version, parent_id)"
        " ON stress_child.id = new.id WHEN MATCHED THEN"
        " UPDATE SET version = new.version, parent_id = new.parent_id",
        change.pk, change.version, change.parent,
    )  # fmt: skip


def delete(change: Change) -> None:
    Child.objects.get(pk=change.pk).delete()


def delete_by_query(changes: Sequence[Change]) -> None:
    Child.objects.filter(pk__in=[change.pk for change in changes]).delete()


def raw_delete(change: Change) -> None:
    run(
        "WITH gone AS (DELETE FROM stress_child_labels WHERE child_id = %s)"
        " DELETE FROM stress_child WHERE id = %s",
        change.pk, change.pk,
    )  # fmt: skip


def create(change: Change) -> None:
    Child.objects.create(pk=change.pk, version=change.version, parent_id=change.parent)


def bulk_create(changes: Sequence[Change]) -> None:
    Child.objects.bulk_create(
        Child(pk=change.pk, version=change.version, parent_id=change.parent) for change in changes
    )


def copy(changes: Sequence[Change]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY stress_child (id, version, parent_id) FROM STDIN") as rows,
    ):
        for change in changes:
            rows.write_row((change.pk, change.version, change.parent))


def insert_select(change: Change) -> None:
    run(
        "INSERT INTO stress_child (id, version, parent_id) SELECT %s, %s, id FROM stress_parent WHERE id = %s",
        change.pk, change.version, change.parent,
    )  # fmt: skip


MOVES: Sequence[Write] = (
    each(save), each(save_some_fields), each(save_unloaded), each(update), bulk_update, upsert,
    each(update_or_create), each(raw_update), raw_update_of_many, each(update_in_with), each(update_in_block),
    each(merge),
)  # fmt: skip
ALTERATIONS: Sequence[Write] = (
    *MOVES, each(save_expression), each(update_expression), each(update_through_join)
)  # fmt: skip
REMOVALS: Sequence[Write] = (each(delete), delete_by_query, each(raw_delete))
INSERTIONS: Sequence[Write] = (
    each(create), bulk_create, copy, upsert, each(update_or_create), each(insert_select)
)  # fmt: skip


def kinds(changes: Sequence[Change]) -> Sequence[Write]:
    """Changes of one sort: all insertions, all removals, all moves or all alterations."""
    first = changes[0]
    if not content_of(first.old):
        return INSERTIONS
    if not first.parent:
        return REMOVALS
    return ALTERATIONS if all(content_of(c.old) == c.parent for c in changes) else MOVES


def save_parent(parent: int, version: int) -> None:
    loaded = Parent.objects.get(pk=parent)
    loaded.version = version
    loaded.save()


def update_parent(parent: int, version: int) -> None:
    Parent.objects.filter(pk=parent).update(version=version)


def raw_update_parent(parent: int, version: int) -> None:
    run("UPDATE stress_parent SET version = %s WHERE id = %s", version, parent)


PARENT_ALTERATIONS = (save_parent, update_parent, raw_update_parent)


def delete_with_children(parent: int) -> None:
    """The children and their labels go with it."""
    Parent.objects.get(pk=parent).delete()


def delete_with_children_by_query(parent: int) -> None:
    Parent.objects.filter(pk=parent).delete()


CASCADES = (delete_with_children, delete_with_children_by_query)


def set_labels(child: int, labels: set[int]) -> None:
    Child.objects.get(pk=child).labels.set(labels)


def replace_labels(child: int, labels: set[int]) -> None:
    with transaction.atomic():
        found = Child.objects.get(pk=child).labels
        found.clear()
        found.add(*labels)


def add_and_remove_labels(child: int, labels: set[int]) -> None:
    """From the other side of the relation."""
    with transaction.atomic():
        through: type[models.Model] = Child.labels.through
        now = set(through.objects.filter(child=child).values_list("label_id", flat=True))
        for label in Child.labels.rel.model.objects.filter(pk__in=labels ^ now):
            if label.pk in labels:
                label.children.add(child)
            else:
                label.children.remove(child)


LABELINGS = (set_labels, replace_labels, add_and_remove_labels)
