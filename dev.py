#!/usr/bin/env python3
"""The commands of a developer, in one place: `python3 dev.py run` (or `make run`) and its siblings.

Needs nothing but Python 3.11: everything else is fetched into .venv and .dev. This file can be read by older Pythons
too, so that they answer with a sentence instead of a syntax error.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Python 3.11 or newer is needed, this is %d.%d. Try: python3.11 dev.py run" % sys.version_info[:2]
    )
if sys.platform == "win32":
    sys.exit("Windows is not supported, as there is no Valkey for it. Inside WSL everything works.")

from development.commands import main

if __name__ == "__main__":
    sys.exit(main())
