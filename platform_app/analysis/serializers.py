"""Documents as the API and the events show them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from platform_app.models import Document


class DocumentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = (
            "id",
            "filename",
            "status",
            "progress",
            "stage",
            "error",
            "notes",
            "scenario",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    """Empty files get through to the check that says in plain words why they cannot be read."""

    file = serializers.FileField(allow_empty_file=True, help_text="PDF, DOCX, TXT or Markdown, up to 20 MB.")
    context_files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        default=list,
        help_text="Further material for the analysis, of the same types: up to 10 files, 40 MB together.",
    )
