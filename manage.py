#!/usr/bin/env python
"""The platform's command line. A command that needs Redis stops here, with one line, when Redis is not there."""

import os
import sys

# What a machine without Redis must still be able to do, finding out what is wrong with it first of all.
WITHOUT_REDIS = frozenset(
    "cache_doctor check collectstatic compilemessages diffsettings findstatic help makemessages makemigrations migrate "
    "runllm showmigrations spectacular sqlmigrate version --help --version".split()
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # after the settings module is named

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in WITHOUT_REDIS:
        from caching.connection import require_redis  # needs the settings

        require_redis()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # also while the program is still being loaded
        sys.stderr.write("Stopped.\n")
        sys.exit(130)
