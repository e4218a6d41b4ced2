"""A rehearsal: everything that the AI answers in an opening turn of a published scenario is asked for before a student does.

For each scene that is the greeting of whoever opens it; and for each opening question, said first or after the greeting, the
persona's answer and the check of the goal. All goes through `cues` and `goal_check`, as a turn does, so that a student who
clicks on a question finds every answer there. What is there already costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from platform_app.models import Author, Persona, Scenario, Scene
from platform_app.simulations import narrator
from platform_app.simulations.cues import Cue
from platform_app.simulations.heard import Heard
from platform_app.simulations.prompter import Asking, Found, Looking, Prompter, Step
from platform_app.simulations.stage import cast_of
from platform_app.simulations.transcript import lines_of

AT_ONCE = 4


@dataclass(frozen=True)
class Staging:
    """A scene with those in it, ready to be rehearsed; `setting` is what the narrator says first."""

    scenario: Scenario
    scene: Scene
    everybody: Sequence[Persona]
    cast: Sequence[Persona]
    setting: Heard

    def cue(self, persona: Persona, heard: Sequence[Heard]) -> Cue:
        return Cue(self.scenario, self.scene, self.everybody, persona, heard)

    def questions(self) -> Iterator[tuple[Persona, str]]:
        for persona in self.cast:
            for question in self.scene.opening_questions.all():
                if question.persona_id == persona.pk:
                    yield persona, question.text


def count_steps(scenario: Scenario) -> int:
    """How many steps a rehearsal has if nothing fails."""
    return sum(1 + 4 * len([*staging.questions()]) for staging in _stagings(scenario))


def rehearse(scenario: Scenario, *, dry_run: bool = False) -> Iterator[Step]:
    """The steps, as they are done. A dry run asks for nothing and says what is missing. Raises CacheUnavailable."""
    prompter: Prompter = Looking() if dry_run else Asking()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rehearsal")
    try:
        for staging in _stagings(scenario):
            greeting, words = _greet(staging, prompter)
            yield greeting
            turns = [
                pool.submit(_take_turn, staging, persona, question, before, prompter)
                for before in _beginnings(staging, greeting, words)
                for persona, question in staging.questions()
            ]
            for turn in as_completed(turns):
                yield from turn.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _stagings(scenario: Scenario) -> Iterator[Staging]:
    """The scenes in which somebody can answer."""
    everybody = list(scenario.personas.all())
    scenes = list(scenario.scenes.prefetch_related("personas", "opening_questions"))
    for number, scene in enumerate(scenes, start=1):
        cast = cast_of(scene, everybody)
        if cast:
            text = narrator.setting(scene, number, len(scenes), cast)
            yield Staging(scenario, scene, everybody, cast, _said(Author.NARRATOR, text))


def _greet(staging: Staging, prompter: Prompter) -> tuple[Step, str | None]:
    what = f"“{staging.scene}”: {staging.cast[0]} opens the scene"
    return prompter.words(what, staging.cue(staging.cast[0], []))


def _beginnings(staging: Staging, greeting: Step, words: str | None) -> list[list[Heard] | None]:
    """What was said before the student's first words: nothing, or a greeting; None for one that is not known yet."""
    if words is not None:
        return [[], [_by_persona(staging.cast[0], words)]]
    return [[], None] if greeting.found is Found.MISSING else [[]]


def _take_turn(
    staging: Staging, persona: Persona, question: str, before: list[Heard] | None, prompter: Prompter
) -> list[Step]:
    """The answer to a question, and the check of the goal that follows it."""
    then = "" if before == [] else ", after the greeting"
    answering = f"“{staging.scene}”: {persona} answers “{question}”{then}"
    checking = f"“{staging.scene}”: the goal after “{question}” to {persona}{then}"
    both_missing = [Step(answering, Found.MISSING), Step(checking, Found.MISSING)]
    if before is None:
        return both_missing
    heard = [*before, _said(Author.STUDENT, question, persona.pk)]
    answer, words = prompter.words(answering, staging.cue(persona, heard))
    if words is None:
        return both_missing if answer.found is Found.MISSING else [answer]
    transcript = lines_of([staging.setting, *heard, _by_persona(persona, words)])
    return [answer, prompter.verdict(checking, staging.scene, transcript)]


def _by_persona(persona: Persona, text: str) -> Heard:
    return _said(Author.PERSONA, text, persona.pk, persona.name)


def _said(author: Author, text: str, persona_id: int | None = None, persona_name: str = "") -> Heard:
    """Where it stands in a simulation changes nothing of what is asked."""
    return Heard(0, author, persona_id, persona_name, text)
