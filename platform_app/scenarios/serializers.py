"""Scenarios as JSON. The owner reads more than others do: the personas' secrets and the signs of success would spoil the
play. What the owner reads can be changed and sent back as a PATCH."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from platform_app.models import Difficulty, OpeningQuestion, Persona, Scenario, ScenarioStatus, Scene
from platform_app.scenarios import rubric
from platform_app.scenarios.fields import (
    LONGEST_LINE,
    MOST_LINES,
    OPENING_LENGTH,
    OVERVIEW_FIELDS,
    PERSONA_FIELDS,
    SCENE_COLUMNS,
)
from platform_app.scenarios.parts import OUTCOME_LENGTH
from platform_app.scenarios.pictures import scene_image_url


class LinesField(serializers.ListField):
    """A list of sentences."""

    def __init__(self, longest: int = LONGEST_LINE, **options: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=longest), max_length=MOST_LINES, **options)


class OutcomesField(LinesField):
    """Learning outcomes as their sentences."""

    def to_representation(self, outcomes: Any) -> list[str]:
        return [outcome.text for outcome in outcomes.all()]


class CriterionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=rubric.NAME_LENGTH)
    weight = serializers.IntegerField(min_value=0, max_value=100, help_text="Per cent.")
    description = serializers.CharField(max_length=rubric.DESCRIPTION_LENGTH, allow_blank=True, default="")


class PublicPersonaSerializer(serializers.ModelSerializer[Persona]):
    class Meta:
        model = Persona
        fields = ("id", "position", "name", "role")


class PersonaSerializer(serializers.ModelSerializer[Persona]):
    goals = LinesField(required=False)
    knowledge = LinesField(required=False)

    class Meta:
        model = Persona
        fields = ("id", "position", *PERSONA_FIELDS)
        read_only_fields = ("position",)


class PublicSceneSerializer(serializers.ModelSerializer[Scene]):
    personas = serializers.PrimaryKeyRelatedField[Persona](many=True, read_only=True)
    image = serializers.SerializerMethodField()

    class Meta:
        model = Scene
        fields: tuple[str, ...] = ("id", "position", "title", "turn_limit", "personas", "image")

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_image(self, scene: Scene) -> str | None:
        """The address of the picture, or null."""
        return scene_image_url(scene) or None


class OpeningQuestionSerializer(serializers.ModelSerializer[OpeningQuestion]):
    """What a student can say first to this person, with one click."""

    persona = serializers.IntegerField(source="persona_id", help_text="The id of somebody in the scene.")

    class Meta:
        model = OpeningQuestion
        fields = ("persona", "text")


class SceneSerializer(PublicSceneSerializer):
    opening_questions = OpeningQuestionSerializer(many=True)

    class Meta(PublicSceneSerializer.Meta):
        fields = ("id", "position", *SCENE_COLUMNS, "personas", "opening_questions", "image")


class ScenarioCardSerializer(serializers.Serializer[Any]):
    """A scenario in the list."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    description = serializers.CharField()
    industry = serializers.CharField()
    difficulty = serializers.ChoiceField(Difficulty.choices)
    estimated_minutes = serializers.IntegerField()
    student_role = serializers.CharField()
    status = serializers.ChoiceField(ScenarioStatus.choices)
    owner = serializers.CharField(source="owner_name")
    scene_count = serializers.IntegerField()
    persona_count = serializers.IntegerField()
    image = serializers.SerializerMethodField()
    published_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_image(self, card: Any) -> str | None:
        """The address of the first scene's picture, or null."""
        return card.cover_url or None


class ScenarioPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ScenarioCardSerializer(many=True)


class PublicScenarioSerializer(serializers.ModelSerializer[Scenario]):
    """What everybody may read of a published scenario."""

    owner = serializers.CharField(source="owner.name", read_only=True)
    personas: Any = PublicPersonaSerializer(many=True)
    scenes: Any = PublicSceneSerializer(many=True)
    learning_outcomes = OutcomesField()
    rubric = CriterionSerializer(many=True)

    class Meta:
        model = Scenario
        fields = (
            "id",
            *OVERVIEW_FIELDS,
            "status",
            "owner",
            "personas",
            "scenes",
            "learning_outcomes",
            "rubric",
            "published_at",
            "created_at",
            "updated_at",
        )


class ScenarioSerializer(PublicScenarioSerializer):
    """What the owner reads: everything but the text of the case."""

    personas = PersonaSerializer(many=True)
    scenes = SceneSerializer(many=True)


class PersonaChangesSerializer(PersonaSerializer):
    """With an `id` this persona is changed, without one a persona is added."""

    id = serializers.IntegerField(required=False)


class OpeningChangesSerializer(serializers.Serializer[Any]):
    persona = serializers.IntegerField(help_text="The id of somebody in the scene.")
    text = serializers.CharField(max_length=OPENING_LENGTH)


class SceneChangesSerializer(serializers.ModelSerializer[Scene]):
    """With an `id` this scene is changed, without one a scene is added. `personas` are the ids of those present;
    `opening_questions` replaces all of the scene's, at most four to a person."""

    id = serializers.IntegerField(required=False)
    personas = serializers.ListField(child=serializers.IntegerField(), required=False)
    opening_questions = OpeningChangesSerializer(many=True, required=False)

    class Meta:
        model = Scene
        fields = ("id", *SCENE_COLUMNS, "personas", "opening_questions")


class NewScenarioSerializer(serializers.ModelSerializer[Scenario]):
    class Meta:
        model = Scenario
        fields: tuple[str, ...] = OVERVIEW_FIELDS


class ScenarioChangesSerializer(NewScenarioSerializer):
    """What is not named stays as it is. `learning_outcomes` and `rubric` are replaced as a whole; of `personas` and `scenes`
    only those that are listed are touched."""

    learning_outcomes = LinesField(longest=OUTCOME_LENGTH, required=False)
    rubric = CriterionSerializer(many=True, required=False)
    personas = PersonaChangesSerializer(many=True, required=False)
    scenes = SceneChangesSerializer(many=True, required=False)

    class Meta(NewScenarioSerializer.Meta):
        fields = (*OVERVIEW_FIELDS, "learning_outcomes", "rubric", "personas", "scenes")


class LibraryQuerySerializer(serializers.Serializer[Any]):
    """The parameters of the list."""

    search = serializers.CharField(
        default="", allow_blank=True, max_length=200, help_text="Words that all occur."
    )
    industry = serializers.CharField(default="", allow_blank=True, max_length=80)
    difficulty = serializers.ChoiceField(Difficulty.choices, default="", allow_blank=True)
    status = serializers.ChoiceField(
        ScenarioStatus.choices, default="", allow_blank=True, help_text="Without it, all but archived ones."
    )
    mine = serializers.BooleanField(default=False, help_text="Only scenarios of the caller.")
    page = serializers.IntegerField(default=1, min_value=1)


DETAIL = PolymorphicProxySerializer(
    component_name="ScenarioDetail",
    serializers=[ScenarioSerializer, PublicScenarioSerializer],
    resource_type_field_name=None,
)
