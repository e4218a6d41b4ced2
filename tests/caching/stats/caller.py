"""A process that reads cached values as its lines say: `python -m tests.caching.stats.caller PREFIX DATABASE FOLDER USER`

`script` reads one value in each of the ways that a reading can end (`OUTCOMES`), `wait` asks for a value that all processes share,
`flush` brings the counts, `adopt` those of the killed, `end` ends. It brings nothing by itself but at its end.
"""

import os
import sys
from collections import Counter

import django

NEAR = 5
IN_ONE_PROCESS = 3
SHARING = 2
OUTCOMES = Counter(
    {
        "near": NEAR,
        "hit": 1,
        "absent": 3 + IN_ONE_PROCESS,
        "outdated": 1,
        "undecodable": 1,
        "bypass": 1,
        "computed": 7,
        "waited": IN_ONE_PROCESS - 1,
        "unstored": 1,
    }
)
"""What one `script` counts of the kind KIND."""
KIND = "query:test_scripted"


def main() -> None:
    prefix, database, folder, user = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection

    from caching.connection.clients import make_client
    from caching.connection.urls import parse
    from caching.stats import delivery

    settings.REDIS_KEY_PREFIX = prefix
    # The servers of a test run are young, and on several of them nothing would be stored for some seconds.
    settings.CACHING = {**settings.CACHING, "QUARANTINE_SECONDS": 0, "COUNTS_FOLDER": folder}
    connection.settings_dict["NAME"] = database
    delivery.FLUSH_SECONDS = 86_400

    from tests.caching.stats.reading import Reading

    reading = Reading(int(user), make_client(parse(os.environ["REDIS_URL"])), prefix)
    say("ready")
    for line in sys.stdin:
        match line.strip():
            case "script":
                reading.script(NEAR, IN_ONE_PROCESS)
            case "wait":
                reading.shared(SHARING)
            case "flush":
                delivery.flush()
            case "adopt":
                delivery.adopt()
            case "end":
                break
        say("done")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
