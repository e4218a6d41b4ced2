"""A background job sees what was committed before it began, as a request does; and what the worker does between jobs.

A job that runs for long and waits for others opens a `caching.fresh()` for each of its steps.
"""

from __future__ import annotations

import logging
from typing import Any

import rq
from django.db import Error as DatabaseError
from django.db import connections
from django_rq.queues import DjangoRQ
from django_tasks_rq import Job

from caching.ai import ledger
from caching.ai.ledger.days import persist
from caching.errors import CacheUnavailable
from caching.near.scopes import fresh
from caching.stats import delivery, processes
from platform_app import telemetry
from platform_app.logs.work import REQUEST_ID, logged, request_identity

logger = logging.getLogger(__name__)


class Queue(DjangoRQ):
    """Notes with each job which request caused it."""

    def create_job(self, *of: Any, **options: Any) -> rq.job.Job:
        options["meta"] = {**(options.get("meta") or {}), **request_identity()}
        return super().create_job(*of, **options)


class ConsistentJob(Job):
    """The worker's class for all jobs (`settings.RQ`), whichever way the worker runs them."""

    def perform(self) -> Any:
        try:
            with (
                logged("job", job_id=self.id, job=self.func_name, **self._cause()),
                telemetry.job(self.func_name or ""),
                fresh(),
            ):
                return super().perform()
        finally:
            # The process of a job ends without its exit handlers.
            ledger.end()
            telemetry.flush()

    def _cause(self) -> dict[str, str]:
        cause = self.meta.get(REQUEST_ID)
        return {REQUEST_ID: cause} if isinstance(cause, str) else {}


class Worker(rq.Worker):
    """Its jobs run in processes that are forked for them.

    It copies the ledger of the AI cache to the database whenever RQ looks after its own registries: when it begins, and
    then every ten minutes, or as soon after that as it does not wait for a job.
    """

    def perform_job(self, *args: Any, **options: Any) -> Any:
        processes.set_role("job")
        try:
            return super().perform_job(*args, **options)
        finally:
            delivery.end()

    def run_maintenance_tasks(self) -> None:
        super().run_maintenance_tasks()
        copy_ledger()


def copy_ledger() -> None:
    """What fails now is done the next time: Redis keeps it for weeks."""
    try:
        persist()
    except (CacheUnavailable, DatabaseError) as error:
        logger.warning("The AI ledger could not be copied to the database: %s", error)
    finally:
        # The processes of the jobs are forked from this one, and must not share its connections.
        connections.close_all()
