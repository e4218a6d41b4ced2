"""The upload form. What a file may be is judged by `uploads`, with its sentences; here only a file must have come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from platform_app.analysis.uploads import MAX_CONTEXT_BYTES, MAX_CONTEXT_FILES, MAX_FILE_BYTES

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
        help_text=f"PDF, Word (.docx), text (.txt) or Markdown (.md). Up to {MAX_FILE_BYTES // 2**20} MB.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose the file of a case study."},
    )
    context_files = SeveralFilesField(
        label="Context files",
        help_text=(
            "Exhibits, company pages, teaching notes. The AI reads them too; students do not get them. "
            f"Up to {MAX_CONTEXT_FILES} files, {MAX_CONTEXT_BYTES // 2**20} MB together."
        ),
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
