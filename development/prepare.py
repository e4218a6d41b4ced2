"""Brings database and demo data up to date in one interpreter. Run by `dev.py run` inside .venv, with its variables.

Prints one line of JSON: a list of lines that a person needs to use the platform.
"""

import json
import os
import sys

import django

from caching.connection import require_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
require_redis()
django.setup()

from django.conf import settings  # noqa: E402  (these need the app registry)
from django.core.management import call_command  # noqa: E402

from caching.ai import ai  # noqa: E402
from platform_app.management.commands.seed_demo import PASSWORD, PEOPLE  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    facts = [answering()]
    if settings.DEBUG:
        call_command("seed_demo", verbosity=0)
        facts.append(f"Sign in as {', '.join(email for email, _, _ in PEOPLE)}, password {PASSWORD}")
    json.dump(facts, sys.stdout)


def answering() -> str:
    provider = ai.provider()
    if provider.is_offline:
        return "Answers come from the built-in offline engine. For a language model set OPENAI_API_KEY or OPENAI_BASE_URL."
    return f"Answers come from {provider.model}."


if __name__ == "__main__":
    main()
