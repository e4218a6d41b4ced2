"""Who gets the answers of a rehearsal: by asking the AI for what is not there yet, or by looking only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from caching.errors import AIError
from platform_app.models import Scene
from platform_app.simulations import cues, goal_check
from platform_app.simulations.cues import Cue
from platform_app.simulations.transcript import Line


class Found(StrEnum):
    KEPT = "kept"
    ASKED = "asked"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One answer. MISSING is one that would have to be asked for; `why` is the sentence for one that FAILED."""

    what: str
    found: Found
    why: str = ""


class Prompter(Protocol):
    def words(self, what: str, cue: Cue) -> tuple[Step, str | None]:
        """What a persona says, None if there is no answer."""

    def verdict(self, what: str, scene: Scene, transcript: list[Line]) -> Step:
        """Whether there is a goal check after the first turn."""


class Looking:
    """Calls nobody."""

    def words(self, what: str, cue: Cue) -> tuple[Step, str | None]:
        kept = cues.kept_words(cue)
        return Step(what, Found.MISSING if kept is None else Found.KEPT), kept

    def verdict(self, what: str, scene: Scene, transcript: list[Line]) -> Step:
        is_kept = goal_check.is_judged(scene, transcript, turns_used=1)
        return Step(what, Found.KEPT if is_kept else Found.MISSING)


class Asking(Looking):
    """Asks for what is missing, as a turn does. It looks first: what is there spares no student anything now, and shall not
    be counted as if it did."""

    def words(self, what: str, cue: Cue) -> tuple[Step, str | None]:
        step, kept = super().words(what, cue)
        if kept is not None:
            return step, kept
        stream = cues.speak(cue)
        try:
            for _ in stream:
                pass
        except AIError as error:
            return Step(what, Found.FAILED, error.user_message), None
        return Step(what, Found.ASKED), cues.words_of(stream.answer)

    def verdict(self, what: str, scene: Scene, transcript: list[Line]) -> Step:
        step = super().verdict(what, scene, transcript)
        if step.found is Found.KEPT:
            return step
        try:
            goal_check.judge(scene, transcript, turns_used=1)
        except AIError as error:
            return Step(what, Found.FAILED, error.user_message)
        return Step(what, Found.ASKED)
