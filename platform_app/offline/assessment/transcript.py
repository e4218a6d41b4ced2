"""A transcript as data, and which of the student's messages count at all.

What never counts: noise and courtesies, lists of words, copies of the goal or of other people's words, the same again, and sentences that
speak to the grader or the machine instead of the people in the scene.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from platform_app.offline.assessment.notions import notions
from platform_app.offline.roleplay.intent import read_intent
from platform_app.offline.text.language import common_words, language_of
from platform_app.offline.text.sentences import split_sentences
from platform_app.offline.text.words import WORD, content_words, stems

_NOISE = frozenset({"empty", "gibberish", "machine", "more"})
_COURTESIES = frozenset(
    {"greeting", "thanks", "goodbye", "small_talk", "help", "insult", "agreement", "disagreement"}
)
_BEST = r"(?:full|top|best|maximum|max|highest|perfect)"
_TO_THE_GRADER = re.compile(
    r"\b(?:give|grant|award) (?:me|this|us) (?:an? |the )?(?:\d+|four|five|ten|excellent)"
    r"(?=\s*(?:$|[.!,;]|for\b|points?|marks?|(?:in|on) (?:all|every|each)|out of|%))|"
    rf"\b{_BEST} (?:marks?|grades?|points|scores?(?! (?:for|of|in|from)))\b|"
    r"\b(?:mark|rate|grade|score) (?:the |this |me |my |it )?(?:goal|scene|answer|work|criteri\w+|as|with)\b|"
    r"\bgoal_?reached\b|\bnext_action\b|\bconfidence\s*[=:]|\bgoal (?:is|has been|was) (?:now |already )?reached\b|"
    r"\blevel (?:4|four)\b.{0,12}\b(?:all|every|each)\b|^\s*(?:system|assistant|grader)\s*:",
    re.IGNORECASE,
)
_DOUBLE_MEANING = re.compile(r"\b(?:success criteria|recipe|code|essay)\b", re.IGNORECASE)
_ROLE_BREAKING = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|instructions?|prompts?|system message|ai|assistant|chatbot|chatgpt|you are now|from now on|"
    r"poem|song|joke|haiku|python|javascript|sql|rubric|hidden|scene|goal)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:what|which|who|how|why|when|where|do|does|is|are|can|could|would|will|should|have|has|did|was|were)\b[^?]*\?",
    re.I,
)
_GLUE = frozenset(
    """a an the i you he she it we they me him her us them my your his its our their this that these those who which what how
    is are was were be been am do does did have has had will would can could should may might must to of in on at for with from
    by as if not and but or so there here than about into""".split()
)
_ARTICLES = frozenset("a an the my our your their its".split())
_NEVER_AFTER_ARTICLE = frozenset(
    """a an the of in on at to for with by from as is are was were be has have had do does would will can could should may must
    and or but if that this i you he she it we they which who what how there""".split()
)
_REPEATED, _COPIED = 0.7, 0.6
_GRAM = 4


@dataclass(frozen=True)
class Line:
    speaker: str
    author: str
    text: str


@dataclass(frozen=True)
class Contribution:
    """A message of the student.

    `text` is the message without sentences that address the grader (`original` has them); `why_not` says why it does not
    count, or is empty.
    `heard` is all that had been said to the student before, `prompts` what was said just before, `replies` what came next.
    """

    original: str
    text: str
    why_not: str
    heard: str
    prompts: tuple[Line, ...]
    replies: tuple[Line, ...]
    meanings: frozenset[str]

    @property
    def counts(self) -> bool:
        return not self.why_not

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return sentences_of(self.text)

    @cached_property
    def statements(self) -> str:
        """The message without its questions: what the student says himself."""
        return " ".join(
            sentence for sentence in self.sentences if not sentence.rstrip(" \"'”’)").endswith("?")
        )


def sentences_of(text: str) -> tuple[str, ...]:
    return tuple(sentence for line in text.splitlines() for sentence in split_sentences(line))


def _grams(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of four stems: copying is seen by runs, not by words."""
    listed = stems(text)
    return frozenset(listed[at : at + _GRAM] for at in range(len(listed) - _GRAM + 1))


def _copied_share(
    own: frozenset[tuple[str, ...]], source: frozenset[tuple[str, ...]] | set[tuple[str, ...]]
) -> float:
    return len(own & source) / len(own) if own else 0.0


def is_list_of_words(text: str) -> bool:
    """Words strung together instead of sentences: hardly any small words, the same words again and again, or no grammar."""
    listed = [word.lower() for word in WORD.findall(text)]
    if len(listed) < 7:
        return False
    glue = _GLUE | common_words(language_of(text))
    content = [word.lower() for word in content_words(text)]
    repeated = len(content) >= 12 and len(set(content)) < 0.45 * len(content)
    return repeated or sum(word in glue for word in listed) < 0.1 * len(listed) or _is_word_salad(listed)


def _is_word_salad(listed: Sequence[str]) -> bool:
    """Articles that often stand before words that no noun phrase begins with, as only in a shuffled text."""
    followers = [after for before, after in pairwise(listed) if before in _ARTICLES]
    impossible = sum(word in _NEVER_AFTER_ARTICLE for word in followers)
    return impossible >= 2 and impossible > 0.12 * len(followers)


