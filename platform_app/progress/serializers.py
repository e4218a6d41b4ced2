from __future__ import annotations

from typing import Any

from rest_framework import serializers

from platform_app.models import Grade, GradeChange, SceneGrade, SimulationStatus
from platform_app.progress.rows import Progress


class GradedCriterionSerializer(serializers.Serializer[dict[str, object]]):
    name = serializers.CharField()
    weight = serializers.IntegerField(help_text="per cent")
    level = serializers.IntegerField(min_value=0, max_value=4)
    score = serializers.IntegerField(min_value=0, max_value=100)
    reason = serializers.CharField()
    quote = serializers.CharField(allow_blank=True, help_text="the student's own words, or empty")


class SceneGradeSerializer(serializers.ModelSerializer[SceneGrade]):
    criteria = GradedCriterionSerializer(many=True)
    strengths = serializers.ListField(child=serializers.CharField())
    advice = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = SceneGrade
        fields = ("scene", "scene_title", "score", "criteria", "summary", "strengths", "advice")


class GradeChangeSerializer(serializers.ModelSerializer[GradeChange]):
    changed_by = serializers.CharField(source="changed_by.name", default="")

    class Meta:
        model = GradeChange
        fields = ("changed_by", "old_score", "new_score", "reason", "created_at")


class GradeSerializer(serializers.ModelSerializer[Grade]):
    scenes = SceneGradeSerializer(source="scene_grades", many=True)
    changes = GradeChangeSerializer(many=True)
    strengths = serializers.ListField(child=serializers.CharField())
    advice = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Grade
        fields = (
            "status",
            "error",
            "score",
            "ai_score",
            "summary",
            "strengths",
            "advice",
            "scenes",
            "changes",
            "graded_at",
            "model",
        )


class ProgressSerializer(serializers.Serializer[Progress]):
    """One simulation in a list. The student is named by name only: the list is for people who know him."""

    id = serializers.IntegerField()
    scenario = serializers.IntegerField(source="scenario_id")
    scenario_title = serializers.CharField()
    student_name = serializers.CharField()
    status = serializers.ChoiceField(SimulationStatus.choices)
    scenes_done = serializers.IntegerField()
    scenes_total = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)


class ProgressPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ProgressSerializer(many=True)


class PageQuerySerializer(serializers.Serializer[Any]):
    """The parameters of the list."""

    page = serializers.IntegerField(default=1, min_value=1)
