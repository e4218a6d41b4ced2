"""Who sees what, what a search finds, and at what cost."""

import pytest
from pytest_django import DjangoAssertNumQueries

from platform_app.errors import NotAllowed, NotFound
from platform_app.models import Scenario, Scene, User
from platform_app.scenarios import actions, selectors
from platform_app.scenarios.selectors import LibraryQuery, scenario_page
from tests.factories import SimulationFactory, make_scenario


def titles(user: User, **wanted: object) -> set[str]:
    return {card.title for card in scenario_page(user.pk, LibraryQuery(**wanted)).items}  # type: ignore[arg-type]


class TestRights:
    def test_everybody_sees_published_scenarios_and_only_the_owner_his_drafts(
        self, professor: User, other_professor: User, student: User, admin_user: User
    ) -> None:
        make_scenario(owner=professor, title="Open")
        draft = make_scenario(owner=professor, title="Draft", published=False)

        assert titles(professor) == {"Open", "Draft"}
        for stranger in (other_professor, student, admin_user):
            assert titles(stranger) == {"Open"}
            with pytest.raises(NotFound):
                selectors.get_visible_scenario(stranger, draft.pk)

    def test_only_the_owner_gets_a_scenario_to_change(
        self, published_scenario: Scenario, draft_scenario: Scenario, professor: User, other_professor: User
    ) -> None:
        assert selectors.get_own_scenario(professor, draft_scenario.pk) == draft_scenario
        with pytest.raises(NotAllowed):
            selectors.get_own_scenario(other_professor, published_scenario.pk)
        with pytest.raises(NotFound):
            selectors.get_own_scenario(other_professor, draft_scenario.pk)

    def test_the_same_holds_for_its_parts(
        self, published_scenario: Scenario, draft_scenario: Scenario, other_professor: User
    ) -> None:
        for scenario, refusal in ((published_scenario, NotAllowed), (draft_scenario, NotFound)):
            with pytest.raises(refusal):
                selectors.get_own_persona(other_professor, scenario.personas.all()[0].pk)
            with pytest.raises(refusal):
                selectors.get_own_scene(other_professor, scenario.scenes.all()[0].pk)

    @pytest.mark.parametrize("pk", [0, 10**30])
    def test_an_unknown_number_is_not_found(self, professor: User, pk: int) -> None:
        for get in (selectors.get_visible_scenario, selectors.get_own_persona, selectors.get_own_scene):
            with pytest.raises(NotFound):
                get(professor, pk)

    def test_a_picture_of_a_withdrawn_scenario_stays_visible_to_those_who_play_it(
        self, draft_scenario: Scenario, student: User, other_student: User
    ) -> None:
        Scene.objects.update(image="scenes/some.webp")
        scene = draft_scenario.scenes.all()[0]
        SimulationFactory.create(scenario=draft_scenario, student=student)

        assert selectors.get_picture(student, scene.pk).name == "scenes/some.webp"
        with pytest.raises(NotFound):
            selectors.get_picture(other_student, scene.pk)


