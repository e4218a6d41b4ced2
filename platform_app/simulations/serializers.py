"""Simulations and messages as the API and the events show them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from platform_app.models import Author, SceneOutcome, SimulationStatus
from platform_app.scenarios.serializers import OpeningQuestionSerializer


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    position = serializers.IntegerField(help_text="Order within the simulation, from 1.")
    scene = serializers.IntegerField(source="scene_id")
    author = serializers.ChoiceField(choices=Author.choices)
    persona = serializers.IntegerField(
        source="persona_id",
        allow_null=True,
        help_text="Who speaks, or the one person whom the student speaks to.",
    )
    persona_name = serializers.CharField(help_text="Who speaks; empty for student and narrator.")
    text = serializers.CharField()
    is_command = serializers.BooleanField(help_text="Said to or by the platform: personas do not hear it.")
    model = serializers.CharField(help_text="The AI model that wrote it.")
    created_at = serializers.DateTimeField()


class PresentPersonaSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.CharField()
    initials = serializers.CharField()


class PlayedSceneSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    number = serializers.IntegerField()
    count = serializers.IntegerField()
    description = serializers.CharField()
    user_goal = serializers.CharField()
    image = serializers.CharField(help_text="Address of the picture, or empty.")
    personas = PresentPersonaSerializer(many=True)


class GoalCheckSerializer(serializers.Serializer[Any]):
    reached = serializers.BooleanField()
    confidence = serializers.FloatField()
    reasoning = serializers.CharField()
    next_action = serializers.CharField()
    hint_available = serializers.BooleanField(help_text="Say `hint` to hear it.")
    is_current = serializers.BooleanField(
        help_text="False when the check after the latest turn could not be made."
    )


class SceneGoalSerializer(serializers.Serializer[Any]):
    scene = serializers.IntegerField()
    title = serializers.CharField()
    user_goal = serializers.CharField()
    outcome = serializers.ChoiceField(
        choices=SceneOutcome.choices, allow_null=True, help_text="Null: not begun."
    )
    turns_used = serializers.IntegerField()
    turn_limit = serializers.IntegerField()


class ScenarioNameSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()


class StateSerializer(serializers.Serializer[Any]):
    """Where a simulation stands. `turn` counts the turns used in the current scene."""

    id = serializers.IntegerField()
    scenario = ScenarioNameSerializer()
    status = serializers.ChoiceField(choices=SimulationStatus.choices)
    scene = PlayedSceneSerializer(allow_null=True)
    has_begun = serializers.BooleanField(help_text="The current scene has begun.")
    turn = serializers.IntegerField()
    turn_limit = serializers.IntegerField()
    hints_used = serializers.IntegerField()
    awaiting_answer = serializers.BooleanField(
        help_text="An answer broke off; post `retry` to have it made without saying anything again."
    )
    opening_questions = OpeningQuestionSerializer(
        many=True,
        help_text="With what the student can begin; empty once the student has said something in the scene.",
    )
    goal = GoalCheckSerializer(allow_null=True, help_text="The latest check of the current scene's goal.")
    goals = SceneGoalSerializer(many=True, help_text="The goal of every scene, in order.")
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)


class TurnSerializer(serializers.Serializer[Any]):
    """What a turn brought."""

    messages = MessageSerializer(many=True)
    state = StateSerializer()


class SaySerializer(serializers.Serializer[Any]):
    # Blank and long texts get through to the rule that refuses them in plain words.
    text = serializers.CharField(
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="1 to 4,000 characters, or a command: begin, help, hint.",
    )
    persona = serializers.CharField(
        default="",
        allow_blank=True,
        allow_null=True,
        help_text="Whom it is said to, by id or name, if the text names nobody with @.",
    )
    retry = serializers.BooleanField(
        default=False, help_text="Ask again for an answer that broke off; without text."
    )


class SubmitSerializer(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(choices=["scene", "simulation"], default="scene")
    scene = serializers.IntegerField(
        default=None,
        allow_null=True,
        help_text="The scene that is meant, so that a second click ends no second scene.",
    )


class StartedTurnSerializer(serializers.Serializer[Any]):
    events = serializers.CharField(help_text="Where to follow the answer.")
