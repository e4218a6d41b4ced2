"""What an examination says: findings, each with what was seen, what can come of it, and what to set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Worst first."""

    FAIL = "fail"
    """data, sessions or secrets are at risk, or nothing works"""
    WARN = "warn"
    UNKNOWN = "unknown"
    """it could not be seen, for want of a right for instance"""
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says of one server, or of the settings. Whole sentences; no password."""

    level: Level
    said: str
    consequence: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its place. `server` is host:port, and empty if there is but one server."""

    id: str
    title: str
    level: Level
    said: str
    consequence: str
    advice: str
    server: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, worst first."""

    findings: tuple[Finding, ...]
    seconds: float

    @property
    def worst(self) -> Level:
        return self.findings[0].level if self.findings else Level.OK

    def of(self, level: Level) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.level == level)


class NotTold(Exception):
    """The server did not answer one question: its check cannot know. `advice` says what would let it."""

    def __init__(self, said: str, advice: str = "") -> None:
        super().__init__(said)
        self.advice = advice


def ok(said: str) -> Verdict:
    return Verdict(Level.OK, said)


def warn(said: str, *, consequence: str, advice: str) -> Verdict:
    return Verdict(Level.WARN, said, consequence, advice)


def fail(said: str, *, consequence: str, advice: str) -> Verdict:
    return Verdict(Level.FAIL, said, consequence, advice)


def unknown(said: str, advice: str = "") -> Verdict:
    return Verdict(Level.UNKNOWN, said, advice=advice)
