"""What is wrong at the moment, for a page that shows it beside other things: remembered in this process for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass

from caching import conf
from caching.doctor.examination import examined
from caching.doctor.findings import Finding, Level

MAX_AGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Remembered:
    findings: tuple[Finding, ...]
    of: tuple[str, ...]
    at: float


_remembered: _Remembered | None = None


def warnings(max_age_seconds: float = MAX_AGE_SECONDS) -> list[Finding]:
    """Findings that are FAIL or WARN, worst first, without any write. Takes about as long as a page may wait, and nothing
    while the last examination is younger than `max_age_seconds`. Raises CacheUnavailable when Redis cannot be reached."""
    global _remembered  # noqa: PLW0603
    asked = (conf.redis_url(), conf.jobs_redis_url(), conf.key_prefix())
    last = _remembered
    if last is None or last.of != asked or time.monotonic() - last.at > max_age_seconds:
        found = examined(probe=False)
        if found.unreachable is not None:
            raise found.unreachable
        wrong = (*found.report.of(Level.FAIL), *found.report.of(Level.WARN))
        last = _remembered = _Remembered(wrong, asked, time.monotonic())
    return list(last.findings)