class TestSearch:
    @pytest.fixture(autouse=True)
    def scenarios(self, professor: User) -> None:
        make_scenario(owner=professor, title="Harbour Foods", industry="Food", difficulty="advanced")
        make_scenario(
            owner=professor,
            title="Night shift",
            industry="Health",
            description="A ward.",
            challenge="100 % staffed?",
            student_role="Adviser",
        )
        actions.archive_scenario(make_scenario(owner=professor, title="Old"))

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("harbour", {"Harbour Foods"}),
            ("  foods   HARBOUR ", {"Harbour Foods"}),
            ("harbour shift", set()),
            ("100 %", {"Night shift"}),
            ("_", set()),
            ("ingrid", {"Harbour Foods", "Night shift"}),
            ("", {"Harbour Foods", "Night shift"}),
            ("'; DROP TABLE", set()),
        ],
    )
    def test_every_word_must_occur(self, student: User, search: str, found: set[str]) -> None:
        assert titles(student, search=search) == found

    def test_filters_narrow(self, student: User) -> None:
        assert titles(student, industry="Food") == {"Harbour Foods"}
        assert titles(student, difficulty="advanced") == {"Harbour Foods"}
        assert titles(student, industry="Food", difficulty="introductory") == set()

    def test_archived_ones_come_only_when_asked_for(self, professor: User, student: User) -> None:
        assert titles(professor, status="archived") == {"Old"}
        assert titles(student, status="archived") == set()
        assert "Old" not in titles(professor, mine=True)

    def test_mine_are_mine(self, professor: User, other_professor: User) -> None:
        assert titles(professor, mine=True) == {"Harbour Foods", "Night shift"}
        assert titles(other_professor, mine=True) == set()

    def test_the_industries_to_filter_by_are_those_one_sees(self, student: User, professor: User) -> None:
        make_scenario(owner=professor, industry="Secret", published=False)

        assert selectors.industries(student.pk) == ["Food", "Health"]
        assert selectors.industries(professor.pk) == ["Food", "Health", "Secret"]


class TestPages:
    def test_a_card_counts_scenes_and_personas(self, published_scenario: Scenario, student: User) -> None:
        scene = published_scenario.scenes.all()[1]
        Scene.objects.filter(pk=scene.pk).update(image="scenes/abcdef.webp")
        [card] = scenario_page(student.pk).items

        assert (card.scene_count, card.persona_count, card.owner_name) == (2, 2, "Paula Professor")
        assert card.cover_url == f"/scenarios/scenes/{scene.pk}/image/?v=abcdef"

    def test_pages_follow_one_another(self, professor: User) -> None:
        for number in range(5):
            make_scenario(owner=professor, title=str(number))
        first, last = (scenario_page(professor.pk, LibraryQuery(), number, 2) for number in (1, 3))

        assert [card.title for card in first.items + last.items] == ["4", "3", "0"]
        assert (first.previous, first.next, last.previous, last.next, first.total) == (None, 2, 2, None, 5)
        with pytest.raises(NotFound):
            scenario_page(professor.pk, LibraryQuery(), 4, 2)

    def test_a_page_takes_five_queries_however_long(
        self, professor: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(3):
            make_scenario(owner=professor)

        with django_assert_num_queries(5):
            [card.cover_url for card in scenario_page(professor.pk).items]

    def test_a_scenario_with_all_its_parts_takes_eight_queries(
        self, published_scenario: Scenario, student: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(8):
            scenario = selectors.get_visible_scenario(student, published_scenario.pk)
            assert scenario.owner.name
            assert [persona.name for scene in scenario.scenes.all() for persona in scene.personas.all()]
            assert [persona.name for persona in scenario.personas.all()]
            assert [outcome.text for outcome in scenario.learning_outcomes.all()]
            assert getattr(scenario, "document", None) is None


def test_students_are_counted_without_the_owners_test_runs(
    published_scenario: Scenario, professor: User, student: User, other_student: User
) -> None:
    for who, status in (
        (professor, "in_progress"),
        (student, "completed"),
        (student, "in_progress"),
        (other_student, "completed"),
    ):
        SimulationFactory.create(scenario=published_scenario, student=who, status=status)

    assert selectors.count_students(published_scenario.pk, owner_id=professor.pk) == 2
    assert selectors.has_begun(student.pk, published_scenario.pk)
    assert not selectors.has_begun(other_student.pk, published_scenario.pk)


def test_the_showcase_has_what_was_published_last_in_four_queries(
    professor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_scenario(owner=professor, title="Draft", published=False)
    first, second, third = (make_scenario(owner=professor, title=title) for title in ("One", "Two", "Three"))

    with django_assert_num_queries(4):
        assert [card.title for card in selectors.showcase(2)] == [third.title, second.title]
    assert [card.title for card in selectors.showcase(2, without=[third.pk])] == [second.title, first.title]
