"""Demo people and two published scenarios with pictures, so that a newcomer can play at once. Running it again changes nothing.

The offline engine draws the pictures directly, whatever AI is configured: a demo costs nobody money.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from platform_app.models import Role, Scenario, User
from platform_app.offline.pictures import draw
from platform_app.scenarios.actions import create_from_draft, publish_scenario
from platform_app.scenarios.drafts import PersonaDraft, ScenarioDraft, SceneDraft
from platform_app.scenarios.pictures import prompt_of, set_picture

CASES = Path(__file__).resolve().parents[2] / "demo"
PASSWORD = "demo-password"  # noqa: S105  (printed for everybody; refused unless DEBUG is on)
PEOPLE = (
    ("admin@example.com", "Alex Admin", Role.ADMIN),
    ("professor@example.com", "Paula Professor", Role.PROFESSOR),
    ("student@example.com", "Stina Student", Role.STUDENT),
    ("student2@example.com", "Sam Student", Role.STUDENT),
)
TEXTS_OF_A_CASE = ("title", "industry", "difficulty", "estimated_minutes", "student_role", "challenge")
TEXTS_OF_A_SCENE = ("title", "description", "user_goal", "success_criteria", "turn_limit")


class Command(BaseCommand):
    help = "Creates demo logins and two published scenarios; only with DEBUG, since everybody knows the password."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo logins have a public password, so they are only made when DEBUG is on."
            )
        people = {email: self._person(email, name, role) for email, name, role in PEOPLE}
        for path in sorted(CASES.glob("*.toml")):
            self._scenario(people["professor@example.com"], tomllib.loads(path.read_text(encoding="utf-8")))

    def _person(self, email: str, name: str, role: Role) -> User:
        known = User.objects.filter(email=email).first()
        if known is not None:
            return known
        if role == Role.ADMIN:
            return User.objects.create_superuser(email, PASSWORD, name=name)
        return User.objects.create_user(email, PASSWORD, name=name, role=role)

    def _scenario(self, owner: User, case: dict[str, Any]) -> None:
        """Known by its title: whoever edited the demo keeps what he made of it."""
        if Scenario.objects.filter(owner=owner, title=case["title"]).exists():
            return
        scenario = create_from_draft(owner, _draft(case), case["case_text"].strip())
        for scene in scenario.scenes.all():
            set_picture(scene, draw(prompt_of(scene)))
        publish_scenario(scenario, is_announced=False)


def _draft(case: dict[str, Any]) -> ScenarioDraft:
    return ScenarioDraft(
        **{name: case[name] for name in TEXTS_OF_A_CASE},
        description=case["description"].strip(),
        personas=tuple(_persona(persona) for persona in case["personas"]),
        scenes=tuple(_scene(scene) for scene in case["scenes"]),
        learning_outcomes=tuple(case["learning_outcomes"]),
    )


def _persona(persona: dict[str, Any]) -> PersonaDraft:
    return PersonaDraft(
        **{name: persona[name] for name in ("name", "role", "background", "communication_style")},
        goals=tuple(persona["goals"]),
        knowledge=tuple(persona["knowledge"]),
        **persona["traits"],
    )


def _scene(scene: dict[str, Any]) -> SceneDraft:
    return SceneDraft(
        **{name: scene[name] for name in TEXTS_OF_A_SCENE},
        personas=tuple(scene["personas"]),
        image_prompt=scene["setting"],
        opening_questions=scene["opening_questions"],
    )
