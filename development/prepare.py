"""Brings database and demo data up to date in one interpreter. Run by `dev.py run` inside .venv, with its variables.

Prints one line of JSON: what a person needs to know to use the platform.
"""

import json
import os
import sys
from io import StringIO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  (after setup: they need the app registry)
from django.core.management import call_command  # noqa: E402

from caching.connection import require_redis  # noqa: E402


def main() -> None:
    require_redis()
    call_command("migrate", verbosity=0, interactive=False)
    demo = StringIO()
    if settings.DEBUG:
        call_command("seed_demo", stdout=demo)
    json.dump({"demo": demo.getvalue().strip()}, sys.stdout)


if __name__ == "__main__":
    main()
