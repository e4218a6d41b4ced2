"""Rehearsing in the worker whatever is published. What goes wrong is for the log: students then get an answer that is made
for them, as if nobody had prepared any."""

from __future__ import annotations

import logging
from typing import Any

from django.dispatch import receiver
from django_tasks import task

from caching.connection import raising_cache_unavailable
from caching.errors import CacheUnavailable
from platform_app.models import Scenario, ScenarioStatus
from platform_app.scenarios.signals import scenario_published
from platform_app.simulations.prompter import Found
from platform_app.simulations.rehearsal import rehearse

log = logging.getLogger(__name__)


@task()
def rehearse_scenario(scenario_id: int) -> None:
    """Does nothing for a scenario that has been deleted or withdrawn meanwhile."""
    published = Scenario.objects.filter(pk=scenario_id, status=ScenarioStatus.PUBLISHED).first()
    if published is None:
        return
    try:
        steps = list(rehearse(published))
    except CacheUnavailable:
        log.exception("The rehearsal of scenario %s was broken off", scenario_id)
        return
    for step in steps:
        if step.found is Found.FAILED:
            log.warning("Not prepared for scenario %s: %s. %s", scenario_id, step.what, step.why)
    asked = sum(step.found is Found.ASKED for step in steps)
    log.info("Scenario %s is rehearsed: %s answers, %s of them new", scenario_id, len(steps), asked)


@receiver(scenario_published)
def rehearse_published_scenario(sender: Any, scenario_id: int, **kwargs: Any) -> None:
    """The scenario is published, whether Redis takes the job or not."""
    try:
        with raising_cache_unavailable():
            rehearse_scenario.enqueue(scenario_id)
    except CacheUnavailable:
        log.exception("The rehearsal of scenario %s could not be queued", scenario_id)
