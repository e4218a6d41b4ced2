"""A language model on this machine, as a server that the platform can be pointed at."""

from __future__ import annotations

import os
import secrets
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from platform_app.localmodel import process
from platform_app.localmodel.errors import LocalModelError
from platform_app.localmodel.options import ServerOptions, check

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = (
        "Serves a GGUF model on this machine, for this machine, until Ctrl+C or SIGTERM, and prints the settings that point"
        " the platform at it. It needs neither Redis nor the database."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", required=True, metavar="FILE", help="the model, a .gguf file")
        parser.add_argument("--port", type=int, default=8081, help="default: 8081; 0 takes any free one")
        parser.add_argument(
            "--context", type=int, default=8192, help="tokens of one conversation, default: 8192"
        )
        parser.add_argument(
            "--slots",
            type=int,
            default=2,
            help="conversations answered at once, each with memory, default: 2",
        )
        parser.add_argument(
            "--threads", type=int, default=os.cpu_count() or 1, help="default: one for each core"
        )
        parser.add_argument("--alias", help="the model's name for AI_MODEL, default: that of its file")
        parser.add_argument(
            "--api-key", help="what callers have to send, default: OPENAI_API_KEY, else a random one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key_of_settings = settings.CACHING["OPENAI_API_KEY"]
        wanted = ServerOptions(
            model=str(Path(options["model"]).absolute()),
            alias=options["alias"] or Path(options["model"]).stem,
            api_key=options["api_key"] or key_of_settings or secrets.token_urlsafe(24),
            **{name: options[name] for name in ("port", "context", "slots", "threads")},
        )
        for number in STOP_SIGNALS:
            signal.signal(number, interrupt)
        try:
            check(wanted)
            self._serve(wanted, key_is_new=wanted.api_key != key_of_settings)
        except LocalModelError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("Stopped.")

    def _serve(self, wanted: ServerOptions, *, key_is_new: bool) -> None:
        began = time.monotonic()
        self._say(f"Loading {wanted.model} …")
        with process.LocalServer(wanted, process.PROGRAM) as server:
            self._say(
                f"Ready after {time.monotonic() - began:.1f} s. Put these lines into .env and start the platform again:"
            )
            self._say(f"OPENAI_BASE_URL={server.address}/v1")
            if key_is_new:
                self._say(f"OPENAI_API_KEY={wanted.api_key}")
            self._say(f"AI_MODEL={wanted.alias}")
            self._say("Ctrl+C stops it.")
            server.wait()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second one must not break off the orderly end
    raise KeyboardInterrupt
