"""A transcript as data, and which of the student's messages count at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from platform_app.offline.roleplay.intent import read_intent
from platform_app.offline.text.words import WORD, concepts, content_words, is_stopword, stems

_NEVER_COUNT = frozenset({"empty", "gibberish", "greeting", "thanks", "goodbye", "injection", "machine", "insult", "help", "small_talk"})
_REPEATED, _COPIED = 0.7, 0.6
_GRAM = 4


@dataclass(frozen=True)
class Line:
    speaker: str
    author: str
    text: str


@dataclass(frozen=True)
class Contribution:
    """A message of the student. `heard` is what had been said to the student before it; `counts` is False for "ok", "hi" and copies."""

    text: str
    counts: bool
    why_not: str
    heard: str
    meanings: frozenset[str]
    weight: float = field(default=1.0)


def _grams(text: str) -> set[tuple[str, ...]]:
    """Runs of four stems, as copying is seen by runs, not by words."""
    listed = stems(text)
    return {tuple(listed[at : at + _GRAM]) for at in range(len(listed) - _GRAM + 1)}


def copied_share(text: str, source: str) -> float:
    """How much of a text stands word for word in another one."""
    own = _grams(text)
    return len(own & _grams(source)) / len(own) if own else 0.0


def is_stuffed(text: str) -> bool:
    """A list of words rather than sentences: hardly any small words, or the same words again and again."""
    listed = WORD.findall(text)
    if len(listed) < 8:
        return False
    content = content_words(text)
    small = sum(is_stopword(word) for word in listed) / len(listed)
    repeated = len({word.lower() for word in content}) / max(1, len(content))
    return small < 0.15 or (len(content) >= 12 and repeated < 0.45)


@dataclass(frozen=True)
class Transcript:
    lines: tuple[Line, ...]
    goal_text: str = ""

    @cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """The student's messages in order, each judged as to whether it counts."""
        found: list[Contribution] = []
        heard: list[str] = []
        for line in self.lines:
            if line.author == "student":
                found.append(self._judged(line.text, " ".join(heard), found))
            elif line.author == "persona":
                heard.append(line.text)
        return tuple(found)

    def _judged(self, text: str, heard: str, before: Sequence[Contribution]) -> Contribution:
        meanings = concepts(text)
        reason = self._objection(text, heard, meanings, before)
        return Contribution(text, not reason, reason, heard, meanings, 0.25 if is_stuffed(text) else 1.0)

    def _objection(self, text: str, heard: str, meanings: frozenset[str], before: Sequence[Contribution]) -> str:
        if len(text.strip()) < 3 or not meanings or read_intent(text) in _NEVER_COUNT:
            return "says nothing on the matter"
        if len(meanings) < 2 and "?" not in text:
            return "says nothing on the matter"
        if copied_share(text, self.goal_text) > _COPIED:
            return "only repeats the goal"
        if heard and copied_share(text, heard) > _COPIED:
            return "only repeats what others said"
        if any(len(meanings & other.meanings) > _REPEATED * len(meanings | other.meanings) for other in before):
            return "says the same again"
        return ""

    @property
    def counted(self) -> tuple[Contribution, ...]:
        return tuple(each for each in self.contributions if each.counts)

    @cached_property
    def answers(self) -> str:
        """What personas said after a message that counts: what the student has brought them to say."""
        spoken: list[str] = []
        counted = {each.text for each in self.counted}
        earned = False
        for line in self.lines:
            if line.author == "student":
                earned = line.text in counted
            elif line.author == "persona" and earned:
                spoken.append(line.text)
        return " ".join(spoken)

    def up_to(self, students: int) -> Transcript:
        """The transcript without what followed the first `students` messages of the student."""
        kept: list[Line] = []
        count = 0
        for line in self.lines:
            count += line.author == "student"
            if count > students:
                break
            kept.append(line)
        return Transcript(tuple(kept), self.goal_text)


def read_transcript(data: Any, *, goal_text: str = "") -> Transcript:
    """From the JSON of a prompt; whatever is no line of a conversation is left out."""
    listed = data if isinstance(data, list) else []
    lines = (
        Line(str(one.get("speaker", "")), str(one.get("author", "")), str(one.get("text", "")))
        for one in listed
        if isinstance(one, Mapping)
    )
    return Transcript(tuple(lines), goal_text)
