"""Examines Redis and the settings about it, for people on a terminal or as JSON for programs."""

from __future__ import annotations

import json
import sys
import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from caching import doctor
from caching.doctor import Finding, Level, Report
from caching.management.stopping import StoppableCommand

WIDTH = 100
_HEADINGS = {
    Level.FAIL: "FAIL: mend these first",
    Level.WARN: "WARN: worth setting right",
    Level.UNKNOWN: "UNKNOWN: could not be seen",
    Level.OK: "OK",
}


class Command(StoppableCommand):
    help = (
        "Examines the Redis server, or all primaries of a cluster, and the settings about it. It only asks: nothing is changed,"
        " but for one key of its own that is deleted at once, to see whether changes are pushed. Exit code 1: something is wrong"
        " that must be mended (FAIL)."
    )
    # It says itself what is wrong in the settings, and must run whatever that is.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = doctor.examine()
        self.stdout.write(json.dumps(_as_json(report)) if options["json"] else "\n".join(self._told(report)))
        if report.worst == Level.FAIL:
            sys.exit(1)

    def _told(self, report: Report) -> Iterator[str]:
        for level in Level:
            if found := report.of(level):
                yield self._colour(level)(_HEADINGS[level])
                for finding in found:
                    yield from _lines(finding)
                yield ""
        counts = ", ".join(f"{len(report.of(level))} {level}" for level in Level)
        yield f"{counts}; examined in {report.seconds:.2f} s."

    def _colour(self, level: Level) -> Callable[[str], str]:
        colours: dict[Level, Callable[[str], str]] = {
            Level.FAIL: self.style.ERROR,
            Level.WARN: self.style.WARNING,
            Level.UNKNOWN: self.style.NOTICE,
            Level.OK: self.style.SUCCESS,
        }
        return colours[level]


def _lines(finding: Finding) -> Iterator[str]:
    place = f" [{finding.server}]" if finding.server else ""
    head = f"  {finding.title}{place}: "
    yield from _wrapped(head + finding.said, "    ")
    if finding.consequence:
        yield from _wrapped(f"    What can happen: {finding.consequence}", "      ")
    if finding.advice:
        yield from _wrapped(f"    What to do: {finding.advice}", "      ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "worst": report.worst,
        "seconds": round(report.seconds, 3),
        "findings": [asdict(finding) for finding in report.findings],
    }
