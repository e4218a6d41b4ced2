"""Reasons and strengths, written to the student: each says what was seen in the scene, and nothing that was not."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.offline.assessment.criteria import Criterion
from platform_app.offline.assessment.evidence import taken_up
from platform_app.offline.assessment.levels import Measure
from platform_app.offline.assessment.notions import notions
from platform_app.offline.assessment.quotes import best_quote
from platform_app.offline.assessment.rubric import Sign
from platform_app.offline.assessment.wording import listing
from platform_app.offline.text.figures import figures
from platform_app.offline.text.grammar import is_bare_verb, may_stand_in_phrase
from platform_app.offline.text.words import content_words

_SEEN, _LACKING, _STRONG = 0.3, 0.15, 0.6
_THIN = 0.3
_MOST = 3
_SHORT_QUOTE = 130
_COMMONPLACES = notions(
    "morning evening night tomorrow welcome answer question decision recommend company people chosen mind"
)
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def nothing_to_judge(measure: Measure) -> str:
    """Why a scene shows nothing of its student, or ""."""
    transcript = measure.coverage.transcript
    if not transcript.contributions:
        return "You said nothing in this scene, so there is nothing to judge."
    if not transcript.counted:
        return f"What you wrote {transcript.contributions[-1].why_not}, so there is nothing to judge."
    return ""


def reason(level: int, criterion: Criterion, measure: Measure) -> str:
    """One or two sentences on what was seen of a criterion and what was not."""
    if nothing := nothing_to_judge(measure):
        return nothing
    seen = [sign for sign in _by_weight(criterion, measure) if measure.presence(sign, criterion) >= _SEEN]
    lacking = [
        sign.lacking for sign, _ in _by_share(criterion) if measure.presence(sign, criterion) < _LACKING
    ][:2]
    if level == 0 or not seen:
        return _hardly(level, lacking)
    named = [
        sign
        for sign in seen
        if sign.name != "question" or not any(one.name == "open_question" for one in seen)
    ]
    stated = f"You {listing([_in_detail(sign, measure) for sign in named[:_MOST]])}."
    if level <= 2 and measure.substance < _THIN:
        stated = f"{stated[:-1]}, but there is not much of your own to go by."
    return f"{stated} You do not {listing(lacking, joiner='or')}." if lacking and level < 4 else stated


def _hardly(level: int, lacking: Sequence[str]) -> str:
    start = (
        "There is hardly anything of this in what you say"
        if level
        else "Nothing of this shows in what you say"
    )
    return f"{start}: you do not {listing(lacking, joiner='or')}." if lacking else f"{start}."


def _by_weight(criterion: Criterion, measure: Measure) -> list[Sign]:
    rated = {sign.name: share * measure.presence(sign, criterion) for sign, share in criterion.signs}
    return sorted((sign for sign, _ in criterion.signs), key=lambda sign: -rated[sign.name])


def _by_share(criterion: Criterion) -> list[tuple[Sign, float]]:
    return sorted(criterion.signs, key=lambda pair: -pair[1])


def _in_detail(sign: Sign, measure: Measure) -> str:
    """What was seen, with an example from the conversation where there is one."""
    evidence = measure.evidence
    if sign.name == "figure":
        shown = evidence.figures or [figure for one in evidence.contributions for figure in figures(one.text)]
        return f"{sign.seen} ({', '.join(list(dict.fromkeys(shown))[:3])})" if shown else sign.seen
    if sign.name == "facts":
        words = _words_taken_up(measure)
        return f"{sign.seen} ({', '.join(words)})" if words else sign.seen
    if sign.name == "question":
        return _questions(sum(one.text.count("?") for one in evidence.contributions))
    if sign.name == "groundwork":
        return _brought_out(measure, sign)
    return sign.seen


def _brought_out(measure: Measure, sign: Sign) -> str:
    found = [point.label for point in measure.coverage.covered]
    if not found or not measure.coverage.missing:
        return sign.seen
    return f"bring out {listing(found[:2])}"


def _questions(count: int) -> str:
    if count == 0:
        return "ask to be told something"
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"ask {number} question{'s' if count > 1 else ''}"


def _words_taken_up(measure: Measure) -> list[str]:
    """Words of the student for what others had brought in, the longest of each message."""
    found: list[str] = []
    for one in measure.evidence.contributions:
        taken = taken_up(one)
        words = [
            word
            for word in content_words(one.text)
            if notions(word) & taken and len(word) > 4 and _is_telling(word)
        ]
        found += sorted(set(words), key=lambda word: (-len(word), word))[:1]
    return list(dict.fromkeys(found))[:_MOST]


def _is_telling(word: str) -> bool:
    return (
        word[0].islower()
        and may_stand_in_phrase(word)
        and not is_bare_verb(word)
        and not notions(word) & _COMMONPLACES
    )


def weights(criteria: Sequence[Criterion]) -> dict[str, tuple[Sign, float, Criterion]]:
    """The signs of a rubric with their weight in it and the criterion that asks most for them."""
    found: dict[str, tuple[Sign, float, Criterion]] = {}
    for criterion in sorted(criteria, key=lambda one: -one.weight):
        for sign, share in criterion.signs:
            earlier = found.get(sign.name)
            total = share * criterion.weight + (earlier[1] if earlier else 0.0)
            found[sign.name] = (sign, total, earlier[2] if earlier else criterion)
    return found


def strengths(criteria: Sequence[Criterion], measure: Measure) -> list[str]:
    """At most three, those that count most in the rubric first, each with words that show it."""
    if nothing_to_judge(measure) or measure.substance < _THIN:
        return []
    rated = [
        (weight * measure.presence(sign, criterion), sign)
        for sign, weight, criterion in weights(criteria).values()
        if measure.presence(sign, criterion) >= (_STRONG if sign.name != "groundwork" else 0.35)
    ]
    ranked = [sign for _, sign in sorted(rated, key=lambda pair: -pair[0])][:_MOST]
    used: list[str] = []
    return [_strength(sign, measure, used) for sign in ranked]


def _strength(sign: Sign, measure: Measure, used: list[str]) -> str:
    found = [point.label for point in measure.coverage.covered]
    if sign.name == "groundwork" and found:
        return f"You bring out {listing(found)}."
    stated = f"You {_in_detail(sign, measure)}"
    quote = best_quote(measure.evidence, Criterion("", 1, ((sign, 1.0),), frozenset()), used=used)
    if (
        sign.name in ("facts", "figure", "groundwork")
        or not quote
        or quote in used
        or len(quote) > _SHORT_QUOTE
    ):
        return f"{stated}."
    used.append(quote)
    return f"{stated}: “{quote}”"
