"""The child's side of reading: sets its own limits, reads one document from standard input, answers with one line of JSON.

The answer is {"read": {...}}, {"refused": sentence} or {"damaged": sentence}; the last means that another reader may try.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.text import ReadText
from platform_app.errors import DocumentUnreadable

Reader = Callable[[str, bytes, ReadingLimits], ReadText]


class Damaged(DocumentUnreadable):
    """This reader makes nothing of the file; a more patient one may."""


def serve(read: Reader) -> None:
    """Answer for one document. Arguments: the file name and the limits as JSON."""
    filename, limits = sys.argv[1], ReadingLimits(**json.loads(sys.argv[2]))
    _impose(limits)
    # Whatever a library prints goes to the log, not between the braces of the answer.
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with answer:
        json.dump(_answer(read, filename, limits), answer, ensure_ascii=False)


def _answer(read: Reader, filename: str, limits: ReadingLimits) -> dict[str, object]:
    try:
        return {"read": asdict(read(filename, sys.stdin.buffer.read(limits.max_bytes + 1), limits))}
    except Damaged as error:
        return {"damaged": error.detail}
    except DocumentUnreadable as error:
        return {"refused": error.detail}
    except MemoryError:
        return {"damaged": refusals.TOO_MUCH_MEMORY}


def _impose(limits: ReadingLimits) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, limits.max_reply_bytes)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    try:
        _limit(resource.RLIMIT_AS, limits.memory_bytes)
    except (ValueError, OSError):
        # macOS knows the limit and refuses to set it; time and reply stay bounded there.
        if sys.platform != "darwin":
            raise


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (lowered, lowered))
