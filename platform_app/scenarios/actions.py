"""The life of a scenario: made, changed, published, withdrawn, deleted. Its parts are in parts.py, pictures.py, copying.py.

Who may do it was decided when the scenario was fetched: `selectors.get_own_scenario`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from platform_app.errors import FieldError, InvalidInput, NotAllowed
from platform_app.models import Persona, Scenario, ScenarioStatus, Scene, Simulation, User, default_rubric
from platform_app.models.scenario import LONGEST_TEXT
from platform_app.scenarios.completeness import refuse_if_incomplete
from platform_app.scenarios.drafts import PersonaDraft, ScenarioDraft, SceneDraft
from platform_app.scenarios.editing import ATTENTION, assign, editing
from platform_app.scenarios.fields import LONGEST_LINE, MOST_LINES, OVERVIEW_FIELDS
from platform_app.scenarios.openings import OPENINGS, usable_questions
from platform_app.scenarios.parts import (
    OUTCOME_LENGTH,
    add_persona,
    add_scene,
    set_learning_outcomes,
    update_persona,
    update_scene,
)
from platform_app.scenarios.pictures import discard_file
from platform_app.scenarios.rubric import checked_rubric
from platform_app.scenarios.signals import scenario_published
from platform_app.scenarios.versions import overview_version, refuse_overwrite, rubric_version

UNTITLED = "Untitled scenario"
NOT_YET = "This scenario cannot be published yet."


class Removal(StrEnum):
    DELETED = "deleted"
    ARCHIVED = "archived"


def may_make_scenarios(user: User) -> bool:
    return user.is_professor or user.is_admin


def refuse_students(user: User) -> None:
    if not may_make_scenarios(user):
        raise NotAllowed("Only professors can make scenarios.")


def create_scenario(owner: User, values: Mapping[str, Any] | None = None) -> Scenario:
    """A blank draft; `values` are OVERVIEW_FIELDS. Raises NotAllowed for students."""
    refuse_students(owner)
    scenario = Scenario(owner=owner)
    assign(scenario, {"title": UNTITLED, **(values or {})}, OVERVIEW_FIELDS)
    scenario.save()
    return scenario


@transaction.atomic
def create_from_draft(owner: User, draft: ScenarioDraft, case_text: str) -> Scenario:
    """The whole draft as a scenario of this owner, or nothing. Texts longer than their column are shortened at a word,
    and personas of one name are numbered. Raises InvalidInput, e.g. for a scene with somebody who is no persona.
    """
    overview = {name: _fitted(Scenario, name, getattr(draft, name)) for name in OVERVIEW_FIELDS}
    scenario = create_scenario(owner, overview)
    scenario.case_text = case_text.replace("\x00", "")
    scenario.rubric = default_rubric() if draft.rubric is None else checked_rubric(draft.rubric)
    scenario.save()
    with editing(scenario):
        cast = _add_cast(scenario, draft.personas)
        for scene in draft.scenes:
            _add_drafted_scene(scenario, scene, cast)
        set_learning_outcomes(scenario, _lines(draft.learning_outcomes, OUTCOME_LENGTH))
    return scenario


def update_scenario(scenario: Scenario, changes: Mapping[str, Any], *, seen: str = "") -> Scenario:
    """Changes the overview fields given. Raises Conflict if `seen` is not the overview's present version."""
    with editing(scenario) as locked:
        refuse_overwrite(seen, overview_version(locked))
        assign(locked, changes, OVERVIEW_FIELDS)
        locked.save(update_fields=list(changes))
        return locked


def set_rubric(scenario: Scenario, criteria: Sequence[Mapping[str, Any]], *, seen: str = "") -> None:
    with editing(scenario) as locked:
        refuse_overwrite(seen, rubric_version(locked))
        locked.rubric = checked_rubric(criteria)
        locked.save(update_fields=["rubric"])


def change_scenario(scenario: Scenario, changes: Mapping[str, Any]) -> None:
    """Several changes as one: OVERVIEW_FIELDS, `rubric`, `learning_outcomes`, and lists of `personas` and `scenes`,
    in which an `id` changes that part and none adds one. Parts that are not named stay as they are.
    """
    with editing(scenario) as locked:
        overview = {name: value for name, value in changes.items() if name in OVERVIEW_FIELDS}
        if overview:
            update_scenario(locked, overview)
        if "rubric" in changes:
            set_rubric(locked, changes["rubric"])
        if "learning_outcomes" in changes:
            set_learning_outcomes(locked, changes["learning_outcomes"])
        for values in changes.get("personas", ()):
            _change_persona(locked, values)
        for values in changes.get("scenes", ()):
            _change_scene(locked, values)


def publish_scenario(scenario: Scenario, *, is_announced: bool = True) -> None:
    """Shows the scenario to all who are signed in. Raises Incomplete with the list of what is missing.

    Who listens to `scenario_published` hears of it after the commit, and may spend money on the answers for its students;
    `is_announced` keeps it quiet.
    """
    with editing(scenario) as locked:
        refuse_if_incomplete(locked, NOT_YET)
        if not locked.is_published:
            locked.published_at = timezone.now()
        _set_status(locked, ScenarioStatus.PUBLISHED)
        if is_announced:
            announce = partial(scenario_published.send, sender=Scenario, scenario_id=locked.pk)
            transaction.on_commit(announce)


