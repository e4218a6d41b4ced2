"""Grades of a scene and of a whole simulation (`SceneAssessment`, `OverallAssessment`).

The measure is what a student's words show, not what they mean: who strings the right words together gets more than is due.
Repetition, lists of words, copies of the goal and of other people's sentences are damped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from platform_app.offline.assessment.evidence import Evidence, gather
from platform_app.offline.assessment.rubric import Ability, Sign, ability_of, amount, degree, level_of, share_of
from platform_app.offline.assessment.transcript import Transcript, read_transcript
from platform_app.offline.text.sentences import split_sentences
from platform_app.progress.schema import CriterionAssessment, OverallAssessment, SceneAssessment

_LONGEST_QUOTE = 200
_WORDS_OF_LEVEL = ("Nothing of it shows", "There is little of it", "There is some of it", "It shows well", "It shows throughout")


def assess_scene(rubric: Sequence[Mapping[str, Any]], scene: Mapping[str, Any], transcript_data: Any) -> SceneAssessment:
    goal = f"{scene.get('user_goal', '')} {scene.get('success_criteria', '')}"
    transcript = read_transcript(transcript_data, goal_text=goal)
    evidence = gather(transcript)
    criteria: list[CriterionAssessment] = []
    for criterion in rubric:
        criteria.append(_criterion(criterion, evidence, transcript, quoted=[one.quote for one in criteria]))  # noqa: PERF401 - each needs those before
    return SceneAssessment(
        criteria=criteria,
        summary=_summary(scene, transcript, criteria),
        strengths=_strengths(evidence, rubric),
        advice=_advice(evidence, transcript, rubric),
    )


def _criterion(
    criterion: Mapping[str, Any], evidence: Evidence, transcript: Transcript, *, quoted: Sequence[str]
) -> CriterionAssessment:
    ability = ability_of(criterion)
    level = level_of(degree(evidence, ability)) if evidence.contributions else 0
    return CriterionAssessment(
        name=str(criterion.get("name") or ""),
        level=level,
        reason=_reason(level, ability, evidence, transcript),
        quote=best_quote(evidence, ability, quoted) if level else "",
    )


def _seen(ability: Ability, evidence: Evidence) -> list[Sign]:
    """The signs of an ability that are there, most telling first."""
    present = [sign for sign in ability.signs if amount(evidence, sign) >= 1]
    return sorted(present, key=lambda sign: -share_of(evidence, sign) * sign.share)


def _lacking(ability: Ability, evidence: Evidence) -> list[Sign]:
    return [sign for sign in ability.signs if amount(evidence, sign) < 1]


def _reason(level: int, ability: Ability, evidence: Evidence, transcript: Transcript) -> str:
    if not transcript.contributions:
        return "You said nothing in this scene, so there is nothing to judge."
    if not evidence.contributions:
        return f"What you wrote does not count here: it {transcript.contributions[-1].why_not}."
    seen, lacking = _seen(ability, evidence), _lacking(ability, evidence)
    start = "Too little to count" if seen and not level else _WORDS_OF_LEVEL[level]
    found = f": {_listing([_with_examples(sign, evidence) for sign in seen[:3]])}" if seen else ""
    thin = ", but there is not much of your own to go by" if seen and evidence.substance < 0.35 else ""
    gap = f". What is missing: {_listing([_as_missing(sign) for sign in lacking[:2]])}" if lacking and level < 4 else ""
    return f"{start}{found}{thin}{gap}."


def _as_missing(sign: Sign) -> str:
    return f"that {sign.seen}"


def _with_examples(sign: Sign, evidence: Evidence) -> str:
    if sign.name == "figure" and evidence.figures:
        return f"{sign.seen} ({', '.join(evidence.figures[:2])})"
    again = sign.name != "facts" and amount(evidence, sign) >= 2
    return sign.seen.replace("you ", "you repeatedly ", 1) if again and sign.seen.startswith("you ") else sign.seen


def _listing(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def best_quote(evidence: Evidence, ability: Ability, quoted: Sequence[str] = ()) -> str:
    """The student's own words that show an ability best: a piece of one message, letter for letter, or "". Fresh ones are preferred."""
    signs = {sign.name: sign.share for sign in ability.signs}
    best, score = "", 0.0
    for number, contribution in enumerate(evidence.contributions):
        shown = sum(signs.get(one.sign, signs.get("facts", 0) if one.sign == "fact" else 0) for one in evidence.shown if one.message == number)
        rating = shown * contribution.weight + min(0.2, len(contribution.meanings) / 100)
        rating -= 0.2 if any(quote and quote in contribution.text for quote in quoted) else 0.0
        if shown and rating > score:
            best, score = contribution.text, rating
    return _excerpt(best, ability) if best else ""


def _excerpt(text: str, ability: Ability) -> str:
    """At most 200 characters from one message, from the sentence with most signs on, cut where a sentence ends if possible."""
    sentences = [sentence for line in text.splitlines() for sentence in split_sentences(line)]
    if not sentences:
        return ""
    rated = [(len(_shown_in(sentence, ability)), len(sentence.split()) >= 4, -at) for at, sentence in enumerate(sentences)]
    first = -max(rated)[2]
    start = text.index(sentences[first])
    end = start + len(sentences[first])
    for sentence in sentences[first + 1 :]:
        following = text.find(sentence, end)
        if following < 0 or following + len(sentence) - start > _LONGEST_QUOTE or "\n" in text[end:following]:
            break
        end = following + len(sentence)
    piece = text[start:end]
    return piece if len(piece) <= _LONGEST_QUOTE else piece[:_LONGEST_QUOTE].rsplit(" ", 1)[0]


