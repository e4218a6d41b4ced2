"""Users and scenarios, as operators of the cache call them; and what of a scenario can be warmed."""

from __future__ import annotations

from django.db import models

from caching.connection import raising_cache_unavailable
from caching.operations import subjects, warming
from caching.operations.subjects import Found, Subject
from caching.operations.warming import NotWarmable, Warmer
from platform_app.models import Scenario, User
from platform_app.simulations.tasks import rehearse_scenario


def find_user(text: str) -> Found | None:
    """By id or by address."""
    users = User.objects.filter(_by_id(text) or models.Q(email=User.objects.normalize_email(text)))
    user = users.only("pk", "name", "email").first()
    return Found(str(user.pk), str(user)) if user else None


def find_scenario(text: str) -> Found | None:
    """By id, or by a title that only one has."""
    found = Scenario.objects.filter(_by_id(text) or models.Q(title__iexact=text.strip()))
    scenarios = found.only("pk", "title")[:2]
    return Found(str(scenarios[0].pk), str(scenarios[0])) if len(scenarios) == 1 else None


def find_published_scenario(text: str) -> Found:
    """Raises NotWarmable."""
    found = find_scenario(text)
    if found is None:
        raise NotWarmable("There is no scenario of this id or title, or several have this title.")
    if not Scenario.objects.get(pk=found.id).is_published:
        raise NotWarmable(f"“{found.name}” is not published: only what students can play is warmed.")
    return found


def begin_rehearsal(scenario_id: str) -> None:
    """In the worker. Raises CacheUnavailable."""
    with raising_cache_unavailable():
        rehearse_scenario.enqueue(int(scenario_id))


def register() -> None:
    """For the start of the program."""
    subjects.register(
        Subject("user", "User", "An id or an e-mail address.", find_user),
        Subject("scenario", "Scenario", "An id or a title.", find_scenario),
    )
    warming.register(
        Warmer(
            "scenario",
            title="Scenario",
            explanation="The worker asks the AI for the opening turns of a published scenario, so that the first students need"
            " not wait. What is there already costs nothing.",
            hint="An id or a title.",
            find=find_published_scenario,
            begin=begin_rehearsal,
        )
    )


def _by_id(text: str) -> models.Q | None:
    return models.Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
