"""The answer of a persona: two to five sentences in its own person, from what it knows and wants."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from platform_app.offline.roleplay import courtesies
from platform_app.offline.roleplay.answer import Answer
from platform_app.offline.roleplay.conversation import Conversation
from platform_app.offline.roleplay.intent import Intent, read_intent
from platform_app.offline.roleplay.matter import acknowledge, answer_matter, give_opinion
from platform_app.offline.roleplay.mind import mind_of
from platform_app.offline.roleplay.phrasebook import Chooser
from platform_app.offline.roleplay.plainly import speak_plainly
from platform_app.offline.roleplay.proposals import weigh_proposal
from platform_app.offline.text.language import language_of


def play_persona(conversation: Conversation) -> str:
    """What the persona says next."""
    mind = mind_of(conversation)
    last = conversation.last
    case_language = language_of(conversation.case_study[:3000]) or "English"
    intent = read_intent(last.text, case_language=case_language)
    answer = Answer(conversation, mind, intent, Chooser(_seed(conversation), conversation.said))
    if case_language != "English" and intent not in ("injection", "machine", "insult"):
        return speak_plainly(answer, case_language)
    if last.author == "begin":
        courtesies.begin(answer)
    else:
        _ANSWERS.get(intent, answer_matter)(answer)
    if not answer.sentences:
        answer.say("told_all")
        answer.say("ask_back")
    return answer.text or _last_resort(answer)


def _seed(conversation: Conversation) -> str:
    spoken = "\x1f".join(f"{turn.author}:{turn.text}" for turn in conversation.turns)
    return hashlib.sha256(f"{conversation.persona.name}\x1e{spoken}".encode()).hexdigest()


def _last_resort(answer: Answer) -> str:
    """When every turn of phrase has been used up: the next fact that has not been told, else a plea to come to an end."""
    untold = (passage.said for passage in answer.mind.passages if not answer.is_told(passage.said))
    return next(untold, "") or answer.chooser.pick("enough") or "It is your turn."


_ANSWERS: dict[Intent, Callable[[Answer], None]] = {
    "empty": courtesies.ask_for_words,
    "gibberish": courtesies.not_understood,
    "injection": courtesies.refuse,
    "foreign": courtesies.ask_for_english,
    "insult": courtesies.stay_civil,
    "greeting": courtesies.greet,
    "thanks": courtesies.thank,
    "goodbye": courtesies.part,
    "machine": courtesies.deny_machine,
    "identity": courtesies.identify,
    "small_talk": courtesies.small_talk,
    "help": courtesies.help_along,
    "agreement": acknowledge,
    "disagreement": acknowledge,
    "opinion": give_opinion,
    "proposal": weigh_proposal,
}
