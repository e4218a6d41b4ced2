"""The library and a scenario's page, as browsers get them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from platform_app.models import Document, Scenario, User
from platform_app.scenarios import actions, parts
from tests.factories import SimulationFactory, make_scenario

ClientFor = Callable[[User], Client]

PAGES = [
    "",
    "edit/",
    "edit/personas/",
    "edit/scenes/",
    "edit/outcomes/",
    "edit/rubric/",
    "edit/publish/",
    "delete/",
]
CHANGES = ["edit/", "edit/personas/", "publish/", "unpublish/", "archive/", "duplicate/", "delete/"]
EVIL = "<script>alert(1)</script>\"'&"


def body(client: Client, url: str, **options: object) -> str:
    response = client.get(url, **options)  # type: ignore[arg-type]
    assert response.status_code == 200, response.status_code
    return response.content.decode()


class TestLibrary:
    def test_a_card_tells_what_there_is(
        self, published_scenario: Scenario, student: User, client_for: ClientFor
    ) -> None:
        page = body(client_for(student), "/scenarios/")

        for words in (
            published_scenario.title,
            "Food",
            "Intermediate",
            "45 min",
            "2 scenes",
            "2 people",
            "Paula Professor",
        ):
            assert words in page
        assert "New from a case</a>" not in page.split("<main")[1]

    def test_professors_may_make_scenarios_and_have_a_list_of_their_own(
        self, draft_scenario: Scenario, professor: User, client_for: ClientFor
    ) -> None:
        client = client_for(professor)

        assert draft_scenario.title not in body(client, "/scenarios/")
        mine = body(client, "/scenarios/?mine=1")
        assert draft_scenario.title in mine
        assert "Draft</span>" in mine
        assert "Start from scratch" in mine

    def test_a_search_works_as_a_plain_form_and_as_a_live_one(
        self, published_scenario: Scenario, student: User, client_for: ClientFor
    ) -> None:
        client = client_for(student)

        whole = body(client, "/scenarios/?search=harbour")
        part = body(client, "/scenarios/?search=harbour", headers={"HX-Request": "true"})
        assert published_scenario.title in whole
        assert published_scenario.title in part
        assert "<html" in whole
        assert "<html" not in part
        assert "Nothing fits" in body(client, "/scenarios/?search=nowhere")

    def test_going_back_in_the_browser_brings_the_whole_page(
        self, student: User, client_for: ClientFor
    ) -> None:
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

        assert "<html" in body(client_for(student), "/scenarios/", headers=headers)
        assert "HX-Request" in client_for(student).get("/scenarios/")["Vary"]

    def test_paging_keeps_the_search(self, professor: User, student: User, client_for: ClientFor) -> None:
        for _ in range(13):
            make_scenario(owner=professor)
        page = body(client_for(student), "/scenarios/?search=harbour&industry=Food")

        assert "search=harbour&amp;industry=Food&amp;page=2" in page
        assert client_for(student).get("/scenarios/?page=3").status_code == 404

    @pytest.mark.parametrize(
        "query", ["page=0", "page=x", "search=%00", "difficulty=none", "status=none", "search=" + "x" * 201]
    )
    def test_a_forged_search_is_refused(self, student: User, client_for: ClientFor, query: str) -> None:
        assert client_for(student).get(f"/scenarios/?{query}").status_code == 400

    def test_empty_lists_say_what_to_do(self, professor: User, student: User, client_for: ClientFor) -> None:
        assert "Come back when your professor" in body(client_for(student), "/scenarios/")
        assert "You have not made a scenario yet" in body(client_for(professor), "/scenarios/?mine=1")

    def test_a_longer_list_costs_no_more_queries(
        self,
        professor: User,
        student: User,
        client_for: ClientFor,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(12):
            make_scenario(owner=professor)

        client = client_for(student)
        # The user; the number of scenarios, a page of them, their owners, scenes and personas; the industries of all and
        # the user's own.
        with django_assert_max_num_queries(8):
            body(client, "/scenarios/")


class TestRights:
    def test_strangers_are_asked_to_sign_in(self, published_scenario: Scenario) -> None:
        for path in PAGES:
            response = Client().get(f"/scenarios/{published_scenario.pk}/{path}")
            assert response.status_code == 302
            assert "sign-in" in response["Location"]

    @pytest.mark.parametrize("path", PAGES)
    def test_drafts_are_not_found_by_others(
        self,
        draft_scenario: Scenario,
        other_professor: User,
        admin_user: User,
        student: User,
        client_for: ClientFor,
        path: str,
    ) -> None:
        for stranger in (other_professor, admin_user, student):
            assert client_for(stranger).get(f"/scenarios/{draft_scenario.pk}/{path}").status_code == 404

    @pytest.mark.parametrize("path", CHANGES)
    def test_others_change_nothing(
        self,
        draft_scenario: Scenario,
        professor: User,
        other_professor: User,
        student: User,
        client_for: ClientFor,
        path: str,
    ) -> None:
        published = make_scenario(owner=professor)
        before = Scenario.objects.order_by("pk").values("pk", "title", "status")
        known = list(before)
        for stranger in (other_professor, student):
            client = client_for(stranger)
            assert client.post(f"/scenarios/{draft_scenario.pk}/{path}", {"title": "Mine"}).status_code == 404
            assert client.post(f"/scenarios/{published.pk}/{path}", {"title": "Mine"}).status_code == 403

        assert list(before.all()) == known

    def test_parts_of_others_are_out_of_reach(
        self, draft_scenario: Scenario, other_professor: User, client_for: ClientFor
    ) -> None:
        client = client_for(other_professor)
        persona, scene = draft_scenario.personas.all()[0], draft_scenario.scenes.all()[0]
        for path in ("", "move/", "delete/"):
            assert (
                client.post(f"/scenarios/personas/{persona.pk}/{path}", {"name": "Mine"}).status_code == 404
            )
            assert client.post(f"/scenarios/scenes/{scene.pk}/{path}", {"title": "Mine"}).status_code == 404
        for path in ("picture/", "picture/draw/", "picture/remove/"):
            assert client.post(f"/scenarios/scenes/{scene.pk}/{path}").status_code == 404

    def test_students_make_no_scenarios(self, student: User, client_for: ClientFor) -> None:
        assert client_for(student).post("/scenarios/new/").status_code == 403
        assert not Scenario.objects.exists()

    @pytest.mark.parametrize("path", ["new/", "1/publish/", "1/delete/", "personas/1/", "scenes/1/picture/"])
    def test_nothing_is_changed_without_the_csrf_token(self, professor: User, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(professor)

        assert client.post(f"/scenarios/{path}").status_code == 403


class TestDetail:
    def test_students_read_what_they_need_and_nothing_that_spoils_the_play(
        self, published_scenario: Scenario, student: User, client_for: ClientFor
    ) -> None:
        page = body(client_for(student), f"/scenarios/{published_scenario.pk}/")

        for words in (
            published_scenario.description,
            published_scenario.challenge,
            "Consultant to Harbour Foods",
            "Dr. Jonas Berg-Ødegård (Plant)",
            "Plant manager",
            "The board room",
            "Weigh growth against reserves.",
            "Strategic thinking",
            ">Start</button>",
        ):
            assert words in page
        persona, scene = published_scenario.personas.all()[0], published_scenario.scenes.all()[0]
        for secret in (persona.background, persona.goals[0], scene.success_criteria, "Edit</a>", "Duplicate"):
            assert secret not in page

    def test_who_has_begun_goes_on(
        self, published_scenario: Scenario, student: User, client_for: ClientFor
    ) -> None:
        SimulationFactory.create(scenario=published_scenario, student=student)

        assert "Go on playing" in body(client_for(student), f"/scenarios/{published_scenario.pk}/")

    def test_the_owner_sees_his_tools_the_original_and_his_students(
        self, published_scenario: Scenario, professor: User, student: User, client_for: ClientFor
    ) -> None:
        document = Document.objects.create(
            owner=professor, scenario=published_scenario, filename="case.pdf", size=1
        )
        SimulationFactory.create(scenario=published_scenario, student=student)
        page = body(client_for(professor), f"/scenarios/{published_scenario.pk}/")

        assert f"/scenarios/{published_scenario.pk}/edit/" in page
        assert re.search(rf'/documents/{document.pk}/[^"]*">Download the original', page)
        assert "1 student has played it" in page

    def test_an_incomplete_draft_cannot_be_tried(self, professor: User, client_for: ClientFor) -> None:
        scenario = actions.create_scenario(professor)

        page = body(client_for(professor), f"/scenarios/{scenario.pk}/")
        assert "Try it out" not in page
        assert "once nothing is missing" in page


class TestLife:
    def test_a_professor_starts_from_scratch(self, professor: User, client_for: ClientFor) -> None:
        response = client_for(professor).post("/scenarios/new/")

        scenario = Scenario.objects.get()
        assert response["Location"] == f"/scenarios/{scenario.pk}/edit/"
        assert (scenario.owner, scenario.status) == (professor, "draft")

    def test_publishing_a_complete_scenario(
        self, draft_scenario: Scenario, professor: User, client_for: ClientFor
    ) -> None:
        response = client_for(professor).post(f"/scenarios/{draft_scenario.pk}/publish/", follow=True)

        draft_scenario.refresh_from_db()
        assert draft_scenario.is_published
        assert "Published: students can play it now." in response.content.decode()

    def test_publishing_an_incomplete_one_shows_the_list(
        self, professor: User, client_for: ClientFor
    ) -> None:
        scenario = actions.create_scenario(professor)
        response = client_for(professor).post(f"/scenarios/{scenario.pk}/publish/")

        assert response.status_code == 422
        for gap in ("no description", "no persona to talk to", "no scene to play", "students are to learn"):
            assert gap in response.content.decode()

    def test_a_link_to_publish_leads_to_the_checklist(
        self, draft_scenario: Scenario, professor: User, client_for: ClientFor
    ) -> None:
        response = client_for(professor).get(f"/scenarios/{draft_scenario.pk}/publish/")

        assert response["Location"] == f"/scenarios/{draft_scenario.pk}/edit/publish/"

    def test_taking_back_archiving_and_copying(
        self, published_scenario: Scenario, professor: User, client_for: ClientFor
    ) -> None:
        client, url = client_for(professor), f"/scenarios/{published_scenario.pk}/"
        for action, status in (("unpublish", "draft"), ("archive", "archived"), ("unpublish", "draft")):
            client.post(f"{url}{action}/")
            published_scenario.refresh_from_db()
            assert published_scenario.status == status

        response = client.post(f"{url}duplicate/")
        copy = Scenario.objects.exclude(pk=published_scenario.pk).get()
        assert response["Location"] == f"/scenarios/{copy.pk}/edit/"

    def test_deleting_asks_first(
        self, draft_scenario: Scenario, professor: User, client_for: ClientFor
    ) -> None:
        client, url = client_for(professor), f"/scenarios/{draft_scenario.pk}/delete/"

        assert "gone for good" in body(client, url)
        assert Scenario.objects.exists()
        assert "has been deleted" in client.post(url, follow=True).content.decode()
        assert not Scenario.objects.exists()

    def test_what_students_have_played_is_archived_and_the_question_says_so(
        self, published_scenario: Scenario, professor: User, student: User, client_for: ClientFor
    ) -> None:
        SimulationFactory.create(scenario=published_scenario, student=student)
        client, url = client_for(professor), f"/scenarios/{published_scenario.pk}/delete/"

        assert "goes to the <strong>archive</strong>" in body(client, url)
        assert "has been archived" in client.post(url, follow=True).content.decode()
        assert client_for(student).get(f"/scenarios/{published_scenario.pk}/").status_code == 404


class TestEscaping:
    @pytest.mark.parametrize("path", PAGES)
    def test_html_in_every_field_is_text(self, professor: User, client_for: ClientFor, path: str) -> None:
        scenario = actions.create_scenario(
            professor,
            dict.fromkeys(("title", "description", "challenge", "student_role"), EVIL) | {"industry": EVIL},
        )
        lines = [EVIL]
        persona = parts.add_persona(
            scenario,
            {
                "goals": lines,
                "knowledge": lines,
                **dict.fromkeys(("name", "role", "background", "communication_style"), EVIL),
            },
        )
        texts = dict.fromkeys(("title", "description", "user_goal", "success_criteria", "image_prompt"), EVIL)
        parts.add_scene(scenario, {**texts, "personas": [persona]})
        parts.set_learning_outcomes(scenario, lines)
        actions.set_rubric(scenario, [{"name": EVIL, "weight": 100, "description": EVIL}])

        page = body(client_for(professor), f"/scenarios/{scenario.pk}/{path}")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "<script>alert" not in body(
            client_for(professor), "/scenarios/?mine=1&search=%3Cscript%3Ealert(1)"
        )

    def test_pages_need_no_inline_script_or_style(
        self, published_scenario: Scenario, professor: User, client_for: ClientFor
    ) -> None:
        for path in PAGES:
            page = body(client_for(professor), f"/scenarios/{published_scenario.pk}/{path}")
            assert not re.search(r"\sstyle=|\son\w+=|<style|<script>|javascript:", page)
