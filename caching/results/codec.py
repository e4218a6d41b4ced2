"""Results of cached functions as bytes, and back, with exactly the types they had. Nothing is unpickled.

There are three forms. A result is written in the first that gives it back exactly, which is tried whenever it is not
certain:

    annotated   msgspec decodes by the return annotation, which says everything: `list[Row]`, `dict[int, Decimal]`
    plain       rows, dicts, lists: decoded by a shape that was found in the value (`shapes`)
    objects     model instances, and whatever else the annotation names (`objects`)

The annotation makes things faster and names the classes that may be built. It need not be right: `-> list[str]` may return
a tuple, and a tuple comes back. Refused, with Uncacheable: what would be another value when it comes back.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from caching.codec import Undecodable
from caching.errors import Uncacheable
from caching.results import objects, shapes
from caching.results.alike import alike
from caching.results.annotations import NO_PROMISE, Promise, promise_of
from caching.results.immutable import is_immutable
from caching.results.refusals import described
from caching.results.tagged import Unfit, encode

FINGERPRINT_BYTES = 8
_HEAD_BYTES = FINGERPRINT_BYTES + 1
# What reading bytes that are not ours may raise: of msgspec, of Decimal and its kin, of a number that points nowhere.
_NOT_OURS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)

Load = Callable[[memoryview], Any]


@dataclass(frozen=True, slots=True)
class Forms:
    """How the results of one function are written. Every form begins with bytes that no other function has."""

    promise: Promise
    annotated: bytes
    plain: bytes
    objects: bytes
    loads: dict[bytes, Load]


class ResultCodec:
    """The results of one function. Raises Uncacheable for a function whose results cannot be kept."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._name = getattr(function, "__qualname__", repr(function))
        inner = inspect.unwrap(function)
        if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
            raise Uncacheable(f"{self._name} is a generator, which can be read once only. Return a list.")
        self._made: Forms | None = None
        if (promise := self._promise()) is not None:
            self._made = self._forms_for(promise)

    is_immutable = staticmethod(is_immutable)

    def dump(self, value: Any) -> bytes:
        """Raises Uncacheable, with the place in the value and what to return instead."""
        forms = self._forms()
        try:
            body = _dump_annotated(forms, value)
            if body is not None and self._gives_back(body, value, alike):
                return body
            if (plain := _dump_plain(value)) is not None:
                body = forms.plain + plain
                # Its shape was made of the very types in the value, so values that are equal are alike.
                if shapes.is_native(plain) or any(
                    self._gives_back(body, value, same) for same in (eq, alike)
                ):
                    return body
            return self._dump_objects(forms, value)
        except Unfit as unfit:
            raise Uncacheable(f"{self._name}: {described(unfit.place)} is {unfit.why}.") from unfit
        except RecursionError as error:
            raise Uncacheable(f"{self._name}: the result holds itself, or is nested too deeply.") from error
        except UnicodeEncodeError as error:
            raise Uncacheable(f"{self._name}: the result holds text that is not Unicode: {error}.") from error

    def load(self, body: bytes) -> Any:
        """A new copy at every call. Raises Undecodable for whatever this function's `dump` cannot have written."""
        forms = self._made or self._forms()
        try:
            return forms.loads[body[:_HEAD_BYTES]](memoryview(body)[_HEAD_BYTES:])
        except _NOT_OURS as error:
            raise Undecodable(f"no result of {self._name}") from error

    def _gives_back(self, body: bytes, value: Any, same: Callable[[Any, Any], bool]) -> bool:
        try:
            return same(value, self.load(body))
        except Undecodable:
            return False

    def _dump_objects(self, forms: Forms, value: Any) -> bytes:
        body = forms.objects + objects.dump(value, forms.promise.classes)
        try:
            # Everything in this form is tagged by its type, so that equal bytes are equal values of equal types.
            again = forms.objects + objects.dump(self.load(body), forms.promise.classes)
        except (Undecodable, Unfit) as error:
            raise Unfit((), f"a {type(value).__name__} that cannot be read back ({error})") from error
        if again != body:
            raise Unfit((), f"a {type(value).__name__} that comes back as something else")
        return body

    def _forms(self) -> Forms:
        if self._made is None:
            # Names that were unknown at decoration may be known by now; if not, they are for the type checker alone.
            self._made = self._forms_for(self._promise() or NO_PROMISE)
        return self._made

    def _promise(self) -> Promise | None:
        try:
            return promise_of(self._function)
        except Uncacheable as error:
            raise Uncacheable(f"{self._name} cannot be cached: {error}") from error

    def _forms_for(self, promise: Promise) -> Forms:
        identity = repr((getattr(self._function, "__module__", ""), self._name, promise.description)).encode()
        fingerprint = hashlib.blake2b(identity, digest_size=FINGERPRINT_BYTES).digest()
        _codecs[fingerprint] = self
        annotated, plain, of_objects = (fingerprint + form for form in (b"a", b"p", b"o"))
        loads: dict[bytes, Load] = {
            plain: shapes.load,
            of_objects: partial(objects.load, classes=promise.classes),
        }
        if promise.exact is not None:
            loads[annotated] = msgspec.msgpack.Decoder(promise.exact).decode
        return Forms(promise, annotated, plain, of_objects, loads)


_codecs: WeakValueDictionary[bytes, ResultCodec] = WeakValueDictionary()


def codec_of(body: bytes) -> ResultCodec | None:
    """That of the function whose result the body is, if this process knows the function."""
    return _codecs.get(body[:FINGERPRINT_BYTES])


def _dump_annotated(forms: Forms, value: Any) -> bytes | None:
    if forms.annotated not in forms.loads:
        return None
    try:
        return forms.annotated + encode(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _dump_plain(value: Any) -> bytes | None:
    try:
        return shapes.dump(value)
    except Unfit:
        return None


def _anything() -> Any:
    """Stands for a function whose result may be of any plain type."""


ANYTHING = ResultCodec(_anything)
"""For results that are kept by hand."""
