"""What happens in a turn, as steps that can be followed: every token and every stored message, in order.

A turn is stored piece by piece. The student's message comes first; an answer is stored when it is whole, and the turn counts
with its last answer. So a turn that breaks off leaves a message without answer, which `answer_again` takes up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import assert_never

from django.db import transaction
from django.utils import timezone

from caching.errors import AIError
from platform_app.errors import Conflict
from platform_app.models import Author, Message, Persona, SceneOutcome, Simulation
from platform_app.simulations import narrator, scenes
from platform_app.simulations.commands import Command, command_in
from platform_app.simulations.cues import speak, words_of
from platform_app.simulations.goal_check import check_goal, store_verdict
from platform_app.simulations.mentions import find_mentions
from platform_app.simulations.stage import Stage, still_to_answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Token:
    """A piece of an answer that is still being spoken."""

    persona: str
    text: str


@dataclass(frozen=True)
class Restarted:
    """The answer begins anew: what this person has said of it so far is void."""

    persona: str


Steps = Iterator[Token | Restarted | Message]


def respond(stage: Stage, text: str, wanted: str | None) -> Steps:
    """The turn that a text sets off. `wanted` is the person meant when the text names nobody, by id or name.

    Raises InvalidInput at once, before anything is stored; the steps raise AIError, CacheUnavailable and Conflict.
    """
    if scenes.outcome_due(stage.progress, stage.scene.turn_limit):
        return _catch_up(stage)
    match command_in(text):
        case Command.BEGIN:
            return _begin(stage, text)
        case Command.HELP:
            return _aside(stage, text, _help(stage))
        case Command.HINT:
            return _hint(stage, text)
        case None:
            return _say(stage, text, stage.persona_called(wanted) if wanted else None)
        case unknown:
            assert_never(unknown)


def answer_again(stage: Stage) -> Steps:
    """The answers that a broken turn still owes. Raises Conflict if it owes none."""
    if scenes.outcome_due(stage.progress, stage.scene.turn_limit):
        return _finish_turn(stage)
    owing = still_to_answer(stage.heard, stage.cast, has_begun=stage.progress.has_begun)
    if not owing:
        raise Conflict("Your last message has been answered already. Please reload the page.")
    return _answers(stage, owing) if stage.heard else _opening(stage)


def end_scene(stage: Stage, outcome: SceneOutcome) -> Iterator[Message]:
    """Close the scene, say so, and announce the next one or the end."""
    with transaction.atomic():
        following = scenes.leave(stage.simulation, stage.progress, outcome)
        said = [_narrate(stage, narrator.scene_over(outcome, stage.progress))]
        if following is None:
            said.append(_narrate(stage, narrator.LAST_SCENE_OVER))
        else:
            text = narrator.next_up(following, stage.number_of(following), len(stage.order))
            said.append(stage.script.add(following, Author.NARRATOR, text, is_command=True))
    yield from said


def _say(stage: Stage, text: str, chosen: Persona | None) -> Steps:
    mentions = find_mentions(text, stage.cast, stage.elsewhere)
    if not mentions.are_clear:
        return _aside(stage, text, narrator.who_is_meant(mentions, stage.cast))
    if not stage.cast:
        return _aside(stage, text, narrator.NOBODY_HERE)
    addressed = mentions.personas or (chosen or stage.last_speaker(),)
    if _is_said_again(stage, text, addressed):
        return answer_again(stage)
    return _converse(stage, text, addressed)


def _is_said_again(stage: Stage, text: str, addressed: Sequence[Persona]) -> bool:
    """Whoever sends a message once more, because it got no answer, wants the answer and not the message twice."""
    owing = still_to_answer(stage.heard, stage.cast, has_begun=stage.progress.has_begun)
    is_owed = bool(stage.heard) and bool(owing) and set(owing) <= set(addressed)
    return is_owed and text == next(m.text for m in reversed(stage.heard) if m.author == Author.STUDENT)


def _converse(stage: Stage, text: str, addressed: Sequence[Persona]) -> Steps:
    with transaction.atomic():
        said = [] if stage.progress.has_begun else [_set_scene(stage)]
        to = addressed[0] if len(addressed) == 1 else None
        message = stage.script.add(stage.scene, Author.STUDENT, text, persona=to)
    stage.window.add(message)
    yield from [*said, message]
    yield from _answers(stage, addressed)


def _answers(stage: Stage, personas: Sequence[Persona]) -> Steps:
    for persona in personas[:-1]:
        yield from _speak(stage, persona)
    yield from _speak(stage, personas[-1], ends_turn=True)
    yield from _finish_turn(stage)


def _speak(stage: Stage, persona: Persona, *, ends_turn: bool = False) -> Steps:
    stream = speak(stage.cue(persona))
    with closing(stream):
        for piece in stream:
            yield Token(persona.name, piece) if isinstance(piece, str) else Restarted(persona.name)
    with transaction.atomic():
        text, model = words_of(stream.answer), stream.answer.model[:80]
        message = stage.script.add(stage.scene, Author.PERSONA, text, persona=persona, model=model)
        if ends_turn:
            _count_turn(stage)
    stage.window.add(message)
    yield message


def _count_turn(stage: Stage) -> None:
    stage.progress.turns_used += 1
    stage.progress.save(update_fields=["turns_used"])
    Simulation.objects.filter(pk=stage.simulation.pk).update(updated_at=timezone.now())


def _finish_turn(stage: Stage) -> Steps:
    """Check the goal and end the scene if it is over. A check that fails is missing, and made with the next turn."""
    try:
        store_verdict(stage.progress, check_goal(stage.simulation, stage.progress))
    except AIError:
        log.warning("The goal check of simulation %s failed", stage.simulation.pk, exc_info=True)
    if outcome := scenes.outcome_due(stage.progress, stage.scene.turn_limit):
        yield from end_scene(stage, outcome)


def _catch_up(stage: Stage) -> Steps:
    """The process died between the last answer of a scene and its end: end it now, and keep the new message out of it."""
    yield from _finish_turn(stage)
    raise Conflict("This scene was over already. Read how it ended, then go on in the next one.")


def _begin(stage: Stage, text: str) -> Steps:
    owes_opening = not stage.heard and still_to_answer([], stage.cast, has_begun=stage.progress.has_begun)
    if stage.progress.has_begun and not owes_opening:
        yield from _aside(stage, text, narrator.UNDER_WAY)
        return
    if not stage.progress.has_begun:
        with transaction.atomic():
            said = [stage.script.add(stage.scene, Author.STUDENT, text, is_command=True), _set_scene(stage)]
        yield from said
    yield from _opening(stage)


def _opening(stage: Stage) -> Steps:
    if stage.cast:
        yield from _speak(stage, stage.cast[0])


def _set_scene(stage: Stage) -> Message:
    stage.progress.has_begun = True
    stage.progress.save(update_fields=["has_begun"])
    text = narrator.setting(stage.scene, stage.number_of(stage.scene), len(stage.order), stage.cast)
    return stage.script.add(stage.scene, Author.NARRATOR, text)


def _hint(stage: Stage, text: str) -> Steps:
    if not stage.progress.has_begun:
        yield from _aside(stage, text, narrator.NOT_BEGUN)
        return
    hint = _hint_at_hand(stage) or _asked_hint(stage)
    with transaction.atomic():
        stage.progress.hints_used += 1
        stage.progress.save(update_fields=["hints_used"])
        said = [*_aside(stage, text, hint)]
    yield from said


def _hint_at_hand(stage: Stage) -> str:
    is_current = stage.progress.goal_checked_turn == stage.progress.turns_used
    return stage.progress.hint if is_current else ""


def _asked_hint(stage: Stage) -> str:
    """A hint made on request. The verdict beside it is dropped: only a turn can reach a goal."""
    check = check_goal(stage.simulation, stage.progress, hint_requested=True)
    return (check.hint or check.reasoning).replace("\0", "")


def _help(stage: Stage) -> str:
    number = stage.number_of(stage.scene)
    return narrator.help_text(stage.scene, stage.progress, number, len(stage.order), stage.cast)


@transaction.atomic
def _stored_aside(stage: Stage, text: str, reply: str) -> list[Message]:
    return [stage.script.add(stage.scene, Author.STUDENT, text, is_command=True), _narrate(stage, reply)]


def _aside(stage: Stage, text: str, reply: str) -> Steps:
    """Something said to the platform: personas do not hear it, graders do not read it, and it costs no turn."""
    yield from _stored_aside(stage, text, reply)


def _narrate(stage: Stage, text: str) -> Message:
    return stage.script.add(stage.scene, Author.NARRATOR, text, is_command=True)
