"""The forms of the library and the editor. They clean what was typed; what a change may do is decided in the actions.

`optional` names the fields that even a published scenario may leave empty: the templates mark them.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms

from platform_app.errors import Conflict, FieldError, Incomplete, PlatformError
from platform_app.models import TRAITS, Difficulty, Persona, Scenario, ScenarioStatus, Scene
from platform_app.scenarios import pictures, rubric
from platform_app.scenarios.editing import checked_lines
from platform_app.scenarios.fields import LONGEST_LINE, OVERVIEW_FIELDS, PERSONA_FIELDS, SCENE_FIELDS
from platform_app.scenarios.openings import OPENINGS, by_persona, opening_faults
from platform_app.scenarios.parts import OUTCOME_LENGTH
from platform_app.scenarios.selectors import LibraryQuery
from platform_app.scenarios.versions import (
    outcomes_version,
    overview_version,
    persona_version,
    rubric_version,
    scene_version,
)


def text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class LinesField(forms.CharField):
    """A list of sentences, typed one a line."""

    def __init__(self, *, rows: int, longest: int = LONGEST_LINE, **options: Any) -> None:
        super().__init__(widget=text(rows), required=False, **options)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if errors := self.faults(lines):
            raise forms.ValidationError([error.detail for error in errors])
        return lines

    def faults(self, lines: list[str]) -> list[FieldError]:
        return checked_lines("", lines, longest=self.longest)


class QuestionsField(LinesField):
    """One person's opening questions."""

    def faults(self, lines: list[str]) -> list[FieldError]:
        return opening_faults("", lines)


class Versioned:
    """A form that knows which version of its part it shows, and takes the complaints of the actions.

    A browser that comes back with faults keeps the version it had seen; one that was told of a conflict gets the present
    one, so that saving again is a decision.
    """

    optional: ClassVar[frozenset[str]] = frozenset()
    place = ""  # what comes before a field's name where the whole scenario is judged: "personas.12."
    present_version = ""
    seen_version = ""

    def remember(self, present: str) -> None:
        self.present_version = present
        self.seen_version = self.data.get("version", "")[:64] if self.is_bound else present  # type: ignore[attr-defined]

    def add_problem(self, error: PlatformError) -> None:
        """Puts what an action refused beside the fields at fault, the rest on top."""
        if isinstance(error, Conflict):
            self.seen_version = self.present_version
        fields = getattr(self, "fields", {})
        beside = {fault: fault.attr.removeprefix(self.place) for fault in error.errors}
        elsewhere = [fault.detail for fault, name in beside.items() if name not in fields]
        if elsewhere or isinstance(error, Incomplete) or not beside:
            self.complain([error.detail, *elsewhere])
        for fault, name in beside.items():
            if name in fields:
                self.add_error(name, fault.detail)  # type: ignore[attr-defined]

    def complain(self, sentences: list[str]) -> None:
        self.add_error(None, [forms.ValidationError(sentence) for sentence in sentences])  # type: ignore[attr-defined]


