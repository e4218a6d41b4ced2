from __future__ import annotations

from django import forms
from django.db.models import BigIntegerField


class OverrideForm(forms.Form):
    new_score = forms.IntegerField(label="New score", min_value=0, max_value=100, help_text="0 to 100")
    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The student sees it.",
    )


class StudentsFilter(forms.Form):
    """What a professor may narrow the list of students by; nonsense in the address is ignored."""

    scenario = forms.IntegerField(required=False, min_value=1, max_value=BigIntegerField.MAX_BIGINT)
    q = forms.CharField(required=False, max_length=200, label="Name or e-mail")
