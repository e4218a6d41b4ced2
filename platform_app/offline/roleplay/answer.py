"""An answer in the making: sentences that have not been said before, at most five."""

from __future__ import annotations

from dataclasses import dataclass, field

from platform_app.offline.roleplay.conversation import Conversation
from platform_app.offline.roleplay.intent import Intent
from platform_app.offline.roleplay.mind import Mind, normal
from platform_app.offline.roleplay.phrasebook import Chooser
from platform_app.offline.roleplay.repetition import repeats_any
from platform_app.offline.text.sentences import split_sentences

_MOST_SENTENCES = 5
_SHORT = 24


@dataclass
class Answer:
    """An answer that is being put together; a sentence that was said before, or twice, is not taken.

    `phrases` are those of its sentences that only lead over: they name a subject and tell nothing about it.
    """

    conversation: Conversation
    mind: Mind
    intent: Intent
    chooser: Chooser
    sentences: list[str] = field(default_factory=list)
    phrases: set[str] = field(default_factory=set)

    @property
    def heard(self) -> list[str]:
        """All sentences that need not be said again: own ones and those of colleagues to the same words."""
        texts = [*self.conversation.said, *(turn.text for turn in self.conversation.just_heard)]
        return [
            sentence for text in texts for line in text.splitlines() for sentence in split_sentences(line)
        ] + self.sentences

    def add(self, text: str) -> bool:
        fresh = [sentence for sentence in split_sentences(text) if not self.has_said(sentence)]
        self.sentences += fresh
        return bool(fresh)

    def has_said(self, sentence: str) -> bool:
        """Whether a sentence has been said in this scene, alone or behind an introduction."""
        plain = normal(sentence)
        heard = [normal(said) for said in self.heard]
        return plain in heard or (len(plain) > _SHORT and any(plain in said for said in heard))

    def is_told(self, sentence: str) -> bool:
        """Whether what a sentence says has been told, be it in slightly other words."""
        return self.has_said(sentence) or repeats_any(
            sentence, (heard for heard in self.heard if heard not in self.phrases)
        )

    def say(self, purpose: str, **values: str) -> bool:
        before = len(self.sentences)
        added = self.add(self.chooser.pick(purpose, **values))
        self.phrases.update(self.sentences[before:])
        return added

    @property
    def full(self) -> bool:
        return len(self.sentences) >= _MOST_SENTENCES

    @property
    def text(self) -> str:
        return " ".join(self.sentences[:_MOST_SENTENCES])
