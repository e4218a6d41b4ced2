"""Openings, courtesies and disturbances: what is said when the matter itself is not touched."""

from __future__ import annotations

from platform_app.offline.roleplay.answer import Answer
from platform_app.offline.roleplay.moves import (
    matter_again,
    matter_of,
    state_conviction,
    steer,
    student_name,
)
from platform_app.offline.text.language import language_of


def introduce(answer: Answer) -> None:
    card = answer.mind.card
    role = answer.mind.case.role_of(answer.mind.case.people[answer.mind.me])
    if role:
        stated = role if role[:1].isupper() else f"the {role}"
        purpose = "i_am_again" if answer.conversation.said else "i_am"
        answer.say(purpose, name=card.name, role=stated, a_role=stated)
    else:
        answer.say("i_am_bare", name=card.name)


def begin(answer: Answer) -> None:
    answer.say("hello", student=student_name(answer.mind))
    introduce(answer)
    answer.say("at_stake", matter=matter_of(answer.mind))
    state_conviction(answer, ())
    answer.say("first_question")


def greet(answer: Answer) -> None:
    answer.say("on_greeting", student=student_name(answer.mind))
    answer.say("back_to_matter", matter=matter_again(answer))
    answer.say("first_question") or answer.say("ask_concrete")


def small_talk(answer: Answer) -> None:
    answer.say("on_small_talk")
    steer(answer)


def thank(answer: Answer) -> None:
    answer.say("on_thanks")
    answer.say("ask_back")


def part(answer: Answer) -> None:
    answer.say("on_goodbye")
    state_conviction(answer, ())


def identify(answer: Answer) -> None:
    introduce(answer)
    told = 0
    for passage in answer.mind.passages:
        if passage.own and told < 2 and not answer.is_told(passage.said):
            told += answer.add(passage.said)
    state_conviction(answer, ())
    answer.say("ask_concrete")


def deny_machine(answer: Answer) -> None:
    answer.say("on_machine", name=answer.mind.card.name, matter=matter_of(answer.mind))
    steer(answer)


def ask_for_words(answer: Answer) -> None:
    answer.say("on_empty")
    answer.say("ask_concrete")


def not_understood(answer: Answer) -> None:
    answer.say("on_gibberish")
    answer.say("ask_concrete")


def stay_civil(answer: Answer) -> None:
    answer.say("on_insult")
    steer(answer)


def refuse(answer: Answer) -> None:
    answer.say("on_injection")
    steer(answer)


def ask_for_english(answer: Answer) -> None:
    answer.say("on_foreign", language=language_of(answer.conversation.last.text))
    steer(answer)


def help_along(answer: Answer) -> None:
    answer.say("on_help")
    state_conviction(answer, ())
    answer.say("ask_concrete")
