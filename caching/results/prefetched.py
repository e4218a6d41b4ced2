"""Prefetched objects: what an instance holds after `prefetch_related`, and how it is put back.

`instance.personas.all()` finds the objects and asks nothing; `instance.personas.filter(...)` asks as it always does, which
takes the query of the relation. Making one costs far more than reading the objects, so it is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import ForeignObjectRel, ManyToManyField, ManyToManyRel, Model, QuerySet
from django.db.models.fields.related import RelatedField

PREFETCHED = "_prefetched_objects_cache"


@cache
def managers(model: type[Model]) -> Mapping[str, str]:
    """The name under which prefetched objects are held, to the attribute that is their manager."""
    names: dict[str, str] = {}
    for field in model._meta.get_fields():
        match field:
            case ManyToManyField():
                names[field.name] = field.name
            case ManyToManyRel() if field.get_accessor_name():
                names[field.field.related_query_name()] = str(field.get_accessor_name())
            case ForeignObjectRel() if field.multiple and field.get_accessor_name():
                names[str(field.cache_name)] = str(field.get_accessor_name())
            case RelatedField() if field.one_to_many:  # a generic relation
                names[field.name] = field.name
    return names


class Prefetched(dict[str, Any]):
    """What Django keeps in `PREFETCHED`: querysets by name. Each is a list of objects until somebody looks."""

    def __init__(self, instance: Model, found: Mapping[str, list[Model]]) -> None:
        super().__init__(found)
        self._instance = instance

    def __getitem__(self, name: str) -> Any:
        held = super().__getitem__(name)
        if type(held) is not list:
            return held
        # The manager looks here first, and must not find it while it makes the query.
        del self[name]
        queryset = related(self._instance, name)
        queryset._result_cache = held
        queryset._prefetch_done = True  # type: ignore[attr-defined]
        self[name] = queryset
        return queryset


def objects(instance: Model, name: str) -> list[Model]:
    """The objects that an instance holds under this name."""
    held = dict.__getitem__(instance.__dict__[PREFETCHED], name)
    return held if type(held) is list else list(held)


def related(instance: Model, name: str) -> QuerySet[Any]:
    """All objects behind a manager, as a query that was not sent."""
    found: QuerySet[Any] = getattr(instance, managers(type(instance))[name]).get_queryset()
    return found


def outline(instance: Model, name: str) -> tuple[object, ...]:
    """What the query of prefetched objects is like, at a glance: where it is the same, one `are_all` speaks for all."""
    queryset = dict.__getitem__(instance.__dict__[PREFETCHED], name)
    if type(queryset) is list:
        return ()
    # Without the condition that Django itself adds when it is needed: adding it takes longer than all the rest.
    query = queryset._query
    return len(query.where), query.order_by, query.distinct, queryset._deferred_filter is None


def are_all(instance: Model, name: str) -> bool:
    """Whether the prefetched objects are all that the relation has, in its own order, and not a choice of them."""
    prefetched = instance.__dict__[PREFETCHED]
    if type(dict.__getitem__(prefetched, name)) is list:
        return True
    # A double that holds nothing, so that its manager makes a query.
    bare = type(instance).__new__(type(instance))
    bare.__dict__.update({name: value for name, value in instance.__dict__.items() if name != PREFETCHED})
    ours, all_ = prefetched[name].query, related(bare, name).query
    return (
        ours.where == all_.where
        and (ours.order_by, ours.extra_order_by) == (all_.order_by, all_.extra_order_by)
        and not (ours.distinct or ours.combinator)
    )
