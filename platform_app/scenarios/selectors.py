"""Reading scenarios, and who may see what: published ones everybody who is signed in, all others only their owner. How a
published one looks, its card with the picture, everybody may see.

What is read is cached, for nobody in particular where it is the same for all; rights are judged on what was found, anew
for every caller. Instances are copies to look at: an action reads again, and locks, what it changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from caching import cache_db_query, cache_dynamic_query, cache_static_query, cache_user_query
from platform_app.errors import NotAllowed, NotFound
from platform_app.models import (
    Document,
    Persona,
    Scenario,
    ScenarioStatus,
    Scene,
    Simulation,
    SimulationStatus,
    User,
)
from platform_app.paging import Page, page_count
from platform_app.scenarios.cards import ScenarioCard, read_cards

PAGE_SIZE = 12
PUBLISHED = Q(status=ScenarioStatus.PUBLISHED)


@dataclass(frozen=True)
class LibraryQuery:
    """What is looked for. Every word of `search` must occur; "" leaves a filter out; archived ones only if asked for."""

    search: str = ""
    industry: str = ""
    difficulty: str = ""
    status: str = ""
    mine: bool = False


class Owned(Protocol):
    """What tells who may see a scenario."""

    @property
    def owner_id(self) -> int: ...

    @property
    def is_published(self) -> bool: ...


@dataclass(frozen=True)
class Picture:
    """The stored file of a scene's picture, and whose scenario it belongs to."""

    name: str
    scenario_id: int
    owner_id: int
    is_published: bool


def scenario_page(
    user_id: int, query: LibraryQuery = LibraryQuery(), number: int = 1, size: int = PAGE_SIZE
) -> Page[ScenarioCard]:
    """One page of what the user may see and looks for. Raises NotFound for a page that there is not."""
    if query.status == ScenarioStatus.PUBLISHED and not query.mine:
        return _published_page(query, number, size)
    return _own_page(user_id, query, number, size)


def showcase(limit: int, *, without: Collection[int] = ()) -> list[ScenarioCard]:
    """What has been published last."""
    latest = _latest_published(limit + len(without))
    return [card for card in latest if card.id not in without][:limit]


def industries(user_id: int) -> list[str]:
    """The industries to filter by."""
    return sorted({*_published_industries(), *_own_industries(user_id)}, key=str.casefold)


@cache_db_query("scenario")
def scenario_with_parts(scenario_id: int) -> Scenario | None:
    """A scenario with the owner's name, document, personas, scenes (with who is present and how one can begin) and outcomes;
    without the case's text, which is long and shown nowhere."""
    parts = (
        Prefetch("document", Document.objects.only("filename", "scenario")),
        "personas",
        "scenes__opening_questions",
    )
    found = Scenario.objects.filter(pk=scenario_id).defer("case_text")
    scenario = found.prefetch_related(*parts, "learning_outcomes").first()
    owner = User.objects.only("name").filter(pk=scenario.owner_id).first() if scenario else None
    if scenario is None or owner is None:
        return None
    scenario.owner = owner
    _seat_personas(scenario)
    return scenario


def get_visible_scenario(user: User, pk: int) -> Scenario:
    """A scenario with its parts that the user may see. Raises NotFound for all others."""
    scenario = scenario_with_parts(pk)
    if scenario is None or not may_see(user, scenario):
        raise NotFound
    return scenario


def get_own_scenario(user: User, pk: int) -> Scenario:
    """A scenario with its parts, to be changed. Raises NotFound for what the user may not even see, else NotAllowed."""
    scenario = get_visible_scenario(user, pk)
    if scenario.owner_id != user.pk:
        raise NotAllowed("Only the owner of this scenario can change it.")
    return scenario


def get_own_persona(user: User, pk: int) -> Persona:
    """A persona of an own scenario, to be changed. Raises like `get_own_scenario`."""
    scenario_id = _scenario_of_persona(pk)
    personas = get_own_scenario(user, scenario_id).personas.all() if scenario_id else ()
    for persona in personas:
        if persona.pk == pk:
            return persona
    raise NotFound


def get_own_scene(user: User, pk: int) -> Scene:
    """A scene of an own scenario, to be changed. Raises like `get_own_scenario`."""
    scenario_id = _scenario_of_scene(pk)
    scenes = get_own_scenario(user, scenario_id).scenes.all() if scenario_id else ()
    for scene in scenes:
        if scene.pk == pk:
            return scene
    raise NotFound


def get_picture(user: User | AnonymousUser, scene_id: int) -> Picture:
    """A picture that the user may look at: of a published scenario everybody, as the start page shows them; of one that
    has been withdrawn also those who play it. Raises NotFound.
    """
    picture = _picture(scene_id)
    if picture is not None and (
        may_see(user, picture) or (user.pk is not None and _plays(user.pk, picture.scenario_id))
    ):
        return picture
    raise NotFound


def may_see(user: User | AnonymousUser, scenario: Owned) -> bool:
    return scenario.is_published or scenario.owner_id == user.pk


