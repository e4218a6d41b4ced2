"""A process that posts to the ledger: `python -m tests.caching.ai.ledger.poster PREFIX FOLDER HITS`

It posts so many hits from several threads, says `posted`, and then does what the lines say that it is sent: `flush`, `post`
one more, `adopt` what killed ones have left, or `end`. FLUSH_SECONDS is a day: what arrives, it has brought by itself or at its exit.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import django

THREADS = 4


def main() -> None:
    prefix, folder, hits = sys.argv[1], sys.argv[2], int(sys.argv[3])
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    from caching.ai import ledger
    from caching.ai.ledger import delivery
    from caching.ai.usage import Usage

    settings.REDIS_KEY_PREFIX = prefix
    settings.CACHING = {**settings.CACHING, "COUNTS_FOLDER": folder}
    delivery.FLUSH_SECONDS = 86_400

    def post() -> None:
        scopes = ("scenario:12", "persona:3")
        usage = Usage(1000, 200, 400)
        ledger.record("persona_reply", "chat", "gpt-5-mini", scopes, ledger.Outcome.HIT, usage)

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(hits):
            pool.submit(post)
    say("posted")
    for line in sys.stdin:
        match line.strip():
            case "flush":
                ledger.flush()
            case "post":
                post()
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
