"""Which fields of a scenario and its parts are edited. Forms, API, copies and versions agree on them here."""

from __future__ import annotations

from platform_app.models import TRAITS

OVERVIEW_FIELDS = (
    "title",
    "description",
    "challenge",
    "industry",
    "student_role",
    "difficulty",
    "estimated_minutes",
)
PERSONA_FIELDS = (
    "name",
    "role",
    "background",
    "goals",
    "knowledge",
    "communication_style",
    *TRAITS,
)
# Without the personas present, which are no column, and without the picture, which has a form of its own.
SCENE_FIELDS = (
    "title",
    "description",
    "user_goal",
    "success_criteria",
    "turn_limit",
)
SCENE_COLUMNS = (*SCENE_FIELDS, "image_prompt")

# Bounds of lists of sentences (goals, knowledge, outcomes), which are JSON or rows and have no column to bound them.
MOST_LINES = 40
LONGEST_LINE = 2_000
# Of one person in one scene; the length is that of the column.
MOST_OPENINGS = 4
OPENING_LENGTH = 200
MOST_PERSONAS = 40
MOST_SCENES = 30
