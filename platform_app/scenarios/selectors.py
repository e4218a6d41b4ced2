"""Reading scenarios, and who may see what: published ones everybody who is signed in, all others only their owner. How a
published one looks, its card with the picture, everybody may see.

Arguments are plain values and results are fully loaded, so that they can be cached; rights are judged on what was loaded,
anew for every caller.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from platform_app.errors import NotAllowed, NotFound
from platform_app.models import (
    Difficulty,
    Persona,
    Scenario,
    ScenarioStatus,
    Scene,
    Simulation,
    SimulationStatus,
    User,
)
from platform_app.scenarios.pictures import image_url

PAGE_SIZE = 12


@dataclass(frozen=True)
class LibraryQuery:
    """What is looked for. Every word of `search` must occur; "" leaves a filter out; archived ones only if asked for."""

    search: str = ""
    industry: str = ""
    difficulty: str = ""
    status: str = ""
    mine: bool = False


@dataclass(frozen=True)
class ScenarioCard:
    """A scenario in a list."""

    id: int
    title: str
    description: str
    industry: str
    difficulty: str
    estimated_minutes: int
    student_role: str
    status: str
    owner_id: int
    owner_name: str
    scene_count: int
    persona_count: int
    cover_scene_id: int | None
    cover_name: str | None
    published_at: datetime | None
    updated_at: datetime

    @property
    def cover_url(self) -> str:
        return (
            image_url(self.cover_scene_id, self.cover_name) if self.cover_scene_id and self.cover_name else ""
        )

    @property
    def tone(self) -> int:
        """Which of the six colours stands in for a missing picture."""
        return self.id % 6

    @property
    def difficulty_label(self) -> str:
        return str(Difficulty(self.difficulty).label)

    @property
    def status_label(self) -> str:
        return str(ScenarioStatus(self.status).label)


@dataclass(frozen=True)
class ScenarioPage:
    """One page of a list: page `number` of `pages`, of `total` scenarios."""

    cards: tuple[ScenarioCard, ...]
    number: int
    pages: int
    total: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def visible_scenarios(user_id: int, query: LibraryQuery = LibraryQuery()) -> QuerySet[Scenario]:
    """What the user may see and looks for, without parts."""
    own, published = Q(owner_id=user_id), Q(status=ScenarioStatus.PUBLISHED)
    found = Scenario.objects.filter(own if query.mine else own | published)
    if query.status:
        found = found.filter(status=query.status)
    else:
        found = found.exclude(status=ScenarioStatus.ARCHIVED)
    for name in ("industry", "difficulty"):
        if wanted := getattr(query, name):
            found = found.filter(**{name: wanted})
    for word in query.search.split()[:10]:
        found = found.filter(_mentions(word))
    return found


def scenario_page(
    user_id: int, query: LibraryQuery = LibraryQuery(), number: int = 1, size: int = PAGE_SIZE
) -> ScenarioPage:
    """One page of the library in two queries. Raises NotFound for a page that there is not."""
    found = visible_scenarios(user_id, query)
    total = found.count()
    pages = max(1, ceil(total / size))
    if not 1 <= number <= pages:
        raise NotFound(f"There is no page {number}: the list has {pages}.")
    rows = _with_card_columns(found)[(number - 1) * size : number * size]
    return ScenarioPage(tuple(ScenarioCard(**row) for row in rows), number, pages, total)


def showcase(limit: int, *, without: Collection[int] = ()) -> list[ScenarioCard]:
    """What has been published last."""
    published = Scenario.objects.filter(status=ScenarioStatus.PUBLISHED).exclude(pk__in=without)
    rows = _with_card_columns(published).order_by("-published_at", "-pk")[:limit]
    return [ScenarioCard(**row) for row in rows]


def industries(user_id: int) -> list[str]:
    """The industries to filter by."""
    found = visible_scenarios(user_id).exclude(industry="").order_by("industry")
    return list(found.values_list("industry", flat=True).distinct())


def scenario_with_parts(scenario_id: int) -> Scenario | None:
    """A scenario with owner, document, personas, scenes (with who is present) and outcomes; without the case's text, which
    is long and shown nowhere."""
    return (
        Scenario.objects.filter(pk=scenario_id)
        .select_related("owner", "document")
        .prefetch_related("personas", "scenes__personas", "learning_outcomes")
        .defer("case_text")
        .first()
    )


def get_visible_scenario(user: User, pk: int) -> Scenario:
    """A scenario with its parts that the user may see. Raises NotFound for all others."""
    scenario = scenario_with_parts(pk)
    if scenario is None or not may_see(user, scenario):
        raise NotFound
    return scenario


def get_own_scenario(user: User, pk: int) -> Scenario:
    """A scenario with its parts, to be changed. Raises NotFound for what the user may not even see, else NotAllowed."""
    scenario = get_visible_scenario(user, pk)
    _require_owner(user, scenario)
    return scenario


def get_own_persona(user: User, pk: int) -> Persona:
    """A persona of an own scenario, to be changed. Raises like `get_own_scenario`."""
    persona = Persona.objects.select_related("scenario").filter(pk=pk).first()
    if persona is None or not may_see(user, persona.scenario):
        raise NotFound
    _require_owner(user, persona.scenario)
    return persona


def get_own_scene(user: User, pk: int) -> Scene:
    """A scene of an own scenario, to be changed. Raises like `get_own_scenario`."""
    scene = Scene.objects.select_related("scenario").prefetch_related("personas").filter(pk=pk).first()
    if scene is None or not may_see(user, scene.scenario):
        raise NotFound
    _require_owner(user, scene.scenario)
    return scene


def get_pictured_scene(user: User | AnonymousUser, pk: int) -> Scene:
    """A scene with a picture that the user may look at: of a published scenario everybody, as the start page shows them; of
    one that has been withdrawn also those who play it. Raises NotFound.
    """
    scene = Scene.objects.select_related("scenario").exclude(image="").filter(pk=pk).first()
    if scene is None or not (may_see(user, scene.scenario) or plays(user.pk, scene.scenario_id)):
        raise NotFound
    return scene


def may_see(user: User | AnonymousUser, scenario: Scenario) -> bool:
    return scenario.is_published or scenario.owner_id == user.pk


def plays(user_id: int | None, scenario_id: int) -> bool:
    return Simulation.objects.filter(student_id=user_id, scenario_id=scenario_id).exists()


def has_begun(user_id: int, scenario_id: int) -> bool:
    """Whether there is a simulation to go on with."""
    running = Simulation.objects.filter(status=SimulationStatus.IN_PROGRESS)
    return running.filter(student_id=user_id, scenario_id=scenario_id).exists()


def count_students(scenario: Scenario) -> int:
    """How many students have played, without the owner's test runs."""
    others = Simulation.objects.filter(scenario=scenario).exclude(student_id=scenario.owner_id)
    return others.values("student_id").distinct().count()


