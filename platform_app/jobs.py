"""A background job sees what was committed before it began, as a request does.

A job that runs for long and waits for others opens a `caching.fresh()` for each of its steps.
"""

from __future__ import annotations

from typing import Any

from django_tasks_rq import Job

from caching.near.scopes import fresh


class ConsistentJob(Job):
    """The worker's class for all jobs (`settings.RQ`), whichever way the worker runs them."""

    def perform(self) -> Any:
        with fresh():
            return super().perform()
