"""The job itself: from a stored file to a scenario, or to a sentence."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rq.timeouts import JobTimeoutException

from caching.ai import ai
from caching.errors import CacheUnavailable
from platform_app.analysis import tasks
from platform_app.analysis.run import event_log
from platform_app.analysis.tasks import NO_REDIS, OUR_FAULT, TOO_SLOW, analyze_document
from platform_app.models import Document, Scenario, Scene, User
from platform_app.prompting import blocks
from tests.analysis.answers import CASE, PEOPLE, SCENES, person, reply, scene, whole_analysis
from tests.analysis.conftest import make_document
from tests.loopback_openai import LoopbackOpenAI, Reply
from tests.openings import asked_in

pytestmark = pytest.mark.django_db
PICTURES = len(SCENES["scenes"])


def analyzed(document: Document) -> Document:
    analyze_document.call(document.pk)
    document.refresh_from_db()
    return document


def assert_failed_with(document: Document, sentence: str) -> None:
    assert (document.status, document.error) == ("failed", sentence)
    assert document.scenario is None
    assert document.finished_at is not None
    assert not Scenario.objects.exists()


def test_a_case_becomes_a_scenario(document: Document, analyst: LoopbackOpenAI) -> None:
    analyzed(document)
    assert (document.status, document.progress, document.error, document.notes) == ("done", 100, "", [])
    scenario = document.scenario
    assert scenario is not None
    assert (scenario.owner, scenario.status, scenario.case_text) == (document.owner, "draft", CASE.strip())
    assert scenario.title == "Harbour Foods: a second plant?"
    assert scenario.student_role == "Astrid Lie, chief executive"
    ingrid, jonas = scenario.personas.all()
    assert (ingrid.name, ingrid.role, ingrid.analytical, ingrid.knowledge) == (
        "Ingrid Solberg",
        "Chief financial officer",
        8,
        ["Sales fell by 12 per cent last year."],
    )
    assert [one.title for one in scenario.scenes.all()] == ["The board room", "The plant", "The decision"]
    assert set(scenario.scenes.all()[1].personas.all()) == {ingrid, jonas}
    assert asked_in(scenario.scenes.all()[2]) == [
        ("Jonas Berg", "What does Jonas Berg say?"),
        ("Jonas Berg", "Why did sales fall?"),
    ]
    outcomes = [one.text for one in scenario.learning_outcomes.all()]
    assert outcomes == ["Weigh growth against reserves.", "Justify a decision with figures."]
    assert all(one.image for one in scenario.scenes.all())


def test_every_request_about_a_case_says_that_it_is_about_this_case(
    document: Document, analyst: LoopbackOpenAI
) -> None:
    analyzed(document)
    bodies = [call.body for call in analyst.calls if "messages" in call.body]
    assert len({body["prompt_cache_key"] for body in bodies}) == 1
    assert bodies[0]["prompt_cache_key"].startswith("case:")
    # What never changes comes before what is about the case.
    assert all("Harbour Foods" not in body["messages"][0]["content"] for body in bodies)


def test_each_question_carries_what_was_found_before(document: Document, analyst: LoopbackOpenAI) -> None:
    analyzed(document)
    people, scenes, outcomes, *pictures = [call.body for call in analyst.calls]
    assert set(asked(people)) == {"case_study"}
    assert asked(scenes)["student_role"] == PEOPLE["student_role"]
    assert json.loads(asked(scenes)["people"])[0] == {
        "name": "Ingrid Solberg",
        "role": "Chief financial officer",
    }
    assert json.loads(asked(outcomes)["scenes"])[0] == {
        "title": "The board room",
        "user_goal": "Find out why sales fell.",
    }
    assert len(pictures) == PICTURES
    drawn = [json.loads(blocks(one["prompt"])["scene"]) for one in pictures]
    assert {"title", "caption", "people", "setting"} == set(drawn[0])
    assert sorted(one["title"] for one in drawn) == ["The board room", "The decision", "The plant"]


def asked(body: dict[str, Any]) -> dict[str, str]:
    return blocks(body["messages"][-1]["content"])


def test_progress_only_rises_and_each_stage_is_told_with_what_it_found(
    document: Document, analyst: LoopbackOpenAI
) -> None:
    analyzed(document)
    events = event_log(document.pk).read()
    states = [event.data for event in events if event.name == "state"]
    shown = [state["progress"] for state in states]
    assert shown == sorted(shown)
    assert (shown[0] >= 0, shown[-1]) == (True, 100)
    assert all(0 <= number < 100 for number in shown[:-1])
    stages = list(dict.fromkeys(state["stage"] for state in states))
    assert stages == ["reading", "people", "scenes", "outcomes", "images"]
    names = [event.name for event in events if event.name != "state"]
    assert names == ["people", "scenes", "outcomes", *["picture"] * PICTURES, "end"]
    people = next(event.data for event in events if event.name == "people")
    assert [one["name"] for one in people["people"]] == ["Ingrid Solberg", "Jonas Berg"]
    assert events[-1].last
    assert events[-1].data["status"] == "done"
    assert events[-1].data["scenario"] == Document.objects.get(pk=document.pk).scenario_id


def test_the_same_case_a_second_time_asks_nobody(
    document: Document, professor: User, other_professor: User, analyst: LoopbackOpenAI
) -> None:
    analyzed(document)
    calls = len(analyst.calls)
    again = analyzed(make_document(other_professor))
    assert len(analyst.calls) == calls == 3 + PICTURES
    assert again.status == "done"
    assert again.scenario_id != document.scenario_id
    assert all(one.image for one in Scene.objects.filter(scenario=again.scenario))


def test_every_answer_of_a_second_analysis_is_from_the_cache(
    document: Document, professor: User, analyst: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    structured, seen = ai.structured, []

    def watched(*args: Any, **kwargs: Any) -> Any:
        answer = structured(*args, **kwargs)
        seen.append(answer.from_cache)
        return answer

    monkeypatch.setattr(ai, "structured", watched)
    analyzed(document)
    analyzed(make_document(professor))
    assert seen == [False] * 3 + [True] * 3


def test_a_job_that_runs_twice_makes_one_scenario(document: Document, analyst: LoopbackOpenAI) -> None:
    analyzed(document)
    analyzed(document)
    assert Scenario.objects.count() == 1
    assert len(analyst.calls) == 3 + PICTURES


def test_a_job_for_a_document_that_is_gone_does_nothing() -> None:
    analyze_document.call(4711)


def test_the_students_own_role_is_no_persona(document: Document, provider_server: LoopbackOpenAI) -> None:
    cast = [*PEOPLE["personas"], person("astrid lie", "Chief executive")]
    provider_server.script(*whole_analysis(people={**PEOPLE, "personas": cast}))
    scenario = analyzed(document).scenario
    assert scenario is not None
    assert [one.name for one in scenario.personas.all()] == ["Ingrid Solberg", "Jonas Berg"]


def test_a_stranger_in_a_scene_is_asked_about_once_and_then_right(
    document: Document, provider_server: LoopbackOpenAI
) -> None:
    wrong = {"scenes": [scene("The plant", "Bob the Builder")]}
    people, scenes, outcomes = whole_analysis()
    provider_server.script(people, reply(wrong), scenes, outcomes)
    assert analyzed(document).status == "done"
    second_question = provider_server.bodies[2]["messages"][-1]["content"]
    assert "“Bob the Builder” is not in the list of people" in second_question


def test_a_stranger_in_a_scene_twice_is_a_failure_that_a_retry_can_mend(
    document: Document, provider_server: LoopbackOpenAI
) -> None:
    wrong = reply({"scenes": [scene("The plant", "Bob the Builder")]})
    people, scenes, outcomes = whole_analysis()
    provider_server.script(people, wrong, wrong)
    assert_failed_with(
        analyzed(document),
        "The AI’s draft of the scenes made no sense, even after a second try. Start the analysis again.",
    )
    Document.objects.filter(pk=document.pk).update(status="queued")
    provider_server.script(scenes, outcomes)
    assert analyzed(document).status == "done"


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (Reply(status=401), "key"),
        (Reply(status=500), "try again"),
        (Reply(finish_reason="length", text="{"), "too long"),
        (Reply(refusal="No.", text=""), "declined"),
    ],
)
def test_a_failing_provider_is_a_sentence_and_no_scenario(
    document: Document, provider_server: LoopbackOpenAI, refusal: Reply, sentence: str
) -> None:
    provider_server.always(refusal)
    analyzed(document)
    assert_failed_with(document, document.error)
    assert sentence in document.error
    assert "sk-" not in document.error
    assert event_log(document.pk).read()[-1].data["error"] == document.error


def test_a_failure_after_half_of_the_work_saves_nothing(
    document: Document, provider_server: LoopbackOpenAI, stored_files: Callable[[], list[Path]]
) -> None:
    provider_server.script(*whole_analysis()[:2], Reply(status=500))
    before = stored_files()
    analyzed(document)
    assert_failed_with(document, document.error)
    assert document.stage == "outcomes"
    assert stored_files() == before


def test_a_picture_that_fails_leaves_the_scene_without_one_and_says_so(
    document: Document, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(*whole_analysis(), Reply(status=500))
    scenario = analyzed(document).scenario
    assert scenario is not None
    assert document.status == "done"
    without = [one.title for one in scenario.scenes.all() if not one.image]
    assert len(without) == 1
    assert len(document.notes) == 1
    assert document.notes[0].startswith(f"There is no picture of the scene “{without[0]}”. ")
    pictures = [event.data for event in event_log(document.pk).read() if event.name == "picture"]
    assert sorted(one["drawn"] for one in pictures) == [False, True, True]


def test_a_picture_that_is_none_is_missing_too(document: Document, provider_server: LoopbackOpenAI) -> None:
    truncated = b"\x89PNG\r\n\x1a\n and no more"
    provider_server.script(*whole_analysis(), Reply(picture=truncated))
    analyzed(document)
    assert document.status == "done"
    assert "not a readable" in document.notes[0]


def test_each_picture_hangs_in_its_own_scene(
    document: Document, provider_server: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures come in any order: the first of three is late."""
    late = Reply(delay_seconds=0.3)
    provider_server.script(*whole_analysis(), late)
    monkeypatch.setattr("platform_app.analysis.pictures.normalised", lambda png: png)
    scenario = analyzed(document).scenario
    assert scenario is not None
    kept = [ai.image("scene_image", tasks.pictures.prompts.of_scene(draft)) for draft in drafted_scenes()]
    assert [Path(one.image.path).read_bytes() for one in scenario.scenes.all()] == kept
    assert len(set(kept)) == PICTURES


