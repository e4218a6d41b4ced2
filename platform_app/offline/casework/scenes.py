"""The second answer of the analysis: scenes that lead from the facts over the conflicts to the decision (`CaseScenes`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platform_app.analysis.schema import CaseScenes, SceneDraft
from platform_app.offline.casework.case import Case
from platform_app.offline.casework.functions import function_of
from platform_app.offline.casework.lexicon import COMMON_WORDS
from platform_app.offline.casework.mentions import Attributed
from platform_app.offline.casework.openings import (
    decision_of,
    to_decide,
    to_hear_a_side,
    to_take_stock,
)
from platform_app.offline.casework.portrait import sentences_about
from platform_app.offline.casework.settings import image_prompt, setting_of
from platform_app.offline.casework.views import name_stems, stance_of, topics_of, view
from platform_app.offline.text.figures import figures
from platform_app.offline.text.phrases import key_phrases

_MOST_IN_ROOM, _MOST_IN_MIDDLE = 8, 3
_KNOWS_THE_FACTS = ("finance", "technology", "operations", "quality", "leadership")


@dataclass(frozen=True)
class Listed:
    """The people to be placed, as numbers of `case.people`, and what the student is."""

    case: Case
    numbers: tuple[int, ...]
    student_role: str

    def name(self, number: int) -> str:
        return self.case.people[number].name

    def with_role(self, number: int) -> str:
        person = self.case.people[number]
        return f"{person.name} ({self.case.role_of(person)})" if person.role else person.name


def propose_scenes(case: Case, named: Sequence[tuple[str, str]], student_role: str) -> CaseScenes | None:
    """Three to five scenes, in each somebody of `named`, everybody at least once; None without people."""
    wanted = {name for name, _ in named}
    numbers = tuple(number for number, person in enumerate(case.people) if person.name in wanted)
    if not numbers:
        return None
    listed = Listed(case, numbers, student_role)
    first = _best_informed(listed)
    groups = _groups(listed, first)
    scenes = [
        _taking_stock(listed, first),
        *(_conflict(listed, group) for group in groups),
        _decision(listed),
    ]
    return CaseScenes(scenes=_distinct_titles(scenes))


def _best_informed(listed: Listed) -> int:
    """Who opens: knows most figures, and is close to the facts by role."""

    def weight(number: int) -> tuple[float, int]:
        facts = sum(len(figures(sentence.text)) for sentence in sentences_about(listed.case, number))
        close = function_of(listed.case.people[number].role) in _KNOWS_THE_FACTS
        return facts + 2.0 * close, -number

    return max(listed.numbers, key=weight)


def _leans(listed: Listed, number: int) -> int:
    """+1 who wants something done, -1 who is against or afraid, 0 who is neither."""
    stance = stance_of(listed.case, number)
    return (
        0
        if stance is None
        else 1
        if stance.kind in ("want", "expect", "demand", "support")
        else -1
        if stance.kind in ("oppose", "fear", "doubt")
        else 0
    )


def _groups(listed: Listed, first: int) -> list[list[int]]:
    """Who meets the student in the middle scenes: pairs who lean different ways, at most three groups."""
    waiting = sorted((n for n in listed.numbers if n != first), key=lambda n: (-_leans(listed, n), n)) or [
        first
    ]
    if len(listed.numbers) > 3 and first not in waiting:
        waiting = [*waiting, first] if len(waiting) % 2 else waiting
    groups: list[list[int]] = []
    while waiting:
        one = waiting.pop(0)
        other = waiting.pop() if len(waiting) > 0 and len(listed.numbers) > 3 else None
        groups.append(sorted([one] if other is None else [one, other]))
    for number in [n for group in groups[3:] for n in group]:
        smallest = min(groups[:3], key=len)
        if len(smallest) < _MOST_IN_MIDDLE:
            smallest.append(number)
    return sorted(groups[:3])


def _facts(case: Case, sentences: Sequence[Attributed], count: int) -> str:
    usable = [
        s.text
        for s in sorted(sentences, key=case.sentences.index)
        if not s.unresolved
        and not s.pronoun
        and s.owner is None
        and not s.text.endswith("?")
        and 20 < len(s.text) < 330
    ]
    return " ".join(
        text if text.endswith((".", "!", "”", '"')) else f"{text}."
        for text in list(dict.fromkeys(usable))[:count]
    )


def _example_figures(sentences: Sequence[Attributed], count: int = 2) -> list[str]:
    found = dict.fromkeys(
        figure for sentence in sentences for figure in figures(sentence.text) if len(figure) > 2
    )
    return sorted(found, key=lambda figure: figure.replace(",", "").replace(".", "").isdigit())[:count]


def _listing(words: Sequence[str], joiner: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joiner} {words[-1]}"


def _figure_hint(found: Sequence[str]) -> str:
    return (
        f"uses at least one figure of the case (for example {_listing(found, 'or')})"
        if found
        else "refers to facts of the case"
    )


def _taking_stock(listed: Listed, number: int) -> SceneDraft:
    case = listed.case
    opening = [sentence for sentence in case.sentences if sentence.block >= 0][:8]
    topics = (
        key_phrases([s.text for s in case.sentences], limit=3, without=name_stems(case))
        or topics_of(case, number)
        or [case.title]
    )
    own = [*opening, *sentences_about(case, number)]
    where = setting_of(case, (number,))
    return SceneDraft(
        title=f"Taking stock with {case.people[number].name}",
        description=f"{listed.with_role(number)} receives you {where} to go through the situation. {_facts(case, opening, 3)}".strip(),
        user_goal=f"Get a clear picture before anything is decided: find out from {listed.name(number)} what is known about {_listing(topics)}, "
        f"and what it means for {decision_of(case)}.",
        success_criteria=f"The student asks about {_listing(topics)}; {_figure_hint(_example_figures(own))}; and names the main problem in own words.",
        turn_limit=8,
        personas=[listed.name(number)],
        image_prompt=image_prompt(case, (number,), topics[0]),
        opening_questions=[to_take_stock(case, number)],
    )


def _conflict(listed: Listed, group: Sequence[int]) -> SceneDraft:
    case = listed.case
    own = [sentence for number in group for sentence in sentences_about(case, number)]
    topics = list(dict.fromkeys(topic for number in group for topic in topics_of(case, number, limit=2)))[
        :3
    ] or [case.title]
    names = [listed.name(number) for number in group]
    where = setting_of(case, group)
    return SceneDraft(
        title=_conflict_title(listed, group, topics),
        description=f"You meet {_listing([listed.with_role(number) for number in group])} {where}. {_facts(case, own, 3)}".strip(),
        user_goal=_conflict_goal(listed, group),
        success_criteria=f"The student asks {_listing(names)} about {_listing(topics)}; {_figure_hint(_example_figures(own))}; "
        "and says what follows from it for the decision.",
        turn_limit=min(15, 8 + 2 * len(group)),
        personas=names,
        image_prompt=image_prompt(case, group, topics[0]),
        opening_questions=[to_hear_a_side(case, number) for number in group],
    )


def _conflict_goal(listed: Listed, group: Sequence[int]) -> str:
    placed = [(listed.name(number), stance_of(listed.case, number)) for number in group]
    stated = [(name, view(stance)) for name, stance in placed if stance]
    silent = [name for name, stance in placed if not stance]
    if not stated:
        return f"Find out what {_listing(silent)} make{'s' if len(silent) == 1 else ''} of {decision_of(listed.case)}, and what they would do about it."
    goal = f"Understand why {stated[0][0]} {stated[0][1]}"
    goal += "".join(f", and weigh it against the position of {name}, who {its}" for name, its in stated[1:])
    goal += f", and hear what {_listing(silent)} say{'s' if len(silent) == 1 else ''} to it" if silent else ""
    return f"{goal}. Find out what follows for {decision_of(listed.case)}."


def _conflict_title(listed: Listed, group: Sequence[int], topics: Sequence[str]) -> str:
    """The title of the section in which the group appears, if it says something; else the names and what they are about."""
    sections = {
        sentence.section
        for number in group
        for sentence in sentences_about(listed.case, number)
        if sentence.subject == number
    }
    telling = [section for section in sections if _is_telling(section, listed.case)]
    names = _listing([listed.case.people[number].name for number in group])
    return (f"{telling[0]}: {names}" if len(telling) == 1 else f"{names} on {topics[0]}")[:200]


def _is_telling(section: str, case: Case) -> bool:
    words = [word.strip("?!.,:").lower() for word in section.split()]
    return (
        bool(words)
        and section.lower() != case.title.lower()
        and len(words) <= 8
        and not all(word in COMMON_WORDS | {"who", "dilemma"} for word in words)
    )


def _decision(listed: Listed) -> SceneDraft:
    case = listed.case
    present = list(listed.numbers[:_MOST_IN_ROOM])
    objections = [
        f"{listed.name(n)} ({view(stance)})" for n in present for stance in [stance_of(case, n)] if stance
    ][:3]
    named = _listing([listed.name(number) for number in present])
    concerns = list(dict.fromkeys(topic for number in present for topic in topics_of(case, number, limit=1)))[
        :3
    ] or [case.title]
    what = case.matter if case.matter.startswith("whether") else f"a course of action on {case.matter}"
    statements = " ".join(case.decision.statements[:2])
    against = f" Answer the positions of {_listing(objections)}." if objections else ""
    return SceneDraft(
        title="The recommendation"
        if not case.decision.act
        else f"The recommendation: {case.decision.act}?"[:200],
        description=f"Everybody is in the room: {named}. They expect you to take a position. {statements}".strip(),
        user_goal=f"Recommend {what} and give your reasons.{against}",
        success_criteria=f"The student states a clear recommendation; gives at least two reasons with facts of the case about {_listing(concerns)}; "
        "names a risk or a trade-off; and says what happens next.",
        turn_limit=min(15, 10 + len(present)),
        personas=[listed.name(number) for number in present],
        image_prompt=image_prompt(case, present, "the decision"),
        opening_questions=[to_decide(case, number) for number in present],
    )


def _distinct_titles(scenes: Sequence[SceneDraft]) -> list[SceneDraft]:
    seen: dict[str, int] = {}
    distinct = []
    for scene in scenes:
        seen[scene.title] = seen.get(scene.title, 0) + 1
        again = seen[scene.title] > 1
        distinct.append(
            scene.model_copy(update={"title": f"{scene.title[:190]} ({seen[scene.title]})"})
            if again
            else scene
        )
    return distinct