def unpublish_scenario(scenario: Scenario) -> None:
    """Back to a draft, also from the archive. Students who have begun can go on; nobody else sees it."""
    with editing(scenario) as locked:
        _set_status(locked, ScenarioStatus.DRAFT)


def archive_scenario(scenario: Scenario) -> None:
    with editing(scenario) as locked:
        _set_status(locked, ScenarioStatus.ARCHIVED)


def delete_scenario(scenario: Scenario) -> Removal:
    """Deletes it; or archives it if students have played it, since their conversations and grades belong to them."""
    with editing(scenario) as locked:
        # A student who starts at this moment waits for the lock and finds no scenario, or an archived one.
        if played_by_students(locked):
            archive_scenario(locked)
            return Removal.ARCHIVED
        for name in locked.scenes.values_list("image", flat=True):
            discard_file(name)
        locked.delete()
        return Removal.DELETED


def played_by_students(scenario: Scenario) -> bool:
    """Test runs of the owner do not count."""
    return Simulation.objects.filter(scenario=scenario).exclude(student_id=scenario.owner_id).exists()


def _set_status(scenario: Scenario, status: ScenarioStatus) -> None:
    scenario.status = status
    scenario.save(update_fields=["status", "published_at"])


def _change_persona(scenario: Scenario, values: Mapping[str, Any]) -> None:
    fields = {name: value for name, value in values.items() if name != "id"}
    if "id" in values:
        update_persona(_part(scenario.personas, values["id"], "personas"), fields)
    else:
        add_persona(scenario, fields)


def _change_scene(scenario: Scenario, values: Mapping[str, Any]) -> None:
    fields = {name: value for name, value in values.items() if name != "id"}
    if "personas" in fields:
        fields["personas"] = [_part(scenario.personas, pk, "personas") for pk in fields["personas"]]
    if OPENINGS in fields:
        fields[OPENINGS] = _asked(fields[OPENINGS])
    if "id" in values:
        update_scene(_part(scenario.scenes, values["id"], "scenes"), fields)
    else:
        add_scene(scenario, fields)


def _asked(questions: Sequence[Mapping[str, Any]]) -> dict[int, list[str]]:
    """A list of {persona, text} as the texts by persona."""
    texts: dict[int, list[str]] = {}
    for question in questions:
        texts.setdefault(question["persona"], []).append(question["text"])
    return texts


def _part(parts: Any, pk: int, things: str) -> Any:
    found = parts.filter(pk=pk).first()
    if found is None:
        detail = f"This scenario has no such part: {pk}."
        raise InvalidInput(ATTENTION, errors=[FieldError(things, "does_not_exist", detail)])
    return found


def _add_cast(scenario: Scenario, drafts: Sequence[PersonaDraft]) -> dict[str, Persona]:
    """The personas by plain name; of two with one name, the first keeps it."""
    cast: dict[str, Persona] = {}
    taken: set[str] = set()
    for draft in drafts:
        values = {name: _fitted(Persona, name, value) for name, value in asdict(draft).items()}
        values["name"] = _free_name(values["name"], taken)
        taken.add(_plain(values["name"]))
        cast.setdefault(_plain(draft.name), add_persona(scenario, values))
    return cast


def _add_drafted_scene(scenario: Scenario, draft: SceneDraft, cast: Mapping[str, Persona]) -> None:
    named = dict.fromkeys([*draft.personas, *draft.opening_questions])
    absent = [name for name in named if _plain(name) not in cast]
    if absent:
        detail = f"Scene “{draft.title}” has people who are no personas: {', '.join(absent)}."
        raise InvalidInput(detail, errors=[FieldError("scenes", "unknown_persona", detail)])
    columns = {
        name: _fitted(Scene, name, value)
        for name, value in asdict(draft).items()
        if name not in ("personas", OPENINGS)
    }
    present = {cast[_plain(name)].pk: cast[_plain(name)] for name in draft.personas}
    openings = {
        cast[_plain(name)].pk: usable_questions(texts) for name, texts in draft.opening_questions.items()
    }
    add_scene(scenario, {**columns, "personas": list(present.values()), OPENINGS: openings})


def _free_name(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while _plain(candidate) in taken:
        number += 1
        candidate = f"{name} {number}"
    return candidate


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _fitted(model: type[Scenario | Persona | Scene], field: str, value: Any) -> Any:
    """The value without what its column cannot hold."""
    if isinstance(value, str):
        return _shortened(value, getattr(model._meta.get_field(field), "max_length", None) or LONGEST_TEXT)
    return _lines(value) if isinstance(value, tuple) else value


def _lines(lines: Sequence[str], longest: int = LONGEST_LINE) -> list[str]:
    return [_shortened(line, longest) for line in lines if line.strip("\x00 \n\t")][:MOST_LINES]


def _shortened(text: str, length: int) -> str:
    clean = text.replace("\x00", "").strip()
    if len(clean) <= length:
        return clean
    return clean[: length - 1].rsplit(maxsplit=1)[0].rstrip(",;:–- ") + "…"
