"""The frame around every change of a scenario, and the checks of what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from platform_app.errors import FieldError, InvalidInput, NotFound
from platform_app.models import Persona, Scenario, Scene
from platform_app.scenarios.completeness import refuse_if_incomplete
from platform_app.scenarios.fields import LONGEST_LINE, MOST_LINES

STAY_COMPLETE = "Students can see this scenario, so it has to stay complete. Nothing was changed."
ATTENTION = "Some fields need your attention."

# Neither can be stored: PostgreSQL refuses the one, UTF-8 the other.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_being_edited: ContextVar[Scenario | None] = ContextVar("being_edited", default=None)


@contextmanager
def editing(scenario: Scenario) -> Iterator[Scenario]:
    """One change: yields the scenario freshly read and locked, and dates it. All of it is undone if it fails or leaves a
    published scenario incomplete (raises Incomplete). An edit inside of an edit is part of it.
    """
    outer = _being_edited.get()
    if outer is not None and outer.pk == scenario.pk:
        yield outer
        return
    with transaction.atomic():
        locked = Scenario.objects.select_for_update().defer("case_text").filter(pk=scenario.pk).first()
        if locked is None:
            raise NotFound
        token = _being_edited.set(locked)
        try:
            yield locked
        finally:
            _being_edited.reset(token)
        is_left = Scenario.objects.filter(pk=scenario.pk).update(updated_at=timezone.now())
        if is_left and locked.is_published:
            refuse_if_incomplete(locked, STAY_COMPLETE)


def assign(part: Scenario | Persona | Scene, changes: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Sets the fields and checks the whole part; the caller saves. Raises InvalidInput that names the fields at fault."""
    if unknown := changes.keys() - set(allowed):
        raise TypeError(f"not to be edited: {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        setattr(part, name, list(value) if isinstance(value, tuple) else value)
    errors = [*_text_faults(changes), *_model_faults(part)]
    if errors:
        raise InvalidInput(ATTENTION, errors=errors)


def checked_lines(attr: str, lines: Any, *, longest: int = LONGEST_LINE) -> list[FieldError]:
    """The faults of a list of sentences."""
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        return [FieldError(attr, "invalid", "This is a list of sentences.")]
    errors = []
    if len(lines) > MOST_LINES:
        errors.append(FieldError(attr, "max_length", f"There may be at most {MOST_LINES} lines."))
    if any(len(line) > longest for line in lines):
        errors.append(FieldError(attr, "max_length", f"A line may have at most {longest} characters."))
    if any(not line.strip() for line in lines):
        errors.append(FieldError(attr, "blank", "A line may not be blank."))
    if any(_UNSTORABLE.search(line) for line in lines):
        errors.append(_unstorable(attr))
    return errors


def _text_faults(changes: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, value in changes.items():
        if isinstance(value, str) and _UNSTORABLE.search(value):
            yield _unstorable(name)
        elif name in ("goals", "knowledge"):
            yield from checked_lines(name, value)


def _model_faults(part: Scenario | Persona | Scene) -> list[FieldError]:
    try:
        # Names are compared in parts.py, ignoring case; status, owner and rubric have rules of their own.
        part.full_clean(
            exclude=["owner", "scenario", "rubric"], validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        return [
            FieldError(name, fault.code or "invalid", " ".join(fault.messages))
            for name, faults in error.error_dict.items()
            for fault in faults
        ]
    return []


def _unstorable(attr: str) -> FieldError:
    return FieldError(attr, "characters", "The text contains characters that cannot be stored, such as NUL.")
