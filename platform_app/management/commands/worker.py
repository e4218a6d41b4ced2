"""The background worker: runs what is enqueued, and unpickles nothing that it finds in Redis."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django_rq.management.commands.rqworker import Command as RQWorker

from caching.stats import processes
from platform_app import telemetry


class Command(RQWorker):
    help = "Runs background jobs: the analysis of documents, grading, rehearsals of what is published, mails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(serializer="rq.serializers.JSONSerializer")

    def handle(self, *queues: str, **options: Any) -> None:
        processes.set_role("worker")
        telemetry.start()
        super().handle(*(queues or ("default",)), **options)
