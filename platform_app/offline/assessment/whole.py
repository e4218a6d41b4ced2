"""The grade of a whole simulation, put together from the grades of its scenes; it adds nothing to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_app.offline.assessment.notions import notions
from platform_app.offline.assessment.wording import listing
from platform_app.progress.schema import OverallAssessment

_ANCHOR = re.compile(r"^(?:After|When [^“]*) “[^”]*”, ")
_OF_ITS_SCENE = re.compile(r"\bstill (?:open|missing) at the end\b|\d")
_EXAMPLES = re.compile(r":?\s*“[^”]*”|\s*\([^)]*\)|, such as [^,.]*(?:\.\d[^,.]*)?,?")
_ALIKE = 0.6
_MOST = 4
_NOTICEABLE = 8.0
_HARDLY = 12.0


@dataclass(frozen=True)
class SceneGrade:
    scene: str
    score: float
    strengths: tuple[str, ...]
    advice: tuple[str, ...]


def assess_grades(data: Any) -> OverallAssessment:
    """A synthesis of the block <scene_grades>: [{scene, score, summary, strengths, advice}]."""
    grades = [_grade(one) for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []
    if not grades:
        return OverallAssessment(
            summary="No scene has been graded, so there is nothing to sum up.",
            strengths=[],
            advice=["Play a scene to its end."],
        )
    strengths = _merged([grade.strengths for grade in sorted(grades, key=lambda grade: -grade.score)])
    advice = _merged([grade.advice for grade in sorted(grades, key=lambda grade: grade.score)])
    return OverallAssessment(
        summary=" ".join(_summary(grades, strengths, advice)),
        strengths=strengths[:_MOST],
        advice=advice[:_MOST],
    )


def _grade(one: Mapping[str, Any]) -> SceneGrade:
    score = one.get("score")
    return SceneGrade(
        scene=str(one.get("scene") or "the scene"),
        score=float(score) if isinstance(score, (int, float)) else 0.0,
        strengths=_texts(one.get("strengths")),
        advice=_texts(one.get("advice")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(each).strip() for each in value if str(each).strip()) if isinstance(value, list) else ()


def _summary(grades: Sequence[SceneGrade], strengths: Sequence[str], advice: Sequence[str]) -> list[str]:
    """Three to five sentences."""
    sentences = [_placing(grades), _course(grades)]
    if max(grade.score for grade in grades) < _HARDLY:
        sentences.append("There is hardly anything of your own in them that could be graded.")
    elif strength := _general(strengths):
        sentences.append(f"What carries you most: {strength}")
    else:
        sentences.append("No strength stands out yet.")
    if step := _general(advice):
        sentences.append(f"What would help you most next time: {step}")
    return [sentence for sentence in sentences if sentence]


def _placing(grades: Sequence[SceneGrade]) -> str:
    best, worst = max(grades, key=lambda grade: grade.score), min(grades, key=lambda grade: grade.score)
    if len(grades) == 1:
        return f"You were graded in one scene, “{best.scene}”."
    if best.score == worst.score:
        return f"Your scenes are all on one level: {listing([f'“{grade.scene}”' for grade in grades])}."
    return f"Your best scene is “{best.scene}”; “{worst.scene}” leaves most room."


def _course(grades: Sequence[SceneGrade]) -> str:
    """How it went from scene to scene."""
    scores = [grade.score for grade in grades]
    if len(scores) == 1:
        return "There is no other scene to compare it with."
    if scores[-1] - scores[0] >= _NOTICEABLE:
        return "You grew stronger from the first scene to the last."
    if scores[0] - scores[-1] >= _NOTICEABLE:
        return "You began more strongly than you ended."
    if max(scores) - min(scores) < _NOTICEABLE:
        return "From scene to scene your work is even."
    return "You ended about as you began, with ups and downs between."


def _inside(text: str) -> str:
    """A remark as the end of a sentence: without quotations, brackets and examples, ending with a full stop."""
    bare = _EXAMPLES.sub("", _ANCHOR.sub("", text)).strip()
    return f"{bare[:1].lower()}{bare[1:].rstrip('.')}."


def _general(remarks: Sequence[str]) -> str:
    """The first remark that can stand without its scene: it holds on to no quotation, and no figures are left in it."""
    standing = (_inside(one) for one in remarks if not _ANCHOR.match(one))
    return next((one for one in standing if not _OF_ITS_SCENE.search(one)), "")


def _merged(texts_of_scenes: Sequence[Sequence[str]]) -> list[str]:
    """Each remark once, those first that come back in most scenes; remarks that differ in examples only are one."""
    groups: list[list[str]] = []
    for texts in texts_of_scenes:
        for text in texts:
            same = next((group for group in groups if _alike(group[0], text)), None)
            groups.append([text]) if same is None else same.append(text)
    return [group[0] for group in sorted(groups, key=lambda group: -len(group))]


def _alike(one: str, other: str) -> bool:
    first, second = notions(_inside(one)), notions(_inside(other))
    if not first or not second:
        return _inside(one) == _inside(other)
    return len(first & second) > _ALIKE * len(first | second)
