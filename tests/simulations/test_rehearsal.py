"""What was asked for beforehand costs the student no call: every opening turn of a published scenario."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from io import StringIO

import pytest
import redis
from django.core.management import CommandError, call_command

from caching import stats
from caching.models import AuditEntry, Operation, Outcome, Way
from platform_app.models import Persona, Scenario, Scene, Simulation, User
from platform_app.scenarios import parts
from platform_app.scenarios.actions import publish_scenario, unpublish_scenario
from platform_app.simulations import actions
from platform_app.simulations.prompter import Found
from platform_app.simulations.rehearsal import count_steps, rehearse
from tests.loopback_openai import Reply
from tests.openings import ask_in
from tests.simulations.conftest import Troupe

WHY = "Why did sales fall?"
LINE = "How full is the line?"
# Two greetings; two questions, before and after the greeting, each with a check.
ALL = 2 + 2 * 2 * 2


@pytest.fixture
def ingrid(published_scenario: Scenario) -> Persona:
    return published_scenario.personas.all()[0]


@pytest.fixture
def jonas(published_scenario: Scenario) -> Persona:
    return published_scenario.personas.all()[1]


@pytest.fixture
def first_scene(published_scenario: Scenario, ingrid: Persona, jonas: Persona) -> Scene:
    """With a question to each of the two; the second scene has none."""
    scene: Scene = published_scenario.scenes.all()[0]
    ask_in(scene, (ingrid, WHY), (jonas, LINE))
    return scene


@pytest.fixture
def scenario(published_scenario: Scenario, first_scene: Scene) -> Scenario:
    return published_scenario


def rehearsed(scenario: Scenario, *, dry_run: bool = False) -> Counter[Found]:
    return Counter(step.found for step in rehearse(Scenario.objects.get(pk=scenario.pk), dry_run=dry_run))


def warm(scenario_id: int, *options: str) -> str:
    out = StringIO()
    call_command("cache_warm", f"--scenario={scenario_id}", *options, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("begins", [False, True], ids=["at once", "after the greeting"])
@pytest.mark.parametrize("number", [0, 1])
def test_afterwards_a_students_click_makes_no_call(
    scenario: Scenario, troupe: Troupe, student: User, begins: bool, number: int
) -> None:
    rehearsed(scenario)
    calls = len(troupe.bodies)
    simulation, _ = actions.start_or_resume(student, scenario.pk)
    if begins:
        actions.say(simulation.pk, "begin").play()
    persona, question = [*scenario.personas.all()][number], [WHY, LINE][number]
    turn = actions.say(simulation.pk, question, persona=str(persona.pk)).play()

    assert len(troupe.bodies) == calls == ALL
    assert turn["messages"][-1]["persona"] == persona.pk
    assert turn["state"]["goal"]["is_current"]


def test_the_second_scene_too(
    scenario: Scenario, troupe: Troupe, simulation: Simulation, ingrid: Persona
) -> None:
    ask_in(scenario.scenes.all()[1], (ingrid, WHY))
    rehearsed(scenario)
    calls = len(troupe.bodies)
    actions.submit_scene(simulation.pk).play()
    for text in ("begin", WHY):
        actions.say(simulation.pk, text).play()
    assert len(troupe.bodies) == calls


@pytest.mark.usefixtures("troupe")
def test_everything_is_asked_once(scenario: Scenario, troupe: Troupe) -> None:
    assert rehearsed(scenario) == {Found.ASKED: ALL}
    assert rehearsed(scenario) == {Found.KEPT: ALL}
    assert count_steps(scenario) == len(troupe.bodies) == ALL


def test_after_an_edit_only_what_changed_is_asked(
    scenario: Scenario, troupe: Troupe, first_scene: Scene, ingrid: Persona
) -> None:
    rehearsed(scenario)
    ask_in(first_scene, (ingrid, WHY), (ingrid, "What is in reserve?"))
    assert rehearsed(scenario) == {Found.KEPT: 2 + 4, Found.ASKED: 4}
    parts.update_scene(first_scene, {"title": "The large board room"})
    # The other scene has kept its greeting.
    assert rehearsed(scenario) == {Found.KEPT: 1, Found.ASKED: ALL - 1}


def test_a_dry_run_calls_nobody_and_tells_what_is_missing(scenario: Scenario, troupe: Troupe) -> None:
    assert rehearsed(scenario, dry_run=True) == {Found.MISSING: ALL}
    assert troupe.bodies == []
    rehearsed(scenario)
    assert rehearsed(scenario, dry_run=True) == {Found.KEPT: ALL}


def test_what_fails_is_told_and_the_rest_goes_on(scenario: Scenario, troupe: Troupe) -> None:
    troupe.answers.append(Reply(status=400))  # the greeting of the first scene, and so what comes after it
    assert rehearsed(scenario) == {Found.FAILED: 1, Found.ASKED: 1 + 4}
    assert rehearsed(scenario) == {Found.KEPT: 5, Found.ASKED: 5}


@pytest.mark.usefixtures("troupe")
def test_an_empty_scene_needs_nothing(scenario: Scenario, first_scene: Scene) -> None:
    first_scene.personas.clear()
    assert rehearsed(scenario) == {Found.ASKED: 1}


def test_what_answers_an_opening_turn_lives_for_a_week_and_later_answers_as_long_as_others(
    scenario: Scenario,
    simulation: Simulation,
    troupe: Troupe,
    redis_server: redis.Redis,
    redis_key_prefix: str,
) -> None:
    def lives() -> dict[bytes, float]:
        keys = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
        return {key: redis_server.ttl(key) / 86_400 for key in keys}

    rehearsed(scenario)
    opening = lives()
    assert len(opening) == ALL
    assert all(days == pytest.approx(7, rel=0.11) for days in opening.values())
    for text in (WHY, "And what do you make of it?"):
        actions.say(simulation.pk, text).play()
    later = {key: days for key, days in lives().items() if key not in opening}
    assert len(later) == 2
    assert all(days < 1 for days in later.values())


@pytest.mark.usefixtures("troupe")
def test_a_rehearsal_counts_as_no_saving(scenario: Scenario) -> None:
    rehearsed(scenario)
    before = stats.counts("ai_chat")
    assert rehearsed(scenario) == rehearsed(scenario, dry_run=True) == {Found.KEPT: ALL}
    assert stats.counts("ai_chat") == before


class TestCommand:
    def test_it_says_what_it_did(self, scenario: Scenario, troupe: Troupe) -> None:
        first, second = warm(scenario.pk), warm(scenario.pk)
        assert f"“The board room”: Ingrid Solberg answers “{WHY}”, after the greeting" in first
        assert first.endswith(f"0 answers had been there, {ALL} asked for, 0 failed.\n")
        assert second == f"“{scenario}”: {ALL} answers had been there, 0 asked for, 0 failed.\n"

    def test_a_dry_run_lists_the_calls(self, scenario: Scenario, troupe: Troupe) -> None:
        told = warm(scenario.pk, "--dry-run")
        assert told.count("missing ") == ALL
        assert told.endswith(f"would take {ALL} calls; 0 answers are there already.\n")
        assert troupe.bodies == []

    def test_it_ends_with_an_error_if_something_failed(self, scenario: Scenario, troupe: Troupe) -> None:
        troupe.verdicts.append(Reply(status=400))
        with pytest.raises(CommandError, match="1 answer could not be had") as failed:
            warm(scenario.pk)
        assert failed.value.returncode == 1

    def test_as_json(self, scenario: Scenario, troupe: Troupe) -> None:
        told = json.loads(warm(scenario.pk, "--json"))
        assert told == {
            "dry_run": False,
            "scenario": scenario.pk,
            "title": scenario.title,
            "complete": True,
            "answers": {"kept": 0, "asked": ALL, "missing": 0, "failed": 0},
            "failures": [],
        }

    def test_a_dry_run_as_json(self, scenario: Scenario, troupe: Troupe) -> None:
        told = json.loads(warm(scenario.pk, "--dry-run", "--json"))
        assert (told["dry_run"], told["answers"]["missing"]) == (True, ALL)

    def test_what_failed_is_named_in_the_json_as_well(self, scenario: Scenario, troupe: Troupe) -> None:
        troupe.answers.append(Reply(status=400))
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("cache_warm", f"--scenario={scenario.pk}", "--json", stdout=out)
        told = json.loads(out.getvalue())
        assert (told["complete"], told["answers"]["failed"]) == (True, 1)
        (failure,) = told["failures"]
        assert failure["what"] == "“The board room”: Ingrid Solberg opens the scene"
        assert failure["why"]

    def test_it_is_written_down_but_for_a_dry_run(self, scenario: Scenario, troupe: Troupe) -> None:
        warm(scenario.pk, "--dry-run")
        assert not AuditEntry.objects.exists()
        warm(scenario.pk)
        line = AuditEntry.objects.get()
        assert (line.operation, line.target) == (Operation.WARM, f"scenario {scenario.pk}")
        assert (line.outcome, line.way, line.affected) == (Outcome.DONE, Way.COMMAND, ALL)

    def test_an_unknown_scenario_is_refused(self, db: None) -> None:
        with pytest.raises(CommandError, match="There is no scenario 4711") as refused:
            warm(4711)
        assert refused.value.returncode == 2

    def test_a_draft_is_refused(self, draft_scenario: Scenario) -> None:
        with pytest.raises(CommandError, match="is not published") as refused:
            warm(draft_scenario.pk)
        assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
class TestPublishing:
    def test_the_worker_rehearses_what_is_published(
        self, scenario: Scenario, troupe: Troupe, work_off_queue: Callable[[], None]
    ) -> None:
        publish_scenario(scenario)
        assert troupe.bodies == []
        work_off_queue()
        assert len(troupe.bodies) == ALL

    def test_not_what_has_been_withdrawn_meanwhile(
        self, scenario: Scenario, troupe: Troupe, work_off_queue: Callable[[], None]
    ) -> None:
        publish_scenario(scenario)
        unpublish_scenario(scenario)
        work_off_queue()
        assert troupe.bodies == []

    def test_what_fails_is_for_the_log(
        self,
        scenario: Scenario,
        troupe: Troupe,
        work_off_queue: Callable[[], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        troupe.verdicts.append(Reply(status=400))
        publish_scenario(scenario)
        work_off_queue()
        assert "Not prepared for scenario" in caplog.text
        assert len(troupe.bodies) == ALL
