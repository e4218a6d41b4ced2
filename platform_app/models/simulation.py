"""One student's way through one scenario: scenes, messages, goal checks."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from platform_app.models.scenario import Persona, Scenario, Scene


class SimulationStatus(models.TextChoices):
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"


class Simulation(models.Model):
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="simulations")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="simulations"
    )
    status = models.CharField(max_length=12, choices=SimulationStatus, default=SimulationStatus.IN_PROGRESS)
    # SET_NULL: an edited scenario may lose a scene while somebody is in it; the play then goes on with the next.
    current_scene = models.ForeignKey(
        Scene, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("scenario", "student"),
                condition=models.Q(status="in_progress"),
                name="one_running_simulation_a_student_and_scenario",
            ),
        )

    def __str__(self) -> str:
        return f"{self.student} in {self.scenario}"

    @property
    def is_completed(self) -> bool:
        return self.status == SimulationStatus.COMPLETED


class SceneOutcome(models.TextChoices):
    RUNNING = "running", "Running"
    REACHED = "reached", "Goal reached"
    OUT_OF_TURNS = "out_of_turns", "Out of turns"
    SUBMITTED = "submitted", "Submitted by the student"


class NextAction(models.TextChoices):
    CONTINUE = "continue", "Go on"
    HINT = "hint", "Give a hint"
    PROGRESS = "progress", "Go to the next scene"


class SceneProgress(models.Model):
    """How one scene of a simulation went; created when the scene begins."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="scene_progress")
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="+")
    has_begun = models.BooleanField(default=False, help_text="The student has said `begin` or anything else.")
    turns_used = models.PositiveSmallIntegerField(default=0)
    hints_used = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=SceneOutcome, default=SceneOutcome.RUNNING)
    # The latest goal check that could be made; it is out of date while `goal_checked_turn` is behind `turns_used`.
    goal_reached = models.BooleanField(default=False)
    confidence = models.FloatField(default=0.0, help_text="0–1")
    reasoning = models.TextField(blank=True)
    next_action = models.CharField(max_length=8, choices=NextAction, default=NextAction.CONTINUE)
    hint = models.TextField(blank=True)
    goal_checked_turn = models.PositiveSmallIntegerField(default=0, help_text="turns_used when it was made")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("started_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("simulation", "scene"), name="scene_once_a_simulation"),
        )

    def __str__(self) -> str:
        return f"{self.scene}: {self.get_outcome_display()}"


class Author(models.TextChoices):
    STUDENT = "student", "Student"
    PERSONA = "persona", "Persona"
    NARRATOR = "narrator", "Narrator"


class Message(models.Model):
    """One thing said. The narrator speaks for the platform: openings, help, hints, endings."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="messages")
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(help_text="Order within the simulation, from 1.")
    author = models.CharField(max_length=8, choices=Author)
    # Who speaks; in a student's message the one person he speaks to, if it is one.
    persona = models.ForeignKey(Persona, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    persona_name = models.CharField(max_length=120, blank=True, help_text="Kept when the persona is deleted.")
    text = models.TextField()
    # Commands and their answers belong to the conversation on screen, not to what personas hear and graders read.
    is_command = models.BooleanField(default=False)
    model = models.CharField(max_length=80, blank=True, help_text="The AI model that wrote it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("simulation", "position"), name="message_position_once"),
        )

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
