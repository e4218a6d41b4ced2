"""What words mean where a conversation is judged: stems with synonyms made one, and what a question asks for.

The shared groups of `text.words` serve search; the groups here are wider, since a student who speaks of a queue has understood
the wait.
"""

from __future__ import annotations

import re
from functools import lru_cache

from platform_app.offline.text.figures import figures, numbers
from platform_app.offline.text.language import common_words
from platform_app.offline.text.words import canonical, content_words, is_stopword, stem

_GROUPS = """
retire retirement retiree succession successor pension
craft craftsman handmade handcraft artisan hand handwork tradition
loaf loaves
rota roster shift
wait waiting queue
sick sickness illness absence absent ill
leave left quit resign go
condition term clause requirement insist
objection object concern worry worried fear afraid doubt
stop halt abort cancel terminate pause
measure metric indicator kpi track monitor
save saving
benefit advantage upside gain
drawback disadvantage downside
build built construct construction
fall fell fallen drop decline shrink
grow grew grown growth rise rose expand expansion
sell sold sale revenue
lose lost loss
pay paid wage salary
choose chose chosen
"""
_CANONICAL = {
    canonical(stem(word)): canonical(stem(group.split()[0]))
    for group in _GROUPS.strip().splitlines()
    for word in group.split()
}
# What somebody wants to hear about without naming it.
_ASKED_FOR = [
    (re.compile(pattern, re.IGNORECASE), canonical(stem(noun)))
    for pattern, noun in (
        (r"\bwhy\b|\bhow come\b|\bwhat (?:causes|caused|drives|drove|makes|made)\b", "reason"),
        (r"\bhow (?:many|much of)\b", "volume"),
        (r"\bhow (?:much (?:does|do|would|will)|expensive)\b.{0,30}\b(?:cost|pay)\b|\bprice of\b", "cost"),
        (r"\bhow (?:long|soon)\b|\bwhen\b", "time"),
        (r"\bhow (?:full|busy)\b", "capacity"),
        (
            r"\bwhat (?:\w+ ){0,4}(?:need|want|require|expect)\b|\b(?:needs?|requires?|insists?) (?:on|to)\b",
            "condition",
        ),
        (r"\bwhat could go wrong\b|\bdangerous\b", "risk"),
    )
]
_SPELLED = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve".split(),
        "2 3 4 5 6 7 8 9 10 11 12".split(),
        strict=True,
    )
)
# Words without meaning of their own in other languages, however a text mixes them; none is a telling word of English.
_SMALL = frozenset[str]().union(
    *(
        common_words(language)
        for language in ("German", "Spanish", "French", "Italian", "Portuguese", "Dutch")
    )
) - {"sale", "son", "plus", "die", "solo"}


@lru_cache(maxsize=60_000)
def _meaning(word: str) -> str:
    plain = canonical(stem(word))
    return _CANONICAL.get(plain, plain)


@lru_cache(maxsize=8192)
def notions(text: str) -> frozenset[str]:
    """The meanings of the words that carry any, numbers left out."""
    listed = (part for word in content_words(text) if word.lower() not in _SMALL for part in _parts(word))
    return frozenset(_meaning(part) for part in listed if not part[0].isdigit())


def _parts(word: str) -> list[str]:
    """Compounds with a hyphen are their parts: "self-chosen" is about choosing."""
    return (
        [part for part in word.split("-") if len(part) > 2 and not is_stopword(part)]
        if "-" in word
        else [word]
    )


@lru_cache(maxsize=8192)
def asked(text: str) -> frozenset[str]:
    """The meanings of a message with what its questions ask for: "why" is a question about reasons."""
    return notions(text) | {noun for pattern, noun in _ASKED_FOR if pattern.search(text)}


@lru_cache(maxsize=8192)
def amounts(text: str) -> frozenset[str]:
    """The numbers of a text without separators; small ones may be written as words."""
    spelled = {_SPELLED[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _SPELLED}
    return frozenset(numbers(" ".join(figures(text))) | spelled)