def _without_injections(text: str) -> str:
    """The message without the sentences that are said to the grader or the machine."""
    if not _is_injection(text):
        return text
    lines = (
        " ".join(one for one in split_sentences(line) if not _is_injection(one)) for line in text.splitlines()
    )
    return "\n".join(line for line in lines if line)


def _is_injection(text: str) -> bool:
    return bool(_TO_THE_GRADER.search(text)) or (_intent(text) == "injection" and not _is_of_this_world(text))


def _is_of_this_world(text: str) -> bool:
    """Bakers speak of recipes and boards of success criteria; that alone breaks no role."""
    return bool(_DOUBLE_MEANING.search(text)) and not _ROLE_BREAKING.search(text)


@lru_cache(maxsize=2048)
def _intent(text: str) -> str:
    return read_intent(text)


@dataclass(frozen=True)
class _Said:
    """What came before a message: for copies and repetitions."""

    goal: frozenset[tuple[str, ...]]
    heard: set[tuple[str, ...]]
    before: Sequence[Contribution]

    def objection(self, original: str, text: str, meanings: frozenset[str], replies: Sequence[Line]) -> str:
        """Why a message does not count, as the end of a sentence that begins with "it"; or ""."""
        if original.strip() and not text:
            return "speaks to the machine instead of the people in the scene"
        if _is_empty_talk(text, meanings):
            return "says nothing on the matter"
        if is_list_of_words(text):
            return "strings words together instead of saying something"
        own, is_question = _grams(text), bool(_ASKING.search(text))
        if _copied_share(own, self.goal) > _COPIED and not (is_question and len(text) < 160):
            return "only repeats the goal"
        if _copied_share(own, self.heard) > _COPIED:
            return "only repeats what others said"
        return (
            "says the same again" if self._is_repetition(meanings, replies, is_question=is_question) else ""
        )

    def _is_repetition(self, meanings: frozenset[str], replies: Sequence[Line], *, is_question: bool) -> bool:
        """The same question may be put to somebody else."""
        alike = [
            one
            for one in self.before
            if len(meanings & one.meanings) > _REPEATED * len(meanings | one.meanings)
        ]
        asked = {line.speaker for one in alike for line in one.replies}
        return bool(alike) and not (is_question and any(line.speaker not in asked for line in replies))


def _is_empty_talk(text: str, meanings: frozenset[str]) -> bool:
    if len(text.strip()) < 3 or not meanings or (len(meanings) < 2 and "?" not in text):
        return True
    intent = _intent(text)
    asks_on = "?" in text and len(meanings) >= 2
    return intent in _NOISE or (intent in _COURTESIES and len(meanings) < 4 and not asks_on)


@dataclass(frozen=True)
class Transcript:
    lines: tuple[Line, ...]
    goal_text: str = ""

    @cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """The student's messages in order, each judged as to whether it counts."""
        goal, heard, found = _grams(self.goal_text), set[tuple[str, ...]](), list[Contribution]()
        spoken: list[str] = []
        for at, line in enumerate(self.lines):
            if line.author == "persona":
                spoken.append(line.text)
                heard |= _grams(line.text)
            elif line.author == "student":
                found.append(self._judged(at, " ".join(spoken), _Said(goal, heard, found)))
        return tuple(found)

    def _judged(self, at: int, heard: str, said: _Said) -> Contribution:
        original = self.lines[at].text
        text = _without_injections(original)
        meanings, replies = notions(text), self._personas(range(at + 1, len(self.lines)))
        return Contribution(
            original=original,
            text=text,
            why_not=said.objection(original, text, meanings, replies),
            heard=heard,
            prompts=tuple(reversed(self._personas(range(at - 1, -1, -1)))),
            replies=replies,
            meanings=meanings,
        )

    def _personas(self, positions: range) -> tuple[Line, ...]:
        """What personas say from a place on, until the student speaks."""
        found = []
        for position in positions:
            line = self.lines[position]
            if line.author == "student":
                break
            if line.author == "persona":
                found.append(line)
        return tuple(found)

    @cached_property
    def counted(self) -> tuple[Contribution, ...]:
        return tuple(one for one in self.contributions if one.counts)

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """The personas in the order in which they spoke up."""
        return tuple(
            dict.fromkeys(line.speaker for line in self.lines if line.author == "persona" and line.speaker)
        )

    def up_to(self, messages: int) -> Transcript:
        """The transcript as it stood after the first messages of the student and the answers to them."""
        kept: list[Line] = []
        count = 0
        for line in self.lines:
            count += line.author == "student"
            if count > messages:
                break
            kept.append(line)
        return Transcript(tuple(kept), self.goal_text)


def read_transcript(data: Any, *, goal_text: str = "") -> Transcript:
    """From the JSON of a prompt; whatever is no line of a conversation is left out."""
    listed = data if isinstance(data, list) else []
    lines = (
        Line(str(one.get("speaker") or ""), str(one.get("author") or ""), str(one.get("text") or ""))
        for one in listed
        if isinstance(one, Mapping)
    )
    return Transcript(tuple(lines), goal_text)
