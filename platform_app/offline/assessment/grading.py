"""Grades of a scene and of a whole simulation (`progress.schema`), for the offline engine.

The measure is what a student's words show, not what they mean: who writes sentences full of the right words gets more than
is due. Repetition, lists of words, copies of the goal and of other people's words, and speeches to the grader earn nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from platform_app.offline.assessment import remarks
from platform_app.offline.assessment.advice import advice_for
from platform_app.offline.assessment.coverage import cover
from platform_app.offline.assessment.criteria import Criterion, read_criterion
from platform_app.offline.assessment.levels import Measure
from platform_app.offline.assessment.quotes import best_quote
from platform_app.offline.assessment.whole import assess_grades
from platform_app.offline.assessment.wording import listing
from platform_app.offline.roleplay.conversation import content_text, read_json, system_blocks
from platform_app.offline.text.language import language_of
from platform_app.progress.schema import CriterionAssessment, SceneAssessment
from platform_app.prompting import blocks

_ENDINGS = {
    "reached": "You reached the goal of the scene.",
    "out_of_turns": "The scene ended because the turns were used up.",
    "submitted": "You handed the scene in yourself.",
}


def assess_scene(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The assessment for a chat request with the blocks <rubric>, <scene>, <transcript> and <progress>, as the fields of
    `SceneAssessment`.

    Raises ValueError if the rubric holds no criterion: there is nothing to grade by.
    """
    found = _all_blocks(messages)
    rubric, scene = read_json(found.get("rubric", "")), read_json(found.get("scene", ""))
    listed = (
        [one for one in rubric if isinstance(one, Mapping) and one.get("name")]
        if isinstance(rubric, list)
        else []
    )
    if not listed:
        raise ValueError("A grade needs a rubric: there is no <rubric> with criteria.")
    transcript = read_json(found.get("transcript", ""))
    progress = read_json(found.get("progress", ""))
    facts = [part for part in (scene, progress) if isinstance(part, dict)]
    return judge_scene(
        listed, {name: fact for part in facts for name, fact in part.items()}, transcript
    ).model_dump()


def assess_whole(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The assessment for a chat request with the block <scene_grades>, as the fields of `OverallAssessment`."""
    return assess_grades(read_json(_all_blocks(messages).get("scene_grades", ""))).model_dump()


def _all_blocks(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The blocks of the system message before those of the user's: nobody replaces the rubric by speaking of one."""
    said = "\n".join(content_text(one.get("content")) for one in messages if one.get("role") == "user")
    return {**blocks(said), **system_blocks(messages)}


def judge_scene(
    rubric: Sequence[Mapping[str, Any]], scene: Mapping[str, Any], transcript: Any
) -> SceneAssessment:
    """A scene {title, user_goal, success_criteria, outcome, hints_used} by the criteria [{name, weight, description}]."""
    measure = Measure(cover(scene, transcript))
    language = language_of(" ".join(one.text for one in measure.evidence.contributions))
    criteria = [
        read_criterion(one, finds_out=measure.coverage.is_finding_out, in_english=language in ("English", ""))
        for one in rubric
    ]
    judged = _judged(criteria, measure)
    return SceneAssessment(
        criteria=judged,
        summary=_summary(scene, judged, measure, language),
        strengths=remarks.strengths(criteria, measure),
        advice=advice_for(criteria, measure),
    )


def _judged(criteria: Sequence[Criterion], measure: Measure) -> list[CriterionAssessment]:
    judged: list[CriterionAssessment] = []
    for criterion in criteria:
        level = measure.level(criterion)
        used = [one.quote for one in judged]
        quote = best_quote(measure.evidence, criterion, used=used) if level else ""
        reason = remarks.reason(level, criterion, measure)
        judged.append(CriterionAssessment(name=criterion.name, level=level, reason=reason, quote=quote))
    return judged


def _summary(
    scene: Mapping[str, Any], judged: Sequence[CriterionAssessment], measure: Measure, language: str
) -> str:
    if nothing := remarks.nothing_to_judge(measure):
        return nothing
    hints = "You took a hint on the way." if scene.get("hints_used") else ""
    foreign = (
        f"You wrote in {language}: the offline engine could judge only your questions, figures and facts."
        if language not in ("English", "")
        else ""
    )
    ending = _ENDINGS.get(str(scene.get("outcome") or ""), "")
    return " ".join(part for part in (ending, _course(measure), _placing(judged), hints, foreign) if part)


def _course(measure: Measure) -> str:
    covered = [point.label for point in measure.coverage.covered]
    missing = [point.label for point in measure.coverage.missing]
    if not covered:
        return "Nothing that the scene asked for is covered yet." if missing else ""
    gap = f" What stayed open: {listing(missing)}." if missing else ""
    return f"You covered {listing(covered)}.{gap}"


def _placing(judged: Sequence[CriterionAssessment]) -> str:
    ranked = sorted(judged, key=lambda one: -one.level)
    if len({one.level for one in judged}) == 1:
        return "By the criteria your work is even."
    strong = [one.name for one in ranked if one.level == ranked[0].level][:2]
    weak = [one.name for one in ranked if one.level == ranked[-1].level][:2]
    return f"Strongest: {listing(strong)}. Weakest: {listing(weak)}."
