"""What the scripted provider says about the case of these tests: an analysis that fits the schemas."""

from __future__ import annotations

import json
from typing import Any

from tests.loopback_openai import Reply

CASE = (
    "Harbour Foods makes fish soup in Bergen. Sales fell by 12 per cent last year.\n\n"
    "Ingrid Solberg, the chief financial officer, wants to keep 4 million in reserve. "
    "Jonas Berg, the plant manager, says that the line runs at 95 per cent of its capacity.\n\n"
    "Astrid Lie, the chief executive, must decide by Friday whether Harbour Foods opens a second plant.\n"
)


def person(name: str, role: str) -> dict[str, Any]:
    return {
        "name": name,
        "role": role,
        "background": f"{name} has been with Harbour Foods for ten years.",
        "goals": ["Keep 4 million in reserve."],
        "knowledge": ["Sales fell by 12 per cent last year."],
        "communication_style": "Brief and dry.",
        "traits": {"analytical": 8, "creative": 3, "assertive": 6, "collaborative": 5, "detail_oriented": 9},
    }


PEOPLE = {
    "title": "Harbour Foods: a second plant?",
    "description": "You lead Harbour Foods, which makes fish soup in Bergen.",
    "challenge": "Should Harbour Foods open a second plant?",
    "industry": "Food",
    "student_role": "Astrid Lie, chief executive",
    "personas": [
        person("Ingrid Solberg", "Chief financial officer"),
        person("Jonas Berg", "Plant manager"),
    ],
}


def scene(title: str, *personas: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": f"You arrive: {title.lower()}.",
        "user_goal": "Find out why sales fell.",
        "success_criteria": "The student names the fall in sales.",
        "turn_limit": 12,
        "personas": [*personas],
        "image_prompt": "A board room above a harbour.",
        "opening_questions": [
            {"persona": name, "questions": [f"What does {name} say?", "Why did sales fall?"]}
            for name in personas
        ],
    }


SCENES = {
    "scenes": [
        scene("The board room", "Ingrid Solberg"),
        scene("The plant", "Jonas Berg", "Ingrid Solberg"),
        scene("The decision", "Jonas Berg"),
    ]
}
OUTCOMES = {"learning_outcomes": ["Weigh growth against reserves.", "Justify a decision with figures."]}


def reply(answer: dict[str, Any]) -> Reply:
    return Reply(json.dumps(answer))


def whole_analysis(
    people: dict[str, Any] = PEOPLE, scenes: dict[str, Any] = SCENES, outcomes: dict[str, Any] = OUTCOMES
) -> list[Reply]:
    """The three answers of one analysis, in their order; pictures the provider draws by itself."""
    return [reply(people), reply(scenes), reply(outcomes)]
