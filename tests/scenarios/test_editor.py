"""The editor: saving in place with htmx, by plain forms without, and what happens when something is wrong."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from platform_app.models import TRAITS, Message, Persona, Scenario, Scene, User
from platform_app.scenarios import actions, pictures, versions
from tests.factories import SimulationFactory, make_scenario
from tests.openings import ask_in, asked_in
from tests.scenarios.images import picture

ClientFor = Callable[[User], Client]

HTMX = {"HX-Request": "true"}
OVERVIEW = {
    "title": "New title",
    "description": "So far.",
    "challenge": "Decide.",
    "student_role": "Adviser",
    "industry": "",
    "difficulty": "advanced",
    "estimated_minutes": "30",
}
PERSONA = {
    "name": "Ada Lovelace",
    "role": "Analyst",
    "background": "She computes.",
    "goals": "Be right.\n\n  Be first. ",
    "knowledge": "",
    "communication_style": "",
    **dict.fromkeys(TRAITS, "7"),
}
SCENE = {
    "title": "The lab",
    "description": "You enter.",
    "user_goal": "Ask.",
    "success_criteria": "Asked.",
    "turn_limit": "9",
}


@pytest.fixture
def tab(professor: User, client_for: ClientFor) -> Client:
    return client_for(professor)


@pytest.fixture
def scenario(draft_scenario: Scenario) -> Scenario:
    return draft_scenario


@pytest.fixture
def persona(scenario: Scenario) -> Persona:
    persona: Persona = scenario.personas.all()[0]
    return persona


@pytest.fixture
def scene(scenario: Scenario) -> Scene:
    scene: Scene = scenario.scenes.all()[0]
    return scene


def text(response: Any) -> str:
    content: str = response.content.decode()
    return content


def save(tab: Client, url: str, data: dict[str, Any], *, htmx: bool = True) -> HttpResponse:
    return tab.post(url, data, headers=HTMX if htmx else {})  # type: ignore[return-value]


class TestOverview:
    def test_htmx_gets_the_saved_form_with_head_and_checklist(self, tab: Client, scenario: Scenario) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/", OVERVIEW)

        scenario.refresh_from_db()
        assert (scenario.title, scenario.difficulty, scenario.estimated_minutes) == (
            "New title",
            "advanced",
            30,
        )
        page = text(response)
        assert "<html" not in page
        assert "✓ Saved" in page
        assert page.count('hx-swap-oob="true"') == 2
        assert "<h1>New title</h1>" in page

    def test_a_plain_form_redirects(self, tab: Client, scenario: Scenario) -> None:
        response = tab.post(f"/scenarios/{scenario.pk}/edit/", OVERVIEW, follow=True)

        assert response.redirect_chain == [(f"/scenarios/{scenario.pk}/edit/", 302)]
        assert "Saved." in text(response)

    @pytest.mark.parametrize("htmx", [True, False])
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "x" * 10_000),
            ("title", "a\x00b"),
            ("description", "x" * 20_001),
            ("estimated_minutes", "-3"),
            ("estimated_minutes", "9" * 30),
            ("estimated_minutes", "soon"),
            ("difficulty", "absurd"),
        ],
    )
    def test_a_fault_stands_beside_its_field_and_what_was_typed_is_kept(
        self, tab: Client, scenario: Scenario, field: str, value: str, htmx: bool
    ) -> None:
        typed = {**OVERVIEW, "challenge": "Typed with care.", field: value}
        response = save(tab, f"/scenarios/{scenario.pk}/edit/", typed, htmx=htmx)

        assert response.status_code == 400
        assert f'id="id_{field}_error"' in text(response)
        assert "Typed with care." in text(response)
        assert ("<html" in text(response)) is not htmx
        before = scenario.title
        scenario.refresh_from_db()
        assert scenario.title == before

    def test_a_second_tab_does_not_overwrite_the_first(self, tab: Client, scenario: Scenario) -> None:
        url, seen = f"/scenarios/{scenario.pk}/edit/", versions.overview_version(scenario)
        save(tab, url, {**OVERVIEW, "version": seen})

        response = save(tab, url, {**OVERVIEW, "title": "Second tab", "version": seen})

        assert response.status_code == 409
        assert "changed in another window" in text(response)
        assert 'value="Second tab"' in text(response)
        scenario.refresh_from_db()
        assert scenario.title == "New title"

    def test_saving_again_after_that_is_a_decision(self, tab: Client, scenario: Scenario) -> None:
        url, seen = f"/scenarios/{scenario.pk}/edit/", versions.overview_version(scenario)
        save(tab, url, {**OVERVIEW, "version": seen})
        response = save(tab, url, {**OVERVIEW, "title": "Second tab", "version": seen})
        shown = text(response).split('name="version" value="')[1].split('"')[0]

        assert save(tab, url, {**OVERVIEW, "title": "Second tab", "version": shown}).status_code == 200

    def test_a_fault_is_no_way_around_the_other_tab(self, tab: Client, scenario: Scenario) -> None:
        url, seen = f"/scenarios/{scenario.pk}/edit/", versions.overview_version(scenario)
        save(tab, url, {**OVERVIEW, "version": seen})
        response = save(tab, url, {**OVERVIEW, "title": "", "version": seen})
        shown = text(response).split('name="version" value="')[1].split('"')[0]

        assert save(tab, url, {**OVERVIEW, "title": "Second tab", "version": shown}).status_code == 409

    def test_a_published_scenario_refuses_to_become_incomplete(
        self, tab: Client, published_scenario: Scenario
    ) -> None:
        response = save(tab, f"/scenarios/{published_scenario.pk}/edit/", {**OVERVIEW, "challenge": ""})

        assert response.status_code == 422
        assert "it has to stay complete" in text(response)
        assert "The scenario has no challenge" in text(response).split('id="id_challenge_error"')[1]
        published_scenario.refresh_from_db()
        assert published_scenario.challenge


class TestPersonas:
    def test_one_is_added_in_place(self, tab: Client, scenario: Scenario) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/personas/", PERSONA)

        ada = scenario.personas.get(name="Ada Lovelace")
        assert (ada.goals, ada.knowledge, ada.creative, ada.position) == (
            ["Be right.", "Be first."],
            [],
            7,
            3,
        )
        assert f'id="persona-{ada.pk}"' in text(response)
        assert 'id="persona-new"' in text(response)
        assert json.loads(response["HX-Trigger-After-Settle"]) == {"part-added": {"id": f"persona-{ada.pk}"}}

    def test_one_is_added_by_a_plain_form(self, tab: Client, scenario: Scenario) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/personas/", PERSONA, htmx=False)

        ada = scenario.personas.get(name="Ada Lovelace")
        assert response["Location"] == f"/scenarios/{scenario.pk}/edit/personas/#persona-{ada.pk}"

    def test_a_faulty_new_one_comes_back_in_the_place_of_its_form(
        self, tab: Client, scenario: Scenario
    ) -> None:
        response = save(
            tab, f"/scenarios/{scenario.pk}/edit/personas/", {**PERSONA, "name": "ingrid SOLBERG"}
        )

        assert response.status_code == 400
        assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#persona-new", "outerHTML")
        assert "Another persona of this scenario has this name." in text(response)
        assert "She computes." in text(response)

    def test_one_is_saved_in_place(self, tab: Client, persona: Persona) -> None:
        response = save(tab, f"/scenarios/personas/{persona.pk}/", PERSONA)

        persona.refresh_from_db()
        assert (persona.name, persona.analytical) == ("Ada Lovelace", 7)
        assert "<details open>" in text(response)

    @pytest.mark.parametrize("htmx", [True, False])
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 121),
            ("role", "x\x00"),
            ("creative", "11"),
            ("creative", "-1"),
            ("creative", "very"),
            ("goals", "x" * 2001),
            ("knowledge", "x\n" * 41),
        ],
    )
    def test_a_fault_stands_beside_its_field(
        self, tab: Client, persona: Persona, field: str, value: str, htmx: bool
    ) -> None:
        response = save(tab, f"/scenarios/personas/{persona.pk}/", {**PERSONA, field: value}, htmx=htmx)

        assert response.status_code == 400
        assert f'id="persona-{persona.pk}-{field}_error"' in text(response)
        assert "She computes." in text(response)

    def test_two_tabs(self, tab: Client, persona: Persona) -> None:
        seen = versions.persona_version(persona)
        save(tab, f"/scenarios/personas/{persona.pk}/", {**PERSONA, "version": seen})

        response = save(
            tab, f"/scenarios/personas/{persona.pk}/", {**PERSONA, "role": "Second", "version": seen}
        )
        assert response.status_code == 409
        assert 'value="Second"' in text(response)

    def test_a_persona_of_a_published_scenario_keeps_its_goals(
        self, tab: Client, published_scenario: Scenario
    ) -> None:
        persona = published_scenario.personas.all()[0]
        response = save(tab, f"/scenarios/personas/{persona.pk}/", {**PERSONA, "goals": ""})

        assert response.status_code == 422
        assert "it has to stay complete" in text(response)
        assert f'id="persona-{persona.pk}-goals_error"' in text(response)

    def test_moving_tells_the_browser_to_move_the_card(
        self, tab: Client, scenario: Scenario, persona: Persona
    ) -> None:
        response = save(tab, f"/scenarios/personas/{persona.pk}/move/", {"direction": "down"})

        assert [each.pk for each in scenario.personas.all()][1] == persona.pk
        assert response.status_code == 204
        assert json.loads(response["HX-Trigger"]) == {
            "part-moved": {"id": f"persona-{persona.pk}", "steps": 1}
        }

    def test_moving_by_a_plain_form_redirects(self, tab: Client, persona: Persona) -> None:
        response = save(tab, f"/scenarios/personas/{persona.pk}/move/", {"direction": "down"}, htmx=False)

        assert response["Location"].endswith(f"/edit/personas/#persona-{persona.pk}")

    def test_deleting_in_place_leaves_nothing_but_the_checklist(self, tab: Client, persona: Persona) -> None:
        response = save(tab, f"/scenarios/personas/{persona.pk}/delete/", {})

        assert not Persona.objects.filter(pk=persona.pk).exists()
        assert 'class="card part"' not in text(response)
        assert 'id="editor-side"' in text(response)

    def test_deleting_without_javascript_asks_on_a_page(self, tab: Client, persona: Persona) -> None:
        url = f"/scenarios/personas/{persona.pk}/delete/"

        assert "This cannot be undone" in text(tab.get(url))
        assert Persona.objects.filter(pk=persona.pk).exists()
        assert tab.post(url)["Location"].endswith("/edit/personas/")


class TestScenes:
    def test_one_is_added_with_those_present(self, tab: Client, scenario: Scenario, persona: Persona) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/scenes/", {**SCENE, "personas": [persona.pk]})

        lab = scenario.scenes.get(title="The lab")
        assert (lab.turn_limit, list(lab.personas.all())) == (9, [persona])
        assert f'id="scene-{lab.pk}"' in text(response)

    def test_one_is_saved_and_keeps_its_picture_prompt(self, tab: Client, scene: Scene) -> None:
        Scene.objects.filter(pk=scene.pk).update(image_prompt="A harbour")
        response = save(tab, f"/scenarios/scenes/{scene.pk}/", SCENE)

        scene.refresh_from_db()
        assert (scene.title, scene.image_prompt) == ("The lab", "A harbour")
        assert not scene.personas.exists()
        assert "Nobody is present" in text(response)

    def test_opening_questions_are_typed_one_a_line_beside_each_person(
        self, tab: Client, scenario: Scenario, scene: Scene, persona: Persona
    ) -> None:
        other = scenario.personas.exclude(pk=persona.pk).get()
        typed = {f"questions_{persona.pk}": "Why did sales fall?\r\n\r\n How much is left? "}
        gone = {f"questions_{other.pk}": "To somebody who is not in it?"}
        response = save(
            tab, f"/scenarios/scenes/{scene.pk}/", {**SCENE, "personas": [persona.pk], **typed, **gone}
        )

        assert asked_in(scene) == [
            (persona.name, "Why did sales fall?"),
            (persona.name, "How much is left?"),
        ]
        assert "Why did sales fall?\nHow much is left?</textarea>" in text(response)
        assert "somebody who is not in it" not in text(response)

    def test_a_fault_stands_beside_its_persons_questions(
        self, tab: Client, scene: Scene, persona: Persona
    ) -> None:
        typed = {f"questions_{persona.pk}": "What does @Jonas say?"}
        response = save(tab, f"/scenarios/scenes/{scene.pk}/", {**SCENE, "personas": [persona.pk], **typed})

        assert response.status_code == 400
        assert f'id="scene-{scene.pk}-questions_{persona.pk}_error"' in text(response)
        assert asked_in(scene) == []

    def test_two_tabs_on_the_questions(self, tab: Client, scene: Scene, persona: Persona) -> None:
        seen = versions.scene_version(scene)
        ask_in(scene, (persona, "From the other tab?"))
        response = save(tab, f"/scenarios/scenes/{scene.pk}/", {**SCENE, "version": seen})

        assert response.status_code == 409
        assert asked_in(scene) == [(persona.name, "From the other tab?")]

    @pytest.mark.parametrize("htmx", [True, False])
    @pytest.mark.parametrize("limit", ["0", "-5", "51", "9" * 40, "", "many"])
    def test_the_turn_limit_is_checked(self, tab: Client, scene: Scene, limit: str, htmx: bool) -> None:
        response = save(tab, f"/scenarios/scenes/{scene.pk}/", {**SCENE, "turn_limit": limit}, htmx=htmx)

        assert response.status_code == 400
        assert f'id="scene-{scene.pk}-turn_limit_error"' in text(response)

    def test_nobody_of_another_scenario_is_let_in(self, tab: Client, scene: Scene, professor: User) -> None:
        stranger = make_scenario(owner=professor).personas.all()[0]
        for choice in (stranger.pk, 9 * 10**30, "x", -1):
            response = save(tab, f"/scenarios/scenes/{scene.pk}/", {**SCENE, "personas": [choice]})
            assert response.status_code == 400

        assert stranger not in scene.personas.all()

    def test_a_scene_that_students_have_played_stays_and_the_page_too(
        self, tab: Client, scene: Scene, student: User
    ) -> None:
        simulation = SimulationFactory.create(scenario=scene.scenario, student=student)
        Message.objects.create(simulation=simulation, scene=scene, position=1, author="student", text="Hello")

        response = save(tab, f"/scenarios/scenes/{scene.pk}/delete/", {})
        assert response.status_code == 409
        assert response["HX-Retarget"] == "#editor-notice"
        assert "Students have played" in text(response)
        assert tab.post(f"/scenarios/scenes/{scene.pk}/delete/").status_code == 409

    def test_moving(self, tab: Client, scenario: Scenario, scene: Scene) -> None:
        save(tab, f"/scenarios/scenes/{scene.pk}/move/", {"direction": "down"})
        save(tab, f"/scenarios/scenes/{scene.pk}/move/", {"direction": "up"})

        assert scenario.scenes.all()[0] == scene


class TestPictures:
    def upload(self, tab: Client, scene: Scene, content: bytes, *, htmx: bool = True) -> HttpResponse:
        file = SimpleUploadedFile("mine.png", content, content_type="image/png")
        return save(tab, f"/scenarios/scenes/{scene.pk}/picture/", {"picture": file}, htmx=htmx)

    def test_an_own_picture_is_shown_at_once(self, tab: Client, scene: Scene) -> None:
        response = self.upload(tab, scene, picture())

        scene.refresh_from_db()
        assert pictures.scene_image_url(scene) in text(response)

    def test_without_javascript_too(self, tab: Client, scene: Scene) -> None:
        assert self.upload(tab, scene, picture(), htmx=False)["Location"].endswith(f"#scene-{scene.pk}")

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [(b"", "empty"), (b"text", "not a readable"), (b"\0" * (5 * 2**20 + 1), "larger than 5 MB")],
        ids=["empty", "text", "large"],
    )
    def test_a_file_that_is_no_picture_is_refused_in_words(
        self, tab: Client, scene: Scene, content: bytes, sentence: str
    ) -> None:
        response = self.upload(tab, scene, content)
        assert response.status_code == 400
        assert sentence in text(response)

        self.upload(tab, scene, content, htmx=False)
        assert sentence in text(tab.get(f"/scenarios/{scene.scenario_id}/edit/scenes/"))

    def test_no_file_at_all(self, tab: Client, scene: Scene) -> None:
        response = save(tab, f"/scenarios/scenes/{scene.pk}/picture/", {})

        assert "Choose a picture first" in text(response)

    def test_removing(self, tab: Client, scene: Scene) -> None:
        self.upload(tab, scene, picture())
        response = save(tab, f"/scenarios/scenes/{scene.pk}/picture/remove/", {})

        scene.refresh_from_db()
        assert not scene.image
        assert "No picture yet" in text(response)


class TestOutcomes:
    def test_one_a_line(self, tab: Client, scenario: Scenario) -> None:
        save(
            tab,
            f"/scenarios/{scenario.pk}/edit/outcomes/",
            {"learning_outcomes": "Weigh.\r\n\r\n  Decide.  "},
        )

        assert [each.text for each in scenario.learning_outcomes.all()] == ["Weigh.", "Decide."]

    @pytest.mark.parametrize("lines", ["x" * 501, "x\n" * 41, "a\x00"])
    def test_lines_are_bounded(self, tab: Client, scenario: Scenario, lines: str) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/outcomes/", {"learning_outcomes": lines})

        assert response.status_code == 400
        assert scenario.learning_outcomes.count() == 1

    def test_two_tabs(self, tab: Client, scenario: Scenario) -> None:
        url, seen = f"/scenarios/{scenario.pk}/edit/outcomes/", versions.outcomes_version(scenario)
        save(tab, url, {"learning_outcomes": "First", "version": seen})

        assert save(tab, url, {"learning_outcomes": "Second", "version": seen}).status_code == 409


class TestRubric:
    def rows(self, *rows: tuple[str, object, str], **more: str) -> dict[str, Any]:
        data: dict[str, Any] = {"criteria-TOTAL_FORMS": len(rows), "criteria-INITIAL_FORMS": 0, **more}
        for number, (name, weight, description) in enumerate(rows):
            values = {"name": name, "weight": weight, "description": description}
            data |= {f"criteria-{number}-{field}": value for field, value in values.items()}
        return data

    def test_criteria_are_replaced_blank_rows_left_out_and_marked_ones_removed(
        self, tab: Client, scenario: Scenario
    ) -> None:
        rows = self.rows(("Clarity", 60, ""), ("Old", 10, ""), ("Courage", 40, "Dares."), ("", "", ""))
        response = save(tab, f"/scenarios/{scenario.pk}/edit/rubric/", {**rows, "criteria-1-DELETE": "on"})

        scenario.refresh_from_db()
        assert response.status_code == 200
        assert scenario.rubric == [
            {"name": "Clarity", "weight": 60, "description": ""},
            {"name": "Courage", "weight": 40, "description": "Dares."},
        ]

    def test_an_unchanged_rubric_can_be_saved(self, tab: Client, scenario: Scenario) -> None:
        before = scenario.rubric
        rows = self.rows(*((row["name"], row["weight"], row["description"]) for row in before))
        save(tab, f"/scenarios/{scenario.pk}/edit/rubric/", {**rows, "criteria-INITIAL_FORMS": len(before)})

        scenario.refresh_from_db()
        assert scenario.rubric == before

    def test_weights_that_do_not_add_up_are_kept_in_a_draft_and_named(
        self, tab: Client, scenario: Scenario
    ) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/rubric/", self.rows(("Clarity", 60, "")))

        assert response.status_code == 200
        assert "add up to 60 per cent" in text(response)

    def test_but_not_in_a_published_scenario(self, tab: Client, published_scenario: Scenario) -> None:
        response = save(
            tab, f"/scenarios/{published_scenario.pk}/edit/rubric/", self.rows(("Clarity", 60, ""))
        )

        assert response.status_code == 422
        assert "add up to 60 per cent" in text(response)
        published_scenario.refresh_from_db()
        assert len(published_scenario.rubric) == 5

    @pytest.mark.parametrize(
        "row",
        [
            ("", 10, "x"),
            ("A", -1, ""),
            ("A", 101, ""),
            ("A", "", ""),
            ("A", "9" * 40, ""),
            ("x" * 121, 1, ""),
            ("A\x00", 1, ""),
        ],
    )
    @pytest.mark.parametrize("htmx", [True, False])
    def test_a_faulty_row_is_shown(
        self, tab: Client, scenario: Scenario, row: tuple[str, object, str], htmx: bool
    ) -> None:
        response = save(tab, f"/scenarios/{scenario.pk}/edit/rubric/", self.rows(row), htmx=htmx)

        assert response.status_code == 400
        assert 'class="errors"' in text(response)

    def test_twins_are_refused(self, tab: Client, scenario: Scenario) -> None:
        rows = self.rows(("Clarity", 50, ""), ("clarity", 50, ""))

        assert "same name" in text(save(tab, f"/scenarios/{scenario.pk}/edit/rubric/", rows))

    @pytest.mark.parametrize("total", ["", "x", "100000"])
    def test_a_forged_form_is_bad_input(self, tab: Client, scenario: Scenario, total: str) -> None:
        data = {"criteria-TOTAL_FORMS": total, "criteria-INITIAL_FORMS": "0"}

        assert save(tab, f"/scenarios/{scenario.pk}/edit/rubric/", data).status_code == 400


def test_the_checklist_leads_to_each_gap(
    tab: Client, scenario: Scenario, persona: Persona, scene: Scene
) -> None:
    actions.update_scenario(scenario, {"challenge": ""})
    Persona.objects.filter(pk=persona.pk).update(goals=[])
    Scene.objects.filter(pk=scene.pk).update(user_goal="")

    page = text(tab.get(f"/scenarios/{scenario.pk}/edit/publish/"))
    for url in (
        f"/scenarios/{scenario.pk}/edit/#id_challenge",
        f"/scenarios/{scenario.pk}/edit/personas/#persona-{persona.pk}",
        f"/scenarios/{scenario.pk}/edit/scenes/#scene-{scene.pk}",
    ):
        assert f'href="{url}"' in page
    assert "3 things missing" in page
    assert "disabled" in page


def test_somebody_who_is_signed_out_is_led_to_the_sign_in(scenario: Scenario) -> None:
    response = Client().post(f"/scenarios/{scenario.pk}/edit/", OVERVIEW, headers=HTMX)

    assert response.status_code == 302
