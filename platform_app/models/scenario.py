"""A scenario: the case, its personas, its scenes in order, what is to be learnt, and how it is graded."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models

TRAITS = ("analytical", "creative", "assertive", "collaborative", "detail_oriented")
# A bound for what people paste: many times the longest description that a case study has needed.
LONGEST_TEXT = 20_000
LONG_TEXT = [MaxLengthValidator(LONGEST_TEXT)]


def default_rubric() -> list[dict[str, object]]:
    """The criteria of the original platform; weights are per cent and sum to 100."""
    return [
        {
            "name": "Strategic thinking",
            "weight": 25,
            "description": "Sees the whole, weighs options and consequences.",
        },
        {
            "name": "Problem analysis",
            "weight": 20,
            "description": "Finds causes and uses the facts of the case.",
        },
        {"name": "Solutions", "weight": 25, "description": "Proposes workable steps and says why they work."},
        {
            "name": "Communication",
            "weight": 15,
            "description": "Asks, listens and answers clearly and with respect.",
        },
        {
            "name": "Critical thinking",
            "weight": 15,
            "description": "Questions assumptions, its own included.",
        },
    ]


class ScenarioStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class Difficulty(models.TextChoices):
    INTRODUCTORY = "introductory", "Introductory"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"


class Scenario(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scenarios")
    title = models.CharField(max_length=200)
    description = models.TextField(
        blank=True,
        validators=LONG_TEXT,
        help_text="What happened so far; students read it before they begin.",
    )
    challenge = models.TextField(
        blank=True, validators=LONG_TEXT, help_text="The decision or problem at the heart of the case."
    )
    industry = models.CharField(max_length=80, blank=True)
    student_role = models.CharField(max_length=200, blank=True, help_text="Whom the student plays.")
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.INTERMEDIATE)
    estimated_minutes = models.PositiveSmallIntegerField(
        default=45, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    case_text = models.TextField(
        blank=True, editable=False, help_text="The text of the case study, for the personas."
    )
    rubric = models.JSONField(
        default=default_rubric, help_text="Criteria: name, weight in per cent, description."
    )
    status = models.CharField(max_length=10, choices=ScenarioStatus, default=ScenarioStatus.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at", "-pk")
        indexes = (models.Index(fields=("status", "-updated_at")),)

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.status == ScenarioStatus.PUBLISHED


class LearningOutcome(models.Model):
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="learning_outcomes")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.text


def trait() -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(0), MaxValueValidator(10)]
    )


class Persona(models.Model):
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="personas")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=200, blank=True)
    background = models.TextField(blank=True, validators=LONG_TEXT)
    goals = models.JSONField(
        default=list, blank=True, help_text="What this person wants: a list of sentences."
    )
    knowledge = models.JSONField(
        default=list, blank=True, help_text="What this person knows: a list of sentences."
    )
    communication_style = models.CharField(max_length=300, blank=True)
    analytical = trait()
    creative = trait()
    assertive = trait()
    collaborative = trait()
    detail_oriented = trait()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("scenario", "name"), name="persona_name_once_a_scenario"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def traits(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in TRAITS}

    @property
    def initials(self) -> str:
        """Of the first two words, whatever stands around them: "Berg (Plant)" is BP."""
        firsts = (next(filter(str.isalnum, word), "") for word in self.name.split())
        return "".join(filter(None, firsts))[:2].upper()


class Scene(models.Model):
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="scenes")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, validators=LONG_TEXT)
    user_goal = models.TextField(
        blank=True, validators=LONG_TEXT, help_text="What the student is to achieve."
    )
    success_criteria = models.TextField(
        blank=True, validators=LONG_TEXT, help_text="How one sees that the goal is reached."
    )
    turn_limit = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    personas = models.ManyToManyField(Persona, related_name="scenes", blank=True)
    image = models.FileField(upload_to="scenes/", blank=True)
    image_prompt = models.TextField(blank=True, validators=LONG_TEXT)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.title


class OpeningQuestion(models.Model):
    """What a student can say first to somebody in a scene, with one click: the same words for all, so that they are
    answered once. `position` counts the questions of one scene, over all its people."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="opening_questions")
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="opening_questions")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.text
