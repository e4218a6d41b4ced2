"""The upload form. What a file may be is judged by `uploads`, with its sentences; here only a file must have come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

ACCEPT = ".pdf,.docx,.txt,.text,.md,.markdown"


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Cleans to a list, which may be empty."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(SeveralFilesField, self).clean(one, initial) for one in data or []]


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Case study",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose the file of a case study."},
    )
    context_files = SeveralFilesField(
        label="Context files",
        required=False,
        allow_empty_file=True,
        widget=SeveralFilesInput(attrs={"accept": ACCEPT}),
    )

    @property
    def case(self) -> UploadedFile:
        return self.cleaned_data["file"]

    @property
    def context(self) -> list[UploadedFile]:
        return self.cleaned_data["context_files"]