def _require_owner(user: User, scenario: Scenario) -> None:
    if scenario.owner_id != user.pk:
        raise NotAllowed("Only the owner of this scenario can change it.")


def _mentions(word: str) -> Q:
    fields = ("title", "description", "challenge", "industry", "student_role")
    personas = Persona.objects.filter(scenario=OuterRef("pk"), name__icontains=word)
    return Q(*((f"{field}__icontains", word) for field in fields), Exists(personas), _connector=Q.OR)


def _with_card_columns(scenarios: QuerySet[Scenario]) -> QuerySet[Scenario, Any]:
    pictured = Scene.objects.filter(scenario=OuterRef("pk")).exclude(image="").order_by("position", "pk")
    return scenarios.values(
        "id",
        "title",
        "description",
        "industry",
        "difficulty",
        "estimated_minutes",
        "student_role",
        "status",
        "owner_id",
        "published_at",
        "updated_at",
        owner_name=F("owner__name"),
        scene_count=_count(Scene),
        persona_count=_count(Persona),
        cover_scene_id=Subquery(pictured.values("pk")[:1]),
        cover_name=Subquery(pictured.values("image")[:1]),
    )


def _count(parts: type[Model]) -> Coalesce:
    """How many parts a scenario has: as a subquery, since two joins would multiply one another."""
    counted = parts._default_manager.filter(scenario=OuterRef("pk")).order_by().values("scenario")
    return Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)
