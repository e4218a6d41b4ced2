"""A process full of people who try at once: `python -m tests.throttling.crowd PREFIX`. It says how many passed."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import django

THREADS = 16
EACH = 5


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    settings.REDIS_KEY_PREFIX = sys.argv[1]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{passed(THREADS, EACH)}\n")


def passed(threads: int, each: int) -> int:
    """How many attempts of one subject pass, when so many threads make so many each."""
    from platform_app.errors import TooManyAttempts
    from platform_app.throttling import Limit

    limit = Limit("crowd", attempts=10, window_seconds=600)

    def tries(_: int) -> int:
        count = 0
        for _ in range(each):
            try:
                limit.count_attempt("someone")
            except TooManyAttempts:
                continue
            count += 1
        return count

    with ThreadPoolExecutor(threads) as crowd:
        return sum(crowd.map(tries, range(threads)))


if __name__ == "__main__":
    main()
