"""Grades one finished simulation: every scene by the rubric, then the whole. Nothing is saved until all of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from caching.ai import ai
from platform_app.models import Author, Grade, GradeStatus, Scene, SceneGrade, SceneProgress, Simulation
from platform_app.progress.prompts import PROMPT_VERSION, overall_messages, scene_messages
from platform_app.progress.schema import OverallAssessment, SceneAssessment, assessment_for
from platform_app.progress.scoring import criterion_score, mean_score, weighted_score
from platform_app.simulations.transcript import Line, scene_transcript

NOT_PLAYED = "You did not play this scene."


@dataclass(frozen=True)
class GradedScene:
    scene: Scene
    score: int
    criteria: list[dict[str, Any]]
    summary: str
    strengths: list[str]
    advice: list[str]


def grade_simulation(grade: Grade) -> None:
    """Fill a pending grade. Raises `AIError` or `CacheUnavailable`; then the grade is as it was."""
    simulation = grade.simulation
    scenes = [_grade_scene(simulation, scene) for scene in simulation.scenario.scenes.order_by("position")]
    overall, model = _grade_whole(simulation, scenes)
    _store(grade, scenes, overall, model)


def _grade_scene(simulation: Simulation, scene: Scene) -> GradedScene:
    progress = (
        SceneProgress.objects.select_related("scene").filter(simulation=simulation, scene=scene).first()
    )
    transcript = scene_transcript(simulation, scene)
    if progress is None or not _student_words(transcript):
        return _not_played(simulation, scene)
    rubric = simulation.scenario.rubric
    assessment = ai.structured(
        "scene_grading",
        scene_messages(simulation.scenario, progress, transcript),
        assessment_for([criterion["name"] for criterion in rubric], _student_words(transcript)),
        prompt_version=PROMPT_VERSION,
        scopes=(f"scenario:{simulation.scenario_id}", f"user:{simulation.student_id}"),
        prompt_cache_key=f"grading:scene:{scene.pk}",
    ).value
    return _graded(scene, rubric, assessment)


def _student_words(transcript: list[Line]) -> list[str]:
    return [line["text"] for line in transcript if line["author"] == Author.STUDENT]


def _not_played(simulation: Simulation, scene: Scene) -> GradedScene:
    criteria = [
        {
            "name": criterion["name"],
            "weight": criterion["weight"],
            "level": 0,
            "score": 0,
            "reason": NOT_PLAYED,
            "quote": "",
        }
        for criterion in simulation.scenario.rubric
    ]
    return GradedScene(scene, 0, criteria, NOT_PLAYED, [], ["Play every scene to its end next time."])


def _graded(scene: Scene, rubric: list[dict[str, Any]], assessment: SceneAssessment) -> GradedScene:
    criteria = [
        {
            "name": judged.name,
            "weight": criterion["weight"],
            "level": judged.level,
            "score": criterion_score(judged.level),
            "reason": judged.reason,
            "quote": judged.quote,
        }
        for criterion, judged in zip(rubric, assessment.criteria, strict=True)
    ]
    score = weighted_score([(criterion["score"], criterion["weight"]) for criterion in criteria])
    return GradedScene(scene, score, criteria, assessment.summary, assessment.strengths, assessment.advice)


def _grade_whole(simulation: Simulation, scenes: list[GradedScene]) -> tuple[OverallAssessment, str]:
    material = [
        {
            "scene": graded.scene.title,
            "score": graded.score,
            "summary": graded.summary,
            "strengths": graded.strengths,
            "advice": graded.advice,
        }
        for graded in scenes
    ]
    answer = ai.structured(
        "overall_grading",
        overall_messages(material),
        OverallAssessment,
        prompt_version=PROMPT_VERSION,
        scopes=(f"scenario:{simulation.scenario_id}", f"user:{simulation.student_id}"),
        prompt_cache_key=f"grading:scenario:{simulation.scenario_id}",
    )
    return answer.value, answer.model


@transaction.atomic
def _store(grade: Grade, scenes: list[GradedScene], overall: OverallAssessment, model: str) -> None:
    locked = Grade.objects.select_for_update().get(pk=grade.pk)
    if locked.status == GradeStatus.READY:
        return  # another worker was faster; a grade is stored once
    SceneGrade.objects.filter(grade=locked).delete()
    SceneGrade.objects.bulk_create(_rows(locked, scenes))
    score = mean_score([graded.score for graded in scenes])
    locked.status, locked.error, locked.graded_at = GradeStatus.READY, "", timezone.now()
    locked.ai_score = locked.score = score
    locked.summary, locked.strengths, locked.advice = overall.summary, overall.strengths, overall.advice
    locked.model = model
    locked.save()


def _rows(grade: Grade, scenes: list[GradedScene]) -> list[SceneGrade]:
    return [
        SceneGrade(
            grade=grade,
            scene=graded.scene,
            scene_title=graded.scene.title,
            position=position,
            score=graded.score,
            criteria=graded.criteria,
            summary=graded.summary,
            strengths=graded.strengths,
            advice=graded.advice,
        )
        for position, graded in enumerate(scenes, start=1)
    ]
