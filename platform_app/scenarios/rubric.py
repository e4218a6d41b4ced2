"""The rubric of a scenario: criteria with weights in per cent. A draft's weights may be unfinished; their form may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platform_app.errors import FieldError, InvalidInput

MOST_CRITERIA = 12
NAME_LENGTH = 120
DESCRIPTION_LENGTH = 500


def checked_rubric(criteria: Any) -> list[dict[str, Any]]:
    """The criteria as they are stored: a list of {name, weight, description}. Raises InvalidInput for any other form."""
    if not isinstance(criteria, Sequence) or isinstance(criteria, str):
        raise _refusal([FieldError("rubric", "invalid", "The rubric is a list of criteria.")])
    if len(criteria) > MOST_CRITERIA:
        detail = f"A rubric has at most {MOST_CRITERIA} criteria."
        raise _refusal([FieldError("rubric", "max_length", detail)])
    errors = [error for number, criterion in enumerate(criteria) for error in _faults(number, criterion)]
    if errors:
        raise _refusal(errors)
    stored = [_stored(criterion) for criterion in criteria]
    names = [criterion["name"].casefold() for criterion in stored]
    if len(set(names)) < len(names):
        raise _refusal([FieldError("rubric", "unique", "Two criteria have the same name.")])
    return stored


def rubric_gaps(rubric: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    """What keeps a rubric from being graded by."""
    if not rubric:
        yield FieldError("rubric", "missing", "The rubric has no criteria.")
        return
    total = sum(criterion["weight"] for criterion in rubric)
    if total != 100:
        detail = f"The weights of the rubric add up to {total} per cent instead of 100."
        yield FieldError("rubric", "weights", detail)


def _stored(criterion: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": criterion["name"].strip(),
        "weight": criterion["weight"],
        "description": criterion.get("description", "").strip(),
    }


def _faults(number: int, criterion: Any) -> Iterator[FieldError]:
    at = f"rubric.{number}"
    if not isinstance(criterion, Mapping):
        yield FieldError(at, "invalid", "A criterion has a name, a weight and a description.")
        return
    name, weight, description = (
        criterion.get("name"),
        criterion.get("weight"),
        criterion.get("description", ""),
    )
    if not isinstance(name, str) or not 0 < len(name.strip()) <= NAME_LENGTH:
        yield FieldError(
            f"{at}.name", "invalid", f"A criterion needs a name of at most {NAME_LENGTH} characters."
        )
    if type(weight) is not int or not 0 <= weight <= 100:
        yield FieldError(f"{at}.weight", "invalid", "A weight is a whole number from 0 to 100.")
    if not isinstance(description, str) or len(description) > DESCRIPTION_LENGTH:
        detail = f"A description is a text of at most {DESCRIPTION_LENGTH} characters."
        yield FieldError(f"{at}.description", "invalid", detail)


def _refusal(errors: list[FieldError]) -> InvalidInput:
    return InvalidInput("The rubric cannot be accepted.", errors=errors)