def _shown_in(sentence: str, ability: Ability) -> set[str]:
    transcript = read_transcript([{"author": "student", "speaker": "", "text": sentence}])
    single = Evidence(transcript.contributions)
    return {one.sign for one in single.shown} & {sign.name for sign in ability.signs}


def _summary(scene: Mapping[str, Any], transcript: Transcript, criteria: Sequence[CriterionAssessment]) -> str:
    if not transcript.contributions:
        return "You said nothing in this scene, so there is nothing that could be graded."
    if not transcript.counted:
        return f"There is nothing to grade in this scene: what you wrote {transcript.contributions[-1].why_not}."
    ended = {
        "reached": "You reached the goal of the scene.",
        "out_of_turns": "The scene ended because the turns were used up.",
        "submitted": "You handed the scene in yourself.",
    }.get(str(scene.get("outcome") or ""), "")
    ranked = sorted(criteria, key=lambda one: -one.level)
    strong = [one.name for one in ranked if one.level >= 3][:2]
    weak = [one.name for one in reversed(ranked) if one.level <= 1][:2]
    judged = f"Strongest: {_listing(strong)}." if strong else "No criterion stands out yet." if criteria else ""
    gap = f" Least to be seen: {_listing(weak)}." if weak else ""
    hints = " You took a hint on the way." if scene.get("hints_used") else ""
    return f"{ended} {judged}{gap}{hints}".strip()


def _strengths(evidence: Evidence, rubric: Sequence[Mapping[str, Any]]) -> list[str]:
    signs = {sign.name: sign for criterion in rubric for sign in ability_of(criterion).signs}
    present = [sign for sign in signs.values() if share_of(evidence, sign) >= 0.6 and amount(evidence, sign) >= 1]
    ranked = sorted(present, key=lambda sign: -share_of(evidence, sign))[:3] if evidence.substance >= 0.25 else []
    return [f"{_with_examples(sign, evidence)[:1].upper()}{_with_examples(sign, evidence)[1:]}." for sign in ranked]


def _advice(evidence: Evidence, transcript: Transcript, rubric: Sequence[Mapping[str, Any]]) -> list[str]:
    if not evidence.contributions:
        return ["Talk to the people of the scene in full sentences: ask what they know and want, and say what you think."]
    signs = {sign.name: sign for criterion in rubric for sign in ability_of(criterion).signs}
    ranked = sorted(signs.values(), key=lambda sign: share_of(evidence, sign))
    weak = [sign.advice for sign in ranked if share_of(evidence, sign) < 1][:3]
    idle = sum(not each.counts for each in transcript.contributions)
    if idle >= 2 and idle >= len(transcript.contributions) / 2:
        weak = ["Make each message count: several of yours said nothing on the matter.", *weak][:3]
    return weak or ["Keep this up, and try to convince the person who disagrees most."]


# --- the whole simulation -------------------------------------------------------------------------------------------


def _texts(value: Any) -> list[str]:
    return [str(each).strip() for each in value if str(each).strip()] if isinstance(value, list) else []


def assess_overall(scene_grades: Any) -> OverallAssessment:
    """A synthesis of scene grades that adds nothing to them."""
    grades = [grade for grade in scene_grades if isinstance(grade, Mapping)] if isinstance(scene_grades, list) else []
    if not grades:
        return OverallAssessment(summary="No scene has been graded, so there is nothing to sum up.", strengths=[], advice=["Play a scene to its end."])
    return OverallAssessment(
        summary=_overall_summary(grades),
        strengths=_most_common([text for grade in grades for text in _texts(grade.get("strengths"))], 4),
        advice=_most_common([text for grade in grades for text in _texts(grade.get("advice"))], 4),
    )


def _score(grade: Mapping[str, Any]) -> float:
    try:
        return float(grade.get("score") or 0)
    except (TypeError, ValueError):
        return 0.0


def _overall_summary(grades: Sequence[Mapping[str, Any]]) -> str:
    ranked = sorted(grades, key=lambda grade: -_score(grade))
    best, worst = ranked[0], ranked[-1]
    sentences = []
    if len(grades) == 1:
        sentences.append(f"You played one scene, “{best.get('scene', '')}”.")
    elif _score(best) == _score(worst):
        sentences.append("Your scenes are on one level.")
    else:
        sentences.append(f"Your best scene is “{best.get('scene', '')}”; “{worst.get('scene', '')}” leaves most room.")
    if _score(best) <= 0:
        return " ".join([*sentences, "There is hardly anything of yours in them that could be graded."])
    first, last = _score(grades[0]), _score(grades[-1])
    if len(grades) > 1 and abs(last - first) >= 5:
        sentences.append("You grew stronger from the first scene to the last." if last > first else "You began more strongly than you ended.")
    strengths = _most_common([text for grade in grades for text in _texts(grade.get("strengths"))], 1)
    advice = _most_common([text for grade in grades for text in _texts(grade.get("advice"))], 1)
    sentences += [f"What carries you most: {_small(strengths[0])}"] if strengths else []
    sentences += [f"What would help you most next time: {_small(advice[0])}"] if advice else []
    return " ".join(sentences)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _most_common(texts: Sequence[str], limit: int) -> list[str]:
    """Each text once, those first that come back most; texts that differ only in an example count as one."""
    counts: dict[str, list[str]] = {}
    for text in texts:
        counts.setdefault(re.sub(r"\s*\([^)]*\)| repeatedly", "", text).lower(), []).append(text)
    ranked = sorted(counts.values(), key=lambda same: -len(same))
    return [same[0] for same in ranked[:limit]]
