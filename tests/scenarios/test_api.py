"""Scenarios over the API: the same rules as the pages, errors as problem+json."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from platform_app.models import Message, Persona, Scenario, Scene, User
from platform_app.scenarios import actions, pictures
from tests.factories import SimulationFactory, make_scenario
from tests.openings import ask_in
from tests.scenarios.images import picture

APIFor = Callable[[User], APIClient]


@pytest.fixture
def api(professor: User, api_for: APIFor) -> APIClient:
    """The owner's client."""
    return api_for(professor)


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    return body


def at_fault(response: Any, status: int = 400) -> set[str]:
    return {error["attr"] for error in problem(response, status)["errors"]}


def url(scenario: Scenario, more: str = "") -> str:
    return f"/api/scenarios/{scenario.pk}/{more}"


class TestList:
    def test_everybody_sees_published_ones_and_the_owner_his_drafts(
        self,
        published_scenario: Scenario,
        draft_scenario: Scenario,
        api: APIClient,
        student: User,
        api_for: APIFor,
    ) -> None:
        both = {published_scenario.pk, draft_scenario.pk}

        assert {each["id"] for each in api.get("/api/scenarios/").json()["results"]} == both
        [only] = api_for(student).get("/api/scenarios/").json()["results"]
        assert (only["id"], only["owner"], only["scene_count"]) == (
            published_scenario.pk,
            "Paula Professor",
            2,
        )

    def test_the_list_is_paged(self, api: APIClient, professor: User) -> None:
        for _ in range(23):
            make_scenario(owner=professor)
        first = api.get("/api/scenarios/?search=harbour").json()
        second = api.get(first["next"]).json()

        assert (first["count"], len(first["results"]), len(second["results"])) == (23, 20, 3)
        assert (first["previous"], second["next"]) == (None, None)
        assert second["previous"].endswith("/api/scenarios/?search=harbour")
        problem(api.get("/api/scenarios/?page=3"), 404)

    def test_filters(self, api: APIClient, professor: User, other_professor: User) -> None:
        make_scenario(owner=professor, title="Mine", published=False)
        make_scenario(owner=other_professor, title="Theirs")

        def titles(query: str) -> set[str]:
            return {each["title"] for each in api.get(f"/api/scenarios/?{query}").json()["results"]}

        assert titles("mine=true") == titles("mine=1") == titles("status=draft") == {"Mine"}
        assert titles("status=published") == titles("search=THEIRS") == {"Theirs"}
        assert titles("status=archived") == set()

    @pytest.mark.parametrize(
        "query", ["status=odd", "page=0", "page=x", "mine=perhaps", "search=%00", "difficulty=x"]
    )
    def test_a_query_that_makes_no_sense_is_refused(self, api: APIClient, query: str) -> None:
        assert at_fault(api.get(f"/api/scenarios/?{query}")) == {query.split("=")[0]}

    def test_strangers_are_asked_who_they_are(self, published_scenario: Scenario) -> None:
        problem(APIClient().get("/api/scenarios/"), 401)
        problem(APIClient().get(url(published_scenario)), 401)

    def test_the_number_of_queries_does_not_grow(
        self, api: APIClient, professor: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(5):
            make_scenario(owner=professor)

        with django_assert_num_queries(5):  # number, page, owners, scenes, personas
            api.get("/api/scenarios/")


class TestDetail:
    def test_the_owner_reads_everything(self, draft_scenario: Scenario, api: APIClient) -> None:
        scene = draft_scenario.scenes.all()[0]
        pictures.set_picture(scene, picture())
        body = api.get(url(draft_scenario)).json()

        assert body["learning_outcomes"] == ["Weigh growth against reserves."]
        assert body["personas"][0]["goals"] == ["Keep 4 million in reserve."]
        assert body["personas"][0]["analytical"] == 5
        assert body["scenes"][0]["success_criteria"].startswith("The student names")
        assert body["scenes"][0]["personas"] == [persona["id"] for persona in body["personas"]]
        assert body["scenes"][0]["image"] == pictures.scene_image_url(scene)
        assert body["scenes"][1]["image"] is None
        assert sum(criterion["weight"] for criterion in body["rubric"]) == 100
        assert "case_text" not in body

    def test_others_read_nothing_that_spoils_the_play(
        self, published_scenario: Scenario, student: User, other_professor: User, api_for: APIFor
    ) -> None:
        for reader in (student, other_professor):
            body = api_for(reader).get(url(published_scenario)).json()

            assert set(body["personas"][0]) == {"id", "position", "name", "role"}
            assert set(body["scenes"][0]) == {"id", "position", "title", "turn_limit", "personas", "image"}
            assert body["learning_outcomes"]

    def test_drafts_of_others_are_not_found_whatever_one_does(
        self,
        draft_scenario: Scenario,
        student: User,
        other_professor: User,
        admin_user: User,
        api_for: APIFor,
    ) -> None:
        for stranger in (student, other_professor, admin_user):
            client = api_for(stranger)
            problem(client.get(url(draft_scenario)), 404)
            problem(client.patch(url(draft_scenario), {"title": "Mine"}), 404)
            problem(client.patch(url(draft_scenario), {"title": ""}), 404)
            problem(client.delete(url(draft_scenario)), 404)
            problem(client.post(url(draft_scenario, "publish/")), 404)
            problem(
                client.delete(url(draft_scenario, f"personas/{draft_scenario.personas.all()[0].pk}/")), 404
            )
            problem(client.delete(url(draft_scenario, f"scenes/{draft_scenario.scenes.all()[0].pk}/")), 404)

    def test_published_ones_of_others_are_not_theirs_to_change(
        self, published_scenario: Scenario, student: User, other_professor: User, api_for: APIFor
    ) -> None:
        for stranger in (student, other_professor):
            client = api_for(stranger)
            problem(client.patch(url(published_scenario), {"title": "Mine"}), 403)
            problem(client.delete(url(published_scenario)), 403)
            problem(client.post(url(published_scenario, "publish/")), 403)
            problem(
                client.delete(url(published_scenario, f"scenes/{published_scenario.scenes.all()[0].pk}/")),
                403,
            )
        published_scenario.refresh_from_db()
        assert published_scenario.title != "Mine"

    @pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
    def test_unknown_numbers(self, api: APIClient, pk: str) -> None:
        problem(api.get(f"/api/scenarios/{pk}/"), 404)


class TestCreate:
    def test_a_professor_makes_a_draft(self, api: APIClient, professor: User) -> None:
        response = api.post("/api/scenarios/", {"title": "From the API", "industry": "Food"})

        assert response.status_code == 201
        scenario = Scenario.objects.get(pk=response.json()["id"])
        assert (scenario.owner, scenario.title, scenario.status) == (professor, "From the API", "draft")

    def test_students_may_not(self, student: User, api_for: APIFor) -> None:
        problem(api_for(student).post("/api/scenarios/", {"title": "Mine"}), 403)
        problem(api_for(student).post("/api/scenarios/", {}), 403)
        assert not Scenario.objects.exists()

    def test_a_title_is_a_must(self, api: APIClient) -> None:
        assert at_fault(api.post("/api/scenarios/", {})) == {"title"}


class TestPatch:
    def test_fields_outcomes_and_rubric(self, draft_scenario: Scenario, api: APIClient) -> None:
        changes = {
            "title": "New",
            "estimated_minutes": 20,
            "learning_outcomes": ["Decide.", "Defend it."],
            "rubric": [{"name": "All", "weight": 100}],
        }
        body = api.patch(url(draft_scenario), changes).json()

        assert {name: body[name] for name in ("title", "estimated_minutes", "learning_outcomes")} == {
            name: changes[name] for name in ("title", "estimated_minutes", "learning_outcomes")
        }
        assert body["rubric"] == [{"name": "All", "weight": 100, "description": ""}]
        assert body["challenge"] == draft_scenario.challenge

    def test_parts_are_changed_by_id_and_added_without_one(
        self, draft_scenario: Scenario, api: APIClient
    ) -> None:
        first, second = draft_scenario.personas.all()
        scene = draft_scenario.scenes.all()[0]
        response = api.patch(
            url(draft_scenario),
            {
                "personas": [{"id": first.pk, "role": "Chair"}, {"name": "Ada", "goals": ["Win."]}],
                "scenes": [{"id": scene.pk, "personas": [second.pk]}, {"title": "The end", "turn_limit": 3}],
            },
        )
        body = response.json()

        assert response.status_code == 200, body
        assert [(each["name"], each["role"]) for each in body["personas"]] == [
            (first.name, "Chair"),
            (second.name, "Plant manager"),
            ("Ada", ""),
        ]
        assert [(each["title"], each["personas"]) for each in body["scenes"]] == [
            (scene.title, [second.pk]),
            ("The plant", [first.pk, second.pk]),
            ("The end", []),
        ]

    def test_opening_questions_stand_under_their_scene_and_are_replaced_as_a_whole(
        self, draft_scenario: Scenario, api: APIClient
    ) -> None:
        first, second = draft_scenario.personas.all()
        scene = draft_scenario.scenes.all()[0]
        ask_in(scene, (first, "An old one?"))
        asked = [
            {"persona": second.pk, "text": "How full is the line?"},
            {"persona": first.pk, "text": "Why?"},
        ]
        body = api.patch(
            url(draft_scenario), {"scenes": [{"id": scene.pk, "opening_questions": asked}]}
        ).json()

        assert body["scenes"][0]["opening_questions"] == asked
        assert body["scenes"][1]["opening_questions"] == []

    def test_what_was_read_can_be_sent_back(self, draft_scenario: Scenario, api: APIClient) -> None:
        ask_in(draft_scenario.scenes.all()[0], (draft_scenario.personas.all()[0], "Why?"))
        body = api.get(url(draft_scenario)).json()
        again = api.patch(url(draft_scenario), body).json()

        body.pop("updated_at"), again.pop("updated_at")
        assert again == body

    @pytest.mark.parametrize(
        ("changes", "attr"),
        [
            ({"title": "x" * 10_000}, "title"),
            ({"title": ""}, "title"),
            ({"title": None}, "title"),
            ({"title": "a\x00b"}, "title"),
            ({"title": ["x"]}, "title"),
            ({"description": "x" * 20_001}, "description"),
            ({"difficulty": "absurd"}, "difficulty"),
            ({"estimated_minutes": -1}, "estimated_minutes"),
            ({"estimated_minutes": 10**30}, "estimated_minutes"),
            ({"learning_outcomes": "one"}, "learning_outcomes"),
            ({"learning_outcomes": [""]}, "learning_outcomes.0"),
            ({"learning_outcomes": ["x" * 501]}, "learning_outcomes.0"),
            ({"learning_outcomes": ["nul\x00"]}, "learning_outcomes.0"),
            ({"learning_outcomes": ["x"] * 41}, "learning_outcomes"),
            ({"rubric": [{"name": "A", "weight": 101}]}, "rubric.0.weight"),
            ({"rubric": [{"name": "A", "weight": 50}, {"name": "a", "weight": 50}]}, "rubric"),
            ({"rubric": [{"name": "A"}]}, "rubric.0.weight"),
            ({"rubric": {"name": "A"}}, "rubric.non_field_errors"),
            ({"personas": [{"name": "B", "creative": 11}]}, "personas.0.creative"),
            ({"personas": [{"name": "B", "goals": ["x" * 2001]}]}, "personas.0.goals.0"),
            ({"personas": [{"role": "nameless"}]}, "name"),
            ({"personas": [{"name": "Ingrid SOLBERG"}]}, "name"),
            ({"personas": [{"id": 10**30, "name": "B"}]}, "personas"),
            ({"scenes": [{"title": "S", "turn_limit": 0}]}, "scenes.0.turn_limit"),
            ({"scenes": [{"title": "S", "turn_limit": 10**12}]}, "scenes.0.turn_limit"),
            ({"scenes": [{"title": "S", "personas": [10**30]}]}, "personas"),
            ({"scenes": [{"title": "S", "personas": ["x"]}]}, "scenes.0.personas.0"),
            ({"scenes": [{"id": 0, "title": "S"}]}, "scenes"),
            (
                {"scenes": [{"title": "S", "opening_questions": [{"persona": 10**30, "text": "Why?"}]}]},
                "opening_questions",
            ),
            (
                {"scenes": [{"title": "S", "opening_questions": [{"persona": 1, "text": "x" * 201}]}]},
                "scenes.0.opening_questions.0.text",
            ),
            ({"scenes": "none"}, "scenes.non_field_errors"),
        ],
    )
    def test_bad_input_names_the_place_and_changes_nothing(
        self, draft_scenario: Scenario, api: APIClient, changes: dict[str, Any], attr: str
    ) -> None:
        before = api.get(url(draft_scenario)).json()

        assert at_fault(api.patch(url(draft_scenario), {"industry": "Changed", **changes})) == {attr}
        assert api.get(url(draft_scenario)).json() == before

    def test_parts_of_another_scenario_are_refused(
        self, draft_scenario: Scenario, professor: User, api: APIClient
    ) -> None:
        other = make_scenario(owner=professor)
        persona, scene = other.personas.all()[0], other.scenes.all()[0]

        for changes in (
            {"personas": [{"id": persona.pk, "name": "Taken over"}]},
            {"scenes": [{"id": scene.pk, "title": "Taken over"}]},
            {"scenes": [{"id": draft_scenario.scenes.all()[0].pk, "personas": [persona.pk]}]},
        ):
            problem(api.patch(url(draft_scenario), changes), 400)
        assert not Persona.objects.filter(name="Taken over").exists()
        assert not Scene.objects.filter(title="Taken over").exists()

    def test_owner_and_state_cannot_be_set(
        self, draft_scenario: Scenario, api: APIClient, student: User
    ) -> None:
        api.patch(
            url(draft_scenario),
            {"owner": student.pk, "status": "published", "published_at": "2020-01-01T00:00Z"},
        )

        draft_scenario.refresh_from_db()
        assert (draft_scenario.owner.name, draft_scenario.status) == ("Paula Professor", "draft")
        assert draft_scenario.published_at is None

    def test_a_published_scenario_stays_complete(self, published_scenario: Scenario, api: APIClient) -> None:
        assert at_fault(api.patch(url(published_scenario), {"challenge": ""}), 422) == {"challenge"}
        assert at_fault(
            api.patch(url(published_scenario), {"rubric": [{"name": "A", "weight": 10}]}), 422
        ) == {"rubric"}
        problem(api.patch(url(published_scenario), {"personas": [{"name": "No role"}]}), 422)

    def test_several_changes_that_are_complete_together_are_fine(
        self, published_scenario: Scenario, api: APIClient
    ) -> None:
        """Between the two changes nobody would be present in the scene."""
        scene = published_scenario.scenes.all()[0]
        persona = published_scenario.personas.all()[0]
        changes = {"scenes": [{"id": scene.pk, "personas": []}, {"id": scene.pk, "personas": [persona.pk]}]}

        assert api.patch(url(published_scenario), changes).status_code == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"description": "\ud800"},
            {"difficulty": "\ud800"},
            {"learning_outcomes": ["\ud800"]},
            {"rubric": [{"name": "\ud800", "weight": 1}]},
            {"personas": [{"name": "\ud800"}]},
            {"personas": [{"name": "A", "goals": ["\ud800"]}]},
        ],
    )
    def test_half_a_character_is_bad_input(
        self, draft_scenario: Scenario, api: APIClient, changes: dict[str, Any]
    ) -> None:
        body = json.dumps(changes)  # escaped, as a hostile client would send it

        problem(api.patch(url(draft_scenario), body, content_type="application/json"), 400)

    @pytest.mark.parametrize("body", ["{", "[]", "null", '"text"', "5"])
    def test_a_body_that_is_no_object_is_bad_input(
        self, draft_scenario: Scenario, api: APIClient, body: str
    ) -> None:
        problem(api.patch(url(draft_scenario), body, content_type="application/json"), 400)


