"""Why a value cannot be kept, in words that say what to return instead."""

from __future__ import annotations

import io
import types
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.core.files import File
from django.db.models import Manager, Model, QuerySet
from django.db.models.query import RawQuerySet
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject

from caching.results.annotations import is_known_kind
from caching.results.tagged import Place, Unfit

_PLAIN_BASES = (str, int, float, bytes, list, tuple, dict, set, frozenset)
_WHYS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((QuerySet, RawQuerySet, Manager), "whose rows come only when they are asked for: return list(...)"),
    ((HttpResponseBase,), "which belongs to one request: cache what it is made from"),
    ((io.IOBase, File), "an open file: return its name or its content"),
    ((Iterator, AsyncIterator), "which can be read once only: return a list"),
    ((LazyObject,), "a lazy object: return what it stands for"),
    ((type, types.ModuleType), "a part of the program, no data"),
    ((types.FunctionType, types.MethodType, types.BuiltinFunctionType), "which is code, no data"),
)


def refused(value: Any, place: Place) -> Unfit:
    name = type(value).__qualname__
    # A lazy object would pretend to be of the type that it stands for.
    for kinds, why in _WHYS:
        if issubclass(type(value), kinds):
            return Unfit(place, f"a {name}, {why}")
    if isinstance(value, Model):
        return Unfit(place, f"a {name} that {_unusable(value)}")
    if is_known_kind(type(value)):
        return Unfit(place, f"a {name}, which the return annotation does not name: add it there")
    for base in _PLAIN_BASES:
        if isinstance(value, base):
            return Unfit(
                place, f"a {name}, which would come back as {base.__name__}: return {base.__name__}(...)"
            )
    return Unfit(place, f"a {name}: return plain values, dataclasses or model instances")


def described(place: Place) -> str:
    """`result[3]['owner']`"""
    return "result" + "".join(f".{key}" if isinstance(key, Attribute) else f"[{key!r}]" for key in place)


class Attribute(str):
    """A step of a place that is an attribute, not an index or a key."""

    __slots__ = ()


def _unusable(instance: Model) -> str:
    if instance._state.adding or instance.pk is None:
        return "is not in the database: save it first, or return its values"
    return "is no model of an installed app"
