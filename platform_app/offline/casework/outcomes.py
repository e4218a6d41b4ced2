"""The third answer of the analysis: what a student is to learn from this case (`CaseOutcomes`)."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.analysis.schema import CaseOutcomes
from platform_app.offline.casework.case import Case
from platform_app.offline.casework.views import name_stems, stance_of, view
from platform_app.offline.text.figures import figures
from platform_app.offline.text.phrases import key_phrases

_LONGEST = 500


def propose_outcomes(case: Case, scene_titles: Sequence[str]) -> CaseOutcomes | None:
    """Four to six outcomes that name the subjects of this case; None for an empty one."""
    if not case.sentences:
        return None
    topics = key_phrases(
        [sentence.text for sentence in case.sentences], limit=4, without=name_stems(case)
    ) or [case.title]
    outcomes = [
        f"Analyse the situation{_at(case)}: how {_listing(topics[:3])} hang together and what causes what.",
        *_weighing(case),
        _figures(case, topics),
        _questioning(case, topics),
        f"Recommend {_what(case)}, with reasons, risks and next steps.",
        _communicating(scene_titles),
    ]
    return CaseOutcomes(learning_outcomes=[outcome[:_LONGEST] for outcome in outcomes if outcome][:6])


def _at(case: Case) -> str:
    return f" at {case.organisation}" if case.organisation else ""


def _matter(case: Case) -> str:
    return f"the decision {case.matter}" if case.matter.startswith("whether") else case.matter


def _what(case: Case) -> str:
    return case.matter if case.matter.startswith("whether") else f"a course of action on {case.matter}"


def _listing(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _weighing(case: Case) -> list[str]:
    """The two positions of different people that lean different ways, or the first two."""
    stances = [stance for number in range(len(case.people)) for stance in [stance_of(case, number)] if stance]
    towards = next(
        (stance for stance in stances if stance.kind in ("want", "support", "expect", "demand")),
        stances[0] if stances else None,
    )
    against = next(
        (
            s
            for s in stances
            if towards and s.person != towards.person and s.kind in ("oppose", "fear", "doubt")
        ),
        None,
    )
    against = against or next((s for s in stances if towards and s.person != towards.person), None)
    if not towards or not against:
        return []
    one, other = case.people[towards.person].name, case.people[against.person].name
    return [f"Weigh competing interests: {one} {view(towards)}, while {other} {view(against)}."]


def _figures(case: Case, topics: Sequence[str]) -> str:
    found = list(
        dict.fromkeys(
            figure for sentence in case.sentences for figure in figures(sentence.text) if len(figure) > 2
        )
    )[:2]
    if not found:
        return f"Support an argument about {topics[0]} with facts from conversations."
    return f"Use the figures of the case, such as {_listing(found)}, to support or refute an argument about {topics[0]}."


def _questioning(case: Case, topics: Sequence[str]) -> str:
    named = [person.name for person in case.people if person != case.protagonist][:3]
    whom = f" of {_listing(named)}" if named else ""
    return f"Question the assumptions{whom} about {topics[-1]} instead of taking them for granted."


def _communicating(scene_titles: Sequence[str]) -> str:
    last = f" up to “{scene_titles[-1]}”" if scene_titles else ""
    return f"Lead conversations with people of different interests from the first question{last}, with respect and to the point."
