"""Changing a scenario and its parts: what is checked, what is locked, what students keep."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from platform_app.errors import Conflict, InvalidInput, NotFound
from platform_app.models import Message, Persona, Scenario, Scene, SceneProgress, Simulation, User
from platform_app.scenarios import actions, copying, parts
from platform_app.scenarios.editing import editing
from platform_app.scenarios.versions import overview_version, persona_version, scene_version
from tests.factories import SimulationFactory, make_scenario


def play(scene: Scene, who: User) -> Message:
    """Somebody has said something in this scene."""
    simulation = SimulationFactory.create(scenario=scene.scenario, student=who, current_scene=scene)
    SceneProgress.objects.create(simulation=simulation, scene=scene)
    persona = scene.personas.all()[0]
    return Message.objects.create(
        simulation=simulation,
        scene=scene,
        position=1,
        author="persona",
        persona=persona,
        persona_name=persona.name,
        text="Hm.",
    )


def faults(refusal: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [error.attr for error in refusal.value.errors]


class TestChecks:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "x" * 10_000),
            ("title", "nul\x00"),
            ("description", "half a \ud800 pair"),
            ("description", "x" * 20_001),
            ("difficulty", "impossible"),
            ("estimated_minutes", -5),
            ("estimated_minutes", 10**12),
            ("estimated_minutes", "soon"),
        ],
    )
    def test_an_overview_that_cannot_be_stored_is_refused(
        self, draft_scenario: Scenario, field: str, value: object
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            actions.update_scenario(draft_scenario, {field: value})

        assert faults(refusal) == [field]

    @pytest.mark.parametrize("limit", [0, -1, 51, 10**30, "many"])
    def test_a_turn_limit_is_between_1_and_50(self, draft_scenario: Scenario, limit: object) -> None:
        with pytest.raises(InvalidInput) as refusal:
            parts.add_scene(draft_scenario, {"title": "Hall", "turn_limit": limit})

        assert set(faults(refusal)) == {"turn_limit"}

    @pytest.mark.parametrize("value", [11, -1])
    def test_a_trait_is_between_0_and_10(self, draft_scenario: Scenario, value: int) -> None:
        with pytest.raises(InvalidInput) as refusal:
            parts.update_persona(draft_scenario.personas.all()[0], {"creative": value})

        assert faults(refusal) == ["creative"]

    @pytest.mark.parametrize("goals", ["one string", ["x" * 2001], [" "], [3], ["nul\x00"], ["x"] * 41])
    def test_goals_are_a_bounded_list_of_sentences(self, draft_scenario: Scenario, goals: object) -> None:
        with pytest.raises(InvalidInput) as refusal:
            parts.update_persona(draft_scenario.personas.all()[0], {"goals": goals})

        assert set(faults(refusal)) == {"goals"}

    @pytest.mark.parametrize(
        "criteria",
        [
            "text",
            [3],
            [{"name": "", "weight": 10}],
            [{"name": "A", "weight": 101}],
            [{"name": "A", "weight": -1}],
            [{"name": "A", "weight": True}],
            [{"name": "A", "weight": 1.5}],
            [{"name": "A", "weight": 10, "description": 5}],
            [{"name": "A", "weight": 50}, {"name": " a ", "weight": 50}],
            [{"name": str(n), "weight": 1} for n in range(13)],
        ],
    )
    def test_a_rubric_of_another_form_is_refused(self, draft_scenario: Scenario, criteria: object) -> None:
        with pytest.raises(InvalidInput):
            actions.set_rubric(draft_scenario, criteria)  # type: ignore[arg-type]

    def test_only_fields_of_the_overview_can_be_updated(
        self, draft_scenario: Scenario, other_professor: User
    ) -> None:
        with pytest.raises(TypeError):
            actions.update_scenario(draft_scenario, {"owner": other_professor})

    def test_two_personas_cannot_have_one_name(self, draft_scenario: Scenario) -> None:
        with pytest.raises(InvalidInput) as refusal:
            parts.add_persona(draft_scenario, {"name": "INGRID  solberg"})

        assert faults(refusal) == ["name"]

    def test_a_persona_may_keep_its_name(self, draft_scenario: Scenario) -> None:
        persona = draft_scenario.personas.all()[0]

        assert parts.update_persona(persona, {"name": persona.name, "role": "Chair"}).role == "Chair"

    def test_nobody_of_another_scenario_comes_into_a_scene(self, draft_scenario: Scenario) -> None:
        stranger = make_scenario(title="Another").personas.all()[0]

        with pytest.raises(InvalidInput) as refusal:
            parts.update_scene(draft_scenario.scenes.all()[0], {"personas": [stranger]})

        assert faults(refusal) == ["personas"]

    def test_a_refused_part_of_a_change_undoes_all_of_it(self, draft_scenario: Scenario) -> None:
        scene = draft_scenario.scenes.all()[0]
        with pytest.raises(InvalidInput):
            actions.change_scenario(
                draft_scenario, {"title": "New", "scenes": [{"id": scene.pk, "title": "New"}, {"title": ""}]}
            )

        draft_scenario.refresh_from_db()
        scene.refresh_from_db()
        assert (draft_scenario.title, scene.title) != ("New", "New")
        assert draft_scenario.title != "New"
        assert scene.title != "New"


class TestVersions:
    def test_an_overview_saved_on_top_of_a_newer_one_is_refused(self, draft_scenario: Scenario) -> None:
        seen = overview_version(draft_scenario)
        actions.update_scenario(draft_scenario, {"title": "From the first tab"}, seen=seen)

        with pytest.raises(Conflict):
            actions.update_scenario(draft_scenario, {"title": "From the second"}, seen=seen)

        draft_scenario.refresh_from_db()
        assert draft_scenario.title == "From the first tab"

    def test_saving_a_persona_does_not_spoil_an_open_overview(self, draft_scenario: Scenario) -> None:
        seen = overview_version(draft_scenario)
        parts.update_persona(draft_scenario.personas.all()[0], {"role": "Chair"})

        actions.update_scenario(draft_scenario, {"title": "Saved"}, seen=seen)

    def test_parts_saved_on_top_of_newer_ones_are_refused(self, draft_scenario: Scenario) -> None:
        persona, scene = draft_scenario.personas.all()[0], draft_scenario.scenes.all()[0]
        of_persona, of_scene = persona_version(persona), scene_version(scene)
        parts.update_persona(persona, {"goals": ["Another."]})
        parts.update_scene(scene, {"personas": [persona]})

        with pytest.raises(Conflict):
            parts.update_persona(persona, {"role": "Chair"}, seen=of_persona)
        with pytest.raises(Conflict):
            parts.update_scene(scene, {"title": "Hall"}, seen=of_scene)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_saves_at_the_same_moment_one_wins(self) -> None:
        scenario = make_scenario(published=False)
        seen = overview_version(scenario)
        start = Barrier(2)

        def save(title: str) -> str:
            start.wait()
            try:
                actions.update_scenario(scenario, {"title": title}, seen=seen)
            except Conflict:
                return "refused"
            finally:
                connection.close()
            return title

        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(save, ["left", "right"]))

        scenario.refresh_from_db()
        assert sorted(ends) == sorted([scenario.title, "refused"])

    def test_a_picture_prompt_does_not_spoil_an_open_scene(self, draft_scenario: Scenario) -> None:
        scene = draft_scenario.scenes.all()[0]
        seen = scene_version(scene)
        parts.update_scene(scene, {"image_prompt": "A harbour"})

        parts.update_scene(scene, {"title": "Hall"}, seen=seen)


class TestParts:
    def test_new_parts_come_last(self, draft_scenario: Scenario) -> None:
        parts.add_persona(draft_scenario, {"name": "Ada"})
        parts.add_scene(draft_scenario, {"title": "The end"})

        assert list(draft_scenario.personas.all())[-1].name == "Ada"
        assert list(draft_scenario.scenes.all())[-1].title == "The end"

    @pytest.mark.parametrize(
        ("start", "steps", "order"),
        [(0, 1, "BAC"), (0, -1, "ABC"), (2, -1, "ACB"), (2, 1, "ABC"), (0, 2, "BCA")],
    )
    def test_parts_move_as_far_as_the_list_goes(
        self, professor: User, start: int, steps: int, order: str
    ) -> None:
        scenario = actions.create_scenario(professor)
        scenes = [parts.add_scene(scenario, {"title": title}) for title in "ABC"]

        parts.move_scene(scenes[start], steps)

        assert "".join(scene.title for scene in scenario.scenes.all()) == order
        assert [scene.position for scene in scenario.scenes.all()] == [1, 2, 3]

    def test_a_deleted_persona_stays_in_what_students_were_told(
        self, draft_scenario: Scenario, student: User
    ) -> None:
        scene = draft_scenario.scenes.all()[0]
        message = play(scene, student)
        name = message.persona_name

        assert message.persona
        parts.delete_persona(message.persona)

        message.refresh_from_db()
        assert (message.persona, message.persona_name, message.text) == (None, name, "Hm.")

    def test_a_scene_that_students_have_played_cannot_be_deleted(
        self, draft_scenario: Scenario, student: User
    ) -> None:
        scene = draft_scenario.scenes.all()[0]
        message = play(scene, student)

        with pytest.raises(Conflict, match="Students have played"):
            parts.delete_scene(scene)

        assert Message.objects.filter(pk=message.pk).exists()

    def test_a_scene_that_only_its_owner_has_tried_can_be_deleted(
        self, draft_scenario: Scenario, professor: User
    ) -> None:
        scene = draft_scenario.scenes.all()[0]
        play(scene, professor)

        parts.delete_scene(scene)

        assert draft_scenario.scenes.count() == 1

    def test_a_part_that_is_gone_is_not_found(self, draft_scenario: Scenario) -> None:
        persona = draft_scenario.personas.all()[0]
        Persona.objects.filter(pk=persona.pk).delete()

        with pytest.raises(NotFound):
            parts.update_persona(persona, {"role": "Ghost"})
        with pytest.raises(NotFound):
            parts.move_persona(persona, 1)

    def test_every_change_dates_the_scenario(self, draft_scenario: Scenario) -> None:
        before = draft_scenario.updated_at
        parts.update_persona(draft_scenario.personas.all()[0], {"role": "Chair"})

        draft_scenario.refresh_from_db()
        assert draft_scenario.updated_at > before

    def test_a_change_of_a_deleted_scenario_is_not_found(self, draft_scenario: Scenario) -> None:
        Scenario.objects.filter(pk=draft_scenario.pk).delete()

        with pytest.raises(NotFound), editing(draft_scenario):
            pass


class TestDeletion:
    def test_a_scenario_nobody_has_played_is_deleted(self, draft_scenario: Scenario) -> None:
        assert actions.delete_scenario(draft_scenario) is actions.Removal.DELETED
        assert not Scenario.objects.exists()

    def test_a_published_one_too(self, published_scenario: Scenario) -> None:
        assert actions.delete_scenario(published_scenario) is actions.Removal.DELETED
        assert not Scenario.objects.exists()

    def test_a_scenario_that_students_have_played_is_archived(
        self, published_scenario: Scenario, student: User
    ) -> None:
        message = play(published_scenario.scenes.all()[0], student)

        assert actions.delete_scenario(published_scenario) is actions.Removal.ARCHIVED

        published_scenario.refresh_from_db()
        assert published_scenario.status == "archived"
        assert Message.objects.filter(pk=message.pk).exists()

    def test_the_owners_test_runs_go_with_the_scenario(
        self, published_scenario: Scenario, professor: User
    ) -> None:
        play(published_scenario.scenes.all()[0], professor)

        assert actions.delete_scenario(published_scenario) is actions.Removal.DELETED
        assert not Simulation.objects.exists()


class TestCopy:
    def test_a_copy_has_the_content_and_rows_of_its_own(self, published_scenario: Scenario) -> None:
        copy = copying.duplicate_scenario(published_scenario)

        assert (copy.status, copy.published_at, copy.owner) == ("draft", None, published_scenario.owner)
        assert copy.title == f"{published_scenario.title} (copy)"
        assert copy.case_text == published_scenario.case_text
        assert [p.name for p in copy.personas.all()] == [p.name for p in published_scenario.personas.all()]
        for scene, original in zip(copy.scenes.all(), published_scenario.scenes.all(), strict=True):
            assert scene.title == original.title
            assert {p.name for p in scene.personas.all()} == {p.name for p in original.personas.all()}
            assert all(p.scenario_id == copy.pk for p in scene.personas.all())
        actions.publish_scenario(copy)

    def test_changing_the_copy_leaves_the_original_alone(self, published_scenario: Scenario) -> None:
        copy = copying.duplicate_scenario(published_scenario)
        actions.set_rubric(copy, [{"name": "Other", "weight": 100}])
        parts.update_persona(copy.personas.all()[0], {"goals": ["Other."]})

        published_scenario.refresh_from_db()
        assert len(published_scenario.rubric) == 5
        assert published_scenario.personas.all()[0].goals == ["Keep 4 million in reserve."]

    def test_copies_of_a_long_title_fit(self, professor: User) -> None:
        scenario = make_scenario(owner=professor, title="x" * 200)

        assert len(copying.duplicate_scenario(scenario).title) == 200

    def test_copies_can_be_copied(self, published_scenario: Scenario) -> None:
        """The original platform's clone always failed."""
        again = copying.duplicate_scenario(copying.duplicate_scenario(published_scenario))

        assert again.title.endswith("(copy) (copy)")
