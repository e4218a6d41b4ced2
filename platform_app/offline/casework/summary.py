"""A summary of a case from its own sentences: the situation, what happened and who stands where, and the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from platform_app.offline.casework.case import Case
from platform_app.offline.casework.mentions import Attributed
from platform_app.offline.text.figures import has_figure
from platform_app.offline.text.words import stems

_LONGEST = 380
_OPENING, _MIDDLE = 4, 7


def _usable(sentence: Attributed) -> bool:
    words = len(sentence.text.split())
    return (
        words >= 5
        and len(sentence.text) <= _LONGEST
        and not sentence.text.endswith(("?", ":"))
        and _stands_alone(sentence)
    )


def _stands_alone(sentence: Attributed) -> bool:
    """A pronoun would mean somebody else behind another sentence."""
    return sentence.block >= 0 and not sentence.unresolved and not sentence.pronoun and sentence.owner is None


def _weights(case: Case) -> Counter[str]:
    return Counter(stem for sentence in case.sentences for stem in set(stems(sentence.text)))


def _score(sentence: Attributed, weights: Counter[str]) -> float:
    said = set(stems(sentence.text))
    centrality = sum(weights[stem] for stem in said) / (4 + len(said))
    return centrality + 1.5 * has_figure(sentence.text) + 1.0 * (sentence.subject is not None)


def _by_section(sentences: Sequence[Attributed]) -> Iterator[list[Attributed]]:
    current: list[Attributed] = []
    for sentence in sentences:
        if current and sentence.section != current[0].section:
            yield current
            current = []
        current.append(sentence)
    if current:
        yield current


def _opening(case: Case) -> list[Attributed]:
    """The first sentences as they stand: cases open with the situation."""
    return [
        sentence for sentence in case.sentences if sentence.block >= 0 and len(sentence.text) <= _LONGEST
    ][:_OPENING]


def _middle(case: Case, taken: Sequence[Attributed]) -> list[Attributed]:
    """The weightiest sentences of each section, in the order of the text."""
    weights = _weights(case)
    chosen: list[Attributed] = []
    for section in _by_section(case.sentences):
        free = [sentence for sentence in section if _usable(sentence) and sentence not in taken]
        chosen += sorted(free, key=lambda sentence: -_score(sentence, weights))[:2]
    best = sorted(chosen, key=lambda sentence: -_score(sentence, weights))[:_MIDDLE]
    rest = [
        sentence
        for sentence in case.sentences
        if _usable(sentence) and sentence not in taken and sentence not in best
    ]
    best += sorted(rest, key=lambda sentence: -_score(sentence, weights))[: max(0, 5 - len(best))]
    return [sentence for sentence in case.sentences if sentence in best]


def summarise(case: Case) -> str:
    """Paragraphs of sentences that all stand in the case, letter for letter; a list item gets a full stop."""
    opening = _opening(case)
    decision = [
        text for text in case.decision.statements if all(text != sentence.text for sentence in opening)
    ]
    taken = [*opening, *(sentence for sentence in case.sentences if sentence.text in decision)]
    middle = _middle(case, taken)
    half = (len(middle) + 1) // 2
    paragraphs = [
        [s.text for s in opening],
        [s.text for s in middle[:half]],
        [s.text for s in middle[half:]],
        decision,
    ]
    return "\n\n".join(" ".join(map(_closed, paragraph)) for paragraph in paragraphs if paragraph)


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "”", '"')) else f"{sentence}."


def _stated(case: Case) -> list[Attributed]:
    """The sentences that state the decision; before one that begins with a pronoun the sentence that names who is meant."""
    stated: list[Attributed] = []
    for text in case.decision.statements:
        number = next(at for at, sentence in enumerate(case.sentences) if sentence.text == text)
        sentence, before = case.sentences[number], case.sentences[max(0, number - 1)]
        introduces = before.subject == sentence.subject is not None and not before.pronoun
        if sentence.pronoun and introduces and before.block == sentence.block and before not in stated:
            stated.append(before)
        stated.append(sentence)
    return list(dict.fromkeys(stated))


def _named(case: Case, sentence: Attributed) -> str:
    """A sentence with the name of whom its first pronoun surely means."""
    before, after = sentence.text[: sentence.subject_start], sentence.text[sentence.subject_end :]
    if sentence.pronoun and sentence.sure and sentence.subject is not None:
        return f"{before}{case.cast.names[sentence.subject]} {after.lstrip()}"
    if sentence.owner is not None and sentence.sure:
        return f"{before}{case.cast.names[sentence.owner]}'s {after.lstrip()}"
    return sentence.text


def state_challenge(case: Case) -> str:
    """The decision in the words of the case; if none is stated, the positions that clash."""
    if case.decision.statements:
        return " ".join(_named(case, sentence) for sentence in _stated(case))
    clashing: dict[int, str] = {}
    for stance in case.stances:
        clashing.setdefault(stance.person, case.sentences[stance.sentence].text)
    positions = " ".join(list(clashing.values())[:3])
    return positions or (case.sentences[-1].text if case.sentences else "")