def drafted_scenes() -> list[Any]:
    schema = tasks.drafting.scenes_among(["Ingrid Solberg", "Jonas Berg"])
    return schema.model_validate(SCENES).scenes


def test_an_unreadable_document_fails_with_the_readers_sentence(professor: User) -> None:
    document = analyzed(make_document(professor, text="%PDF-1.7 and then nothing", filename="case.pdf"))
    assert_failed_with(document, document.error)
    assert "PDF" in document.error
    assert document.stage == "reading"


def test_redis_that_stops_in_the_midst_is_a_sentence(
    document: Document, analyst: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise CacheUnavailable("gone")

    monkeypatch.setattr(ai, "structured", gone)
    assert_failed_with(analyzed(document), NO_REDIS)


def test_a_failure_that_redis_cannot_announce_still_stands(
    document: Document, analyst: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise CacheUnavailable("gone")

    monkeypatch.setattr("caching.events.EventLog.append", gone)
    assert_failed_with(analyzed(document), NO_REDIS)


def test_a_fault_of_ours_is_told_without_its_details_and_logged_with_them(
    document: Document,
    analyst: LoopbackOpenAI,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError("secret details")

    monkeypatch.setattr(tasks, "create_from_draft", broken)
    with caplog.at_level(logging.ERROR):
        assert_failed_with(analyzed(document), OUR_FAULT)
    assert "ZeroDivisionError: secret details" in caplog.text


def test_pictures_of_a_scenario_that_could_not_be_saved_are_removed(
    document: Document,
    analyst: LoopbackOpenAI,
    monkeypatch: pytest.MonkeyPatch,
    stored_files: Callable[[], list[Path]],
) -> None:
    before = stored_files()

    def too_late(*args: Any, **kwargs: Any) -> None:
        assert len(stored_files()) == len(before) + PICTURES
        raise ZeroDivisionError

    monkeypatch.setattr(tasks.Run, "finish", too_late)
    assert_failed_with(analyzed(document), OUR_FAULT)
    assert stored_files() == before


def test_a_job_that_takes_too_long_says_so(
    document: Document, analyst: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any, **kwargs: Any) -> Any:
        raise JobTimeoutException("900 s")

    monkeypatch.setattr(tasks.drafting, "draft_scenes", slow)
    assert_failed_with(analyzed(document), TOO_SLOW)


def test_a_document_that_is_deleted_meanwhile_leaves_no_scenario(
    document: Document, analyst: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = tasks.pictures.draw

    def deleting(scenes: Any) -> Any:
        Document.objects.all().delete()
        return draw(scenes)

    monkeypatch.setattr(tasks.pictures, "draw", deleting)
    analyze_document.call(document.pk)
    assert not Scenario.objects.exists()


def test_a_run_that_was_given_up_on_does_not_write_over_the_next_one(
    document: Document, analyst: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*args: Any, **kwargs: Any) -> Any:
        Document.objects.filter(pk=document.pk).update(attempt=7, progress=38)
        raise ZeroDivisionError

    monkeypatch.setattr(tasks.drafting, "draft_outcomes", overtaken)
    analyzed(document)
    assert (document.status, document.progress, document.error) == ("running", 38, "")