class OverviewForm(Versioned, forms.ModelForm):
    optional = frozenset({"industry"})

    class Meta:
        model = Scenario
        fields = OVERVIEW_FIELDS
        labels: ClassVar = {
            "student_role": "The student’s role",
            "estimated_minutes": "Minutes to play",
        }
        widgets: ClassVar = {"description": text(9), "challenge": text(3)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.remember(overview_version(self.instance))


class PersonaForm(Versioned, forms.ModelForm):
    optional = frozenset({"knowledge", "communication_style"})

    goals = LinesField(rows=3, help_text="What this person wants; one goal a line.")
    knowledge = LinesField(rows=5, help_text="Facts of the case that this person can tell; one a line.")

    class Meta:
        model = Persona
        fields = PERSONA_FIELDS
        labels: ClassVar = {"detail_oriented": "Detail-oriented", "communication_style": "Way of speaking"}
        widgets: ClassVar = {
            "background": text(4),
            **{name: forms.NumberInput(attrs={"type": "range", "min": 0, "max": 10}) for name in TRAITS},
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.place = f"personas.{self.instance.pk}."
        self.remember(persona_version(self.instance) if self.instance.pk else "")

    @property
    def traits(self) -> list[forms.BoundField]:
        return [self[name] for name in TRAITS]


class SceneForm(Versioned, forms.ModelForm):
    # Chosen among names that are known already: a number from outside never reaches the database.
    personas = forms.TypedMultipleChoiceField(
        coerce=int, required=False, label="Who is present", widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Scene
        fields = SCENE_FIELDS
        labels: ClassVar = {
            "user_goal": "The student’s goal",
            "success_criteria": "Signs of success",
            "description": "What the student finds",
        }
        help_texts: ClassVar = {
            "success_criteria": "How one sees in the conversation that the goal is reached; students do not read this.",
            "turn_limit": "Messages of the student, from 1 to 50.",
        }
        widgets: ClassVar = {"description": text(4), "user_goal": text(2), "success_criteria": text(3)}

    def __init__(self, *args: Any, people: list[Persona], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {persona.pk: persona for persona in people}
        present = list(self.instance.personas.all()) if self.instance.pk else []
        present_field = cast(forms.TypedMultipleChoiceField, self.fields["personas"])
        present_field.choices = [(pk, persona.name) for pk, persona in self.people.items()]
        self.initial.setdefault("personas", [persona.pk for persona in present])
        asked = by_persona(self.instance.opening_questions.all()) if self.instance.pk else {}
        for pk, persona in self.people.items():
            label = f"{persona.name}: opening questions"
            self.fields[_questions(pk)] = QuestionsField(rows=3, label=label, initial=asked.get(pk, []))
        self.place = f"scenes.{self.instance.pk}."
        self.remember(scene_version(self.instance) if self.instance.pk else "")

    def clean_personas(self) -> list[Persona]:
        return [self.people[pk] for pk in self.cleaned_data["personas"]]

    def clean(self) -> dict[str, Any]:
        """One value of all the questions; those to people who are not present go."""
        cleaned = super().clean() or self.cleaned_data
        asked = {pk: cleaned.pop(_questions(pk), []) for pk in self.people}
        present = [persona.pk for persona in cleaned.get("personas", [])]
        return {**cleaned, OPENINGS: {pk: asked[pk] for pk in present if asked[pk]}}

    @property
    def seats(self) -> list[tuple[forms.boundfield.BoundWidget, forms.BoundField]]:
        """For each person of the scenario: whether present, and the questions."""
        return [
            (choice, self[_questions(pk)]) for choice, pk in zip(self["personas"], self.people, strict=True)
        ]


def _questions(persona_id: int) -> str:
    """The name of the field with a person's opening questions."""
    return f"questions_{persona_id}"


class OutcomesForm(Versioned, forms.Form):
    learning_outcomes = LinesField(
        rows=8,
        longest=OUTCOME_LENGTH,
        label="Learning outcomes",
        help_text="What a student can do afterwards; one outcome a line, beginning with a verb.",
    )

    def __init__(self, data: Any = None, *, scenario: Scenario) -> None:
        outcomes = [outcome.text for outcome in scenario.learning_outcomes.all()]
        super().__init__(data, initial={"learning_outcomes": outcomes})
        self.remember(outcomes_version(scenario))


class CriterionForm(forms.Form):
    name = forms.CharField(max_length=rubric.NAME_LENGTH, label="Criterion")
    weight = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Weight (%)",
        widget=forms.NumberInput(attrs={"data-weight": True}),
    )
    description = forms.CharField(
        max_length=rubric.DESCRIPTION_LENGTH,
        required=False,
        widget=text(2),
        label="What good work looks like",
    )


class BaseRubric(Versioned, forms.BaseFormSet):
    def __init__(self, data: Any = None, *, scenario: Scenario) -> None:
        # What was typed is not compared with what is stored: another tab may have stored more rows by now.
        super().__init__(data, initial=scenario.rubric if data is None else None, prefix="criteria")
        self.remember(rubric_version(scenario))

    def complain(self, sentences: list[str]) -> None:
        self.non_form_errors().extend(sentences)

    def criteria(self) -> list[dict[str, Any]]:
        """The rows that have something in them and are not to be removed."""
        rows = [
            form.cleaned_data for form in self.forms if form not in self.deleted_forms and form.cleaned_data
        ]
        return [{name: row[name] for name in ("name", "weight", "description")} for row in rows]


RubricForm = cast(
    type[BaseRubric],
    forms.formset_factory(
        CriterionForm,
        formset=BaseRubric,
        extra=1,
        can_delete=True,
        max_num=rubric.MOST_CRITERIA,
        absolute_max=rubric.MOST_CRITERIA + 1,
        validate_max=True,
    ),
)


class PictureForm(forms.Form):
    picture = forms.FileField(
        label="Your own picture",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"required": "Choose a picture first."},
    )

    def clean_picture(self) -> bytes:
        file = self.cleaned_data["picture"]
        if file.size > pictures.MOST_BYTES:
            raise forms.ValidationError(pictures.TOO_LARGE)
        return bytes(file.read())


class DrawForm(forms.ModelForm):
    class Meta:
        model = Scene
        fields = ("image_prompt",)
        labels: ClassVar = {"image_prompt": "What the picture shows"}
        widgets: ClassVar = {"image_prompt": text(3)}


class LibraryForm(forms.Form):
    """The filters of the library, as GET parameters."""

    search = forms.CharField(required=False, max_length=200)
    industry = forms.CharField(required=False, max_length=80)
    difficulty = forms.ChoiceField(required=False, choices=[("", "Any difficulty"), *Difficulty.choices])
    status = forms.ChoiceField(required=False, choices=[("", "Any state"), *ScenarioStatus.choices])
    mine = forms.BooleanField(required=False)
    page = forms.IntegerField(required=False, min_value=1)

    def query(self) -> LibraryQuery:
        return LibraryQuery(**{name: self.cleaned_data[name] for name in LibraryQuery.__dataclass_fields__})