class TestPublish:
    def test_a_complete_scenario_is_published(self, draft_scenario: Scenario, api: APIClient) -> None:
        body = api.post(url(draft_scenario, "publish/")).json()

        assert body["status"] == "published"
        assert body["published_at"]

    def test_an_incomplete_one_is_refused_with_the_list(self, api: APIClient, professor: User) -> None:
        scenario = actions.create_scenario(professor, {"title": "Empty"})
        refusal = problem(api.post(url(scenario, "publish/")), 422)

        assert {error["attr"] for error in refusal["errors"]} == {
            "description",
            "challenge",
            "student_role",
            "personas",
            "scenes",
            "learning_outcomes",
        }
        assert all(error["detail"].endswith((".", "faces.")) for error in refusal["errors"])


class TestDelete:
    def test_an_unplayed_scenario_is_gone(self, draft_scenario: Scenario, api: APIClient) -> None:
        assert api.delete(url(draft_scenario)).status_code == 204
        problem(api.get(url(draft_scenario)), 404)

    def test_a_played_one_is_archived(
        self, published_scenario: Scenario, api: APIClient, student: User
    ) -> None:
        SimulationFactory.create(scenario=published_scenario, student=student)

        response = api.delete(url(published_scenario))
        assert (response.status_code, response.json()["status"]) == (200, "archived")

    def test_parts(self, draft_scenario: Scenario, api: APIClient) -> None:
        persona, scene = draft_scenario.personas.all()[0], draft_scenario.scenes.all()[0]

        assert api.delete(url(draft_scenario, f"personas/{persona.pk}/")).status_code == 204
        assert api.delete(url(draft_scenario, f"scenes/{scene.pk}/")).status_code == 204
        assert (draft_scenario.personas.count(), draft_scenario.scenes.count()) == (1, 1)

    def test_parts_are_found_only_below_their_own_scenario(
        self, draft_scenario: Scenario, professor: User, api: APIClient
    ) -> None:
        other = make_scenario(owner=professor)

        problem(api.delete(url(draft_scenario, f"personas/{other.personas.all()[0].pk}/")), 404)
        problem(api.delete(url(draft_scenario, f"scenes/{other.scenes.all()[0].pk}/")), 404)

    def test_a_scene_that_students_have_played_stays(
        self, draft_scenario: Scenario, api: APIClient, student: User
    ) -> None:
        scene = draft_scenario.scenes.all()[0]
        simulation = SimulationFactory.create(scenario=draft_scenario, student=student)
        Message.objects.create(simulation=simulation, scene=scene, position=1, author="student", text="Hello")

        problem(api.delete(url(draft_scenario, f"scenes/{scene.pk}/")), 409)
        assert Message.objects.exists()
