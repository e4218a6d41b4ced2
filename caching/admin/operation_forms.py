"""What operators fill in: what to invalidate, what to delete, what to warm; and the word that confirms what is broad."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from caching.inspection import namespaces
from caching.models import AILedgerLine
from caching.operations import actions, purging, subjects, warming
from caching.operations.actions import NoTarget, Target
from caching.operations.purging import NotPurgeable, Selection
from caching.stats import series

MOST_KNOWN = 200


class SubjectForm(forms.Form):
    """A user or a scenario. `found` is who that is, as far as anybody knows."""

    of = forms.CharField(max_length=254)
    found: subjects.Found | None = None

    def __init__(self, kind: str, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=kind)
        self.kind = kind
        subject = subjects.of_kind(kind)
        self.fields["of"].label = subject.title if subject else kind.capitalize()
        self.fields["of"].help_text = subject.hint if subject else "Its id."

    def clean_of(self) -> Target:
        text: str = self.cleaned_data["of"]
        subject = subjects.of_kind(self.kind)
        self.found = subject.find(text) if subject else None
        try:
            return actions.scope(self.kind, self.found.id if self.found else text)
        except NoTarget as error:
            raise forms.ValidationError(
                f"There is no {self.kind} of this name, and this is no id."
            ) from error

    def target(self) -> Target:
        target: Target = self.cleaned_data["of"]
        return target


class ModelForm(forms.Form):
    """All results that rest on a table, or on one row of it."""

    model = forms.ChoiceField(choices=lambda: [(label, label) for label in actions.models()])
    pk = forms.CharField(
        label="Key of one row", max_length=64, required=False, help_text="Empty: the whole model."
    )
    prefix = "model"
    _target: Target

    def clean(self) -> None:
        try:
            self._target = actions.model(
                self.cleaned_data.get("model", ""), self.cleaned_data.get("pk") or None
            )
        except NoTarget as error:
            raise forms.ValidationError({error.about: str(error)}) from error

    def target(self) -> Target:
        return self._target


class OperationForm(forms.Form):
    name = forms.CharField(
        label="Query or operation of the AI",
        max_length=64,
        help_text="Its name: scenario_list, persona_answer.",
        widget=forms.TextInput({"list": "known-operations", "autocomplete": "off"}),
    )

    prefix = "operation"

    def clean_name(self) -> Target:
        try:
            return actions.operation(self.cleaned_data["name"])
        except NoTarget as error:
            raise forms.ValidationError("Names are made of a-z, 0-9 and _, at most 64 of them.") from error

    def target(self) -> Target:
        target: Target = self.cleaned_data["name"]
        return target


class EverythingForm(forms.Form):
    def target(self) -> Target:
        return actions.everything()


class PurgeForm(forms.Form):
    namespace = forms.ChoiceField(
        label="Kind",
        choices=lambda: [
            (each.start, f"{each.start}  {each.title}") for each in namespaces.known() if each.is_purgeable
        ],
    )
    pattern = forms.CharField(
        max_length=purging.PATTERN_CHARACTERS,
        strip=False,
        help_text="How the keys go on behind that: scenario_list:* for instance. * stands for anything, ? for one character,"
        " [ab] for one of these, and \\ before a sign for the sign itself.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    prefix = "purge"
    selection: Selection

    def clean(self) -> None:
        if self.errors:
            return
        try:
            self.selection = purging.select(self.cleaned_data["namespace"], self.cleaned_data["pattern"])
        except NotPurgeable as error:
            raise forms.ValidationError({"pattern": str(error)}) from error


class WarmForm(forms.Form):
    of = forms.CharField(max_length=64)

    def __init__(self, warmer: warming.Warmer, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=f"warm-{warmer.name}")
        self.warmer = warmer
        self.fields["of"].label = warmer.title
        self.fields["of"].help_text = warmer.hint


class ConfirmForm(forms.Form):
    """`token` holds what was previewed, so that this is done and nothing else. A word is asked for what is broad."""

    token = forms.CharField(widget=forms.HiddenInput)
    word = forms.CharField(
        max_length=300,
        required=False,
        strip=True,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, word: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.word_wanted = word
        if word:
            self.fields["word"].label = "Type this to confirm"
        else:
            del self.fields["word"]

    def clean_word(self) -> str:
        if self.cleaned_data["word"] != self.word_wanted:
            raise forms.ValidationError("This is not what was asked for. Nothing was done.")
        return self.word_wanted


def known_operations() -> list[str]:
    """Those that have been counted, or are in the ledger: to choose from, not all there are. Raises CacheUnavailable."""
    counted = {kind.removeprefix("query:") for kind in series.totals() if kind.startswith("query:")}
    booked = AILedgerLine.objects.order_by().values_list("operation", flat=True).distinct()
    return sorted(counted.union(booked[:MOST_KNOWN]))[:MOST_KNOWN]
