"""What a page was shown is a copy, maybe an old one: an action changes what it was told to, and nothing else, on the state
that the database has.
"""

from __future__ import annotations

import pytest

from platform_app.errors import NotFound
from platform_app.models import Scenario, User
from platform_app.scenarios import actions, copying, parts, pictures, selectors
from tests.scenarios.images import picture

pytestmark = pytest.mark.django_db(transaction=True)

RUBRIC = [{"name": "Figures", "weight": 100, "description": ""}]


@pytest.fixture
def old(draft_scenario: Scenario, professor: User) -> Scenario:
    """As it was when it had been read; its title, a persona and a scene are others by now."""
    selectors.get_own_scenario(professor, draft_scenario.pk)
    old = selectors.get_own_scenario(professor, draft_scenario.pk)
    persona, scene = old.personas.all()[0], old.scenes.all()[0]
    actions.update_scenario(draft_scenario, {"title": "Newer"})
    parts.update_persona(draft_scenario.personas.get(pk=persona.pk), {"name": "Newer Name"})
    parts.update_scene(draft_scenario.scenes.get(pk=scene.pk), {"title": "Newer Scene", "personas": []})
    return old


def now(old: Scenario, professor: User) -> tuple[str, str, str, list[str]]:
    scenario = selectors.get_own_scenario(professor, old.pk)
    persona, scene = scenario.personas.all()[0], scenario.scenes.all()[0]
    return scenario.title, persona.name, scene.title, [one.name for one in scene.personas.all()]


NEWER = ("Newer", "Newer Name", "Newer Scene", [])


def test_a_copy_that_somebody_holds_stays_as_it_was(old: Scenario, professor: User) -> None:
    assert old.title != "Newer"
    assert now(old, professor) == NEWER


def test_changes_of_an_old_copy_write_no_old_values_back(old: Scenario, professor: User) -> None:
    persona, scene = old.personas.all()[0], old.scenes.all()[0]
    actions.update_scenario(old, {"industry": "Salt"})
    actions.set_rubric(old, RUBRIC)
    parts.set_learning_outcomes(old, ["Weigh salt."])
    parts.update_persona(persona, {"role": "Analyst"})
    parts.update_scene(scene, {"turn_limit": 9})
    parts.move_persona(persona, 0)
    parts.move_scene(scene, 0)
    pictures.set_picture(scene, picture())
    pictures.remove_picture(scene)
    actions.archive_scenario(old)
    actions.unpublish_scenario(old)

    assert now(old, professor) == NEWER
    fresh = selectors.get_own_scenario(professor, old.pk)
    assert (fresh.industry, fresh.rubric, fresh.scenes.all()[0].turn_limit) == ("Salt", RUBRIC, 9)


def test_publishing_judges_the_scenario_as_it_is(old: Scenario, professor: User) -> None:
    parts.delete_persona(old.personas.all()[1])
    parts.update_scene(old.scenes.all()[0], {"personas": [old.personas.all()[0]]})
    actions.publish_scenario(old)
    assert now(old, professor) == ("Newer", "Newer Name", "Newer Scene", ["Newer Name"])
    assert selectors.get_own_scenario(professor, old.pk).is_published


def test_a_copy_is_made_of_the_scenario_as_it_is(old: Scenario, professor: User) -> None:
    twin = copying.duplicate_scenario(old)
    assert now(twin, professor) == ("Newer (copy)", "Newer Name", "Newer Scene", [])
    assert twin.case_text == Scenario.objects.get(pk=old.pk).case_text


def test_nothing_is_made_of_a_scenario_that_is_gone(old: Scenario) -> None:
    actions.delete_scenario(old)
    for change in (copying.duplicate_scenario, actions.publish_scenario, actions.delete_scenario):
        with pytest.raises(NotFound):
            change(old)
    assert not Scenario.objects.exists()


def test_what_one_reader_does_to_his_copy_no_other_reader_sees(
    draft_scenario: Scenario, professor: User
) -> None:
    for _ in range(3):
        scenario = selectors.get_own_scenario(professor, draft_scenario.pk)
        assert scenario.title == draft_scenario.title
        assert [len(scene.personas.all()) for scene in scenario.scenes.all()] == [2, 2]
        scenario.title = "Scribbled"
        scenario.rubric.clear()
        scenario.scenes.all()[0].personas.all()._result_cache.clear()