@cache_user_query("has_begun")
def has_begun(user_id: int, scenario_id: int) -> bool:
    """Whether there is a simulation to go on with."""
    running = Simulation.objects.filter(status=SimulationStatus.IN_PROGRESS)
    return running.filter(student_id=user_id, scenario_id=scenario_id).exists()


@cache_dynamic_query("student_count")
def count_students(scenario_id: int, *, owner_id: int) -> int:
    """How many students have played, without the owner's test runs."""
    others = Simulation.objects.filter(scenario_id=scenario_id).exclude(student_id=owner_id)
    return int(others.order_by().aggregate(students=Count("student_id", distinct=True))["students"])


@cache_user_query("plays")
def _plays(user_id: int, scenario_id: int) -> bool:
    return Simulation.objects.filter(student_id=user_id, scenario_id=scenario_id).exists()


@cache_dynamic_query("published_scenarios")
def _published_page(query: LibraryQuery, number: int, size: int) -> Page[ScenarioCard]:
    """The same for everybody."""
    return _page(_found(Scenario.objects.filter(PUBLISHED), query), number, size)


@cache_user_query("own_scenarios")
def _own_page(user_id: int, query: LibraryQuery, number: int, size: int) -> Page[ScenarioCard]:
    own = Q(owner_id=user_id)
    visible = Scenario.objects.filter(own if query.mine else own | PUBLISHED)
    return _page(_found(visible, query), number, size)


@cache_dynamic_query("showcase")
def _latest_published(limit: int) -> tuple[ScenarioCard, ...]:
    return read_cards(Scenario.objects.filter(PUBLISHED).order_by("-published_at", "-pk")[:limit])


@cache_dynamic_query("published_industries")
def _published_industries() -> tuple[str, ...]:
    return _industries(Scenario.objects.filter(PUBLISHED))


@cache_user_query("own_industries")
def _own_industries(user_id: int) -> tuple[str, ...]:
    return _industries(Scenario.objects.filter(owner_id=user_id).exclude(status=ScenarioStatus.ARCHIVED))


@cache_db_query("persona_scenario")
def _scenario_of_persona(persona_id: int) -> int | None:
    return Persona.objects.filter(pk=persona_id).values_list("scenario_id", flat=True).first()


@cache_db_query("scene_scenario")
def _scenario_of_scene(scene_id: int) -> int | None:
    return Scene.objects.filter(pk=scene_id).values_list("scenario_id", flat=True).first()


@cache_static_query("scene_picture")
def _picture(scene_id: int) -> Picture | None:
    scene = Scene.objects.filter(pk=scene_id).values("image", "scenario_id").first()
    if scene is None or not scene["image"]:
        return None
    scenario = Scenario.objects.filter(pk=scene["scenario_id"]).only("owner", "status").first()
    if scenario is None:
        return None
    return Picture(scene["image"], scenario.pk, scenario.owner_id, scenario.is_published)


def _industries(scenarios: QuerySet[Scenario]) -> tuple[str, ...]:
    named = scenarios.exclude(industry="").order_by("industry")
    return tuple(named.values_list("industry", flat=True).distinct())


def _found(visible: QuerySet[Scenario], query: LibraryQuery) -> QuerySet[Scenario]:
    if query.status:
        visible = visible.filter(status=query.status)
    else:
        visible = visible.exclude(status=ScenarioStatus.ARCHIVED)
    for name in ("industry", "difficulty"):
        if wanted := getattr(query, name):
            visible = visible.filter(**{name: wanted})
    for word in query.search.split()[:10]:
        visible = visible.filter(_mentions(word))
    return visible


def _mentions(word: str) -> Q:
    fields = ("title", "description", "challenge", "industry", "student_role")
    personas = Persona.objects.filter(scenario=OuterRef("pk"), name__icontains=word)
    return Q(*((f"{field}__icontains", word) for field in fields), Exists(personas), _connector=Q.OR)


def _page(found: QuerySet[Scenario], number: int, size: int) -> Page[ScenarioCard]:
    total = found.count()
    pages = page_count(total, size)
    if not 1 <= number <= pages:
        raise NotFound(f"There is no page {number}: the list has {pages}.")
    return Page(read_cards(found[(number - 1) * size : number * size]), number, pages, total)


def _seat_personas(scenario: Scenario) -> None:
    """Does what prefetching `scenes__personas` would do. That joins the personas of all scenarios, so that a change of any
    of them would concern this one; the seats are found by their scenes, and the personas are here already.
    """
    cast, scenes = scenario.personas.all(), scenario.scenes.all()
    seats = Scene.personas.through.objects.filter(scene_id__in=[scene.pk for scene in scenes])
    taken = set(seats.values_list("scene_id", "persona_id"))
    for scene in scenes:
        present = scene.personas.all()
        # As Django's own prefetching leaves it.
        present._result_cache = [persona for persona in cast if (scene.pk, persona.pk) in taken]
        present._prefetch_done = True  # type: ignore[attr-defined]
        scene.__dict__.setdefault("_prefetched_objects_cache", {})["personas"] = present
