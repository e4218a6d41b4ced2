"""Cases in other languages: sentences of the case as they stand, without English around them."""

from __future__ import annotations

from platform_app.offline.roleplay.answer import Answer
from platform_app.offline.roleplay.moves import terms_asked
from platform_app.offline.text.language import common_words
from platform_app.offline.text.words import stems

_ASK = {
    "German": "Was folgt daraus für Sie?",
    "French": "Qu'en pensez-vous ?",
    "Spanish": "¿Qué opina usted?",
    "Italian": "Che cosa ne pensa?",
    "Portuguese": "O que acha disso?",
    "Dutch": "Wat vindt u daarvan?",
}
_NOT_KNOWN = {
    "German": "Dazu kann ich Ihnen nichts Genaues sagen.",
    "French": "Je ne peux rien vous dire de précis là-dessus.",
    "Spanish": "Sobre eso no puedo decirle nada concreto.",
    "Italian": "Su questo non posso dirle nulla di preciso.",
    "Portuguese": "Sobre isso não posso dizer nada de concreto.",
    "Dutch": "Daar kan ik u niets precies over zeggen.",
}


def speak_plainly(answer: Answer, language: str) -> str:
    """For cases in other languages: the persona's name and role, then sentences of the case as they stand, without English around them."""
    mind = answer.mind
    terms = [term for term in terms_asked(answer) if term not in common_words(language)]
    if answer.conversation.last.author == "begin":
        answer.add(f"{mind.card.name}, {mind.card.role}." if mind.card.role else f"{mind.card.name}.")
        terms = list(stems(f"{mind.case.title} {mind.card.name}"))
    found = mind.find(terms, avoid=answer.heard, limit=2, least=0.3)
    for passage in found:
        answer.add(passage.said)
    answer.add("" if found else _NOT_KNOWN.get(language, ""))
    answer.add(_ASK.get(language, ""))
    return answer.text or mind.case.title
