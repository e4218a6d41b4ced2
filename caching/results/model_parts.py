"""What a model is made of, as far as it matters for keeping its instances. Each is found out once a model."""

from __future__ import annotations

import hashlib
from functools import cache

from django.apps import apps
from django.db.models import Model


@cache
def columns(model: type[Model]) -> tuple[str, ...]:
    """The attributes that hold the values of its columns, in the order of `from_db`."""
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def version(model: type[Model]) -> bytes:
    """Changes with the names and types of its columns: what was kept before is of no use then."""
    described = [
        (field.attname, type(field).__module__, type(field).__qualname__)
        for field in model._meta.concrete_fields
    ]
    return hashlib.blake2b(repr(described).encode(), digest_size=8).digest()


@cache
def relations(model: type[Model]) -> frozenset[str]:
    """The names under which an instance may hold the one object that it is related to."""
    return frozenset(
        str(field.cache_name)
        for field in model._meta.get_fields()
        if field.is_relation and hasattr(field, "cache_name")
    )


def is_installed(model: type[Model]) -> bool:
    try:
        return apps.get_model(model._meta.label) is model
    except LookupError:
        return False
