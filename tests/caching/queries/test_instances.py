"""Model instances come back with all that was loaded beside them, and without a query."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import Count, F, Prefetch
from django.utils import timezone

from caching.codec import Undecodable
from caching.errors import Uncacheable
from caching.queries.results import ResultCodec
from platform_app.models import (
    Document,
    Grade,
    LearningOutcome,
    Persona,
    Scenario,
    ScenarioStatus,
    Scene,
    Simulation,
    User,
)

pytestmark = pytest.mark.django_db
NoQueries = Callable[[int], AbstractContextManager[Any]]


def result() -> Any:
    """Stands for a cached function."""


CODEC = ResultCodec(result)


@pytest.fixture
def come_back(django_assert_num_queries: NoQueries) -> Callable[[Any], Any]:
    """`come_back(value)`: what the cache makes of it. Nothing asks the database meanwhile."""

    def back(value: Any, codec: ResultCodec = CODEC) -> Any:
        with django_assert_num_queries(0):
            return codec.load(codec.dump(value))

    return back


@pytest.fixture
def scenario(published_scenario: Scenario) -> Scenario:
    """As it is read: a new one still holds members of enums."""
    return Scenario.objects.get(pk=published_scenario.pk)


ComeBack = Callable[..., Any]


def test_an_instance_comes_back_as_it_was_read(come_back: ComeBack, scenario: Scenario) -> None:
    read = Scenario.objects.get()
    back = come_back(read)
    assert type(back) is Scenario
    assert back == scenario
    assert {**back.__dict__, "_state": None} == {**read.__dict__, "_state": None}
    assert [type(value) for value in back.__dict__.values()] == [
        type(value) for value in read.__dict__.values()
    ]
    assert (back._state.db, back._state.adding) == ("default", False)


def test_an_instance_that_came_back_can_be_saved(come_back: ComeBack, scenario: Scenario) -> None:
    back = come_back(Scenario.objects.get())
    back.title = "Another"
    back.save()
    assert Scenario.objects.get().title == "Another"


def test_every_hit_has_its_own_copy(scenario: Scenario) -> None:
    body = CODEC.dump([scenario])
    CODEC.load(body)[0].rubric.append("mine")
    assert CODEC.load(body)[0].rubric == scenario.rubric


class TestRelations:
    def test_a_related_object_needs_no_query(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        back = come_back(Scenario.objects.select_related("owner").get())
        with django_assert_num_queries(0):
            assert back.owner.name == "Paula Professor"

    def test_what_was_not_loaded_is_still_to_be_loaded(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        back = come_back(Scenario.objects.get())
        with django_assert_num_queries(1):
            assert back.owner.name == "Paula Professor"

    def test_a_related_object_that_is_not_there_needs_no_query(
        self, come_back: ComeBack, scenario: Scenario, student: User, django_assert_num_queries: NoQueries
    ) -> None:
        Simulation.objects.create(scenario=scenario, student=student)
        back = come_back(
            Simulation.objects.select_related("current_scene", "grade", "scenario__document").get()
        )
        with django_assert_num_queries(0):
            assert back.current_scene is None
            assert not hasattr(back, "grade")
            assert not hasattr(back.scenario, "document")

    def test_a_reverse_one_to_one_points_back(
        self, come_back: ComeBack, scenario: Scenario, student: User, django_assert_num_queries: NoQueries
    ) -> None:
        Grade.objects.create(simulation=Simulation.objects.create(scenario=scenario, student=student))
        back = come_back(Simulation.objects.select_related("grade", "scenario__owner").get())
        with django_assert_num_queries(0):
            assert back.grade.simulation is back
            assert back.scenario.owner.is_professor

    def test_one_object_in_many_places_comes_back_as_one(
        self, come_back: ComeBack, scenario: Scenario
    ) -> None:
        personas = list(Persona.objects.prefetch_related("scenario"))
        back = come_back({"all": personas, "first": personas[0]})
        assert len(back["all"]) > 1
        assert len({id(persona.scenario) for persona in back["all"]}) == 1
        assert back["first"] is back["all"][0]


class TestPrefetched:
    def test_all_asks_nothing_and_filter_asks_as_before(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        back = come_back(Scenario.objects.prefetch_related("personas", "scenes__personas").get())
        with django_assert_num_queries(0):
            names = [persona.name for persona in back.personas.all()]
            assert back.personas.all()[0].scenario is back
            assert [p.name for scene in back.scenes.all() for p in scene.personas.all()]
        assert names == [persona.name for persona in scenario.personas.all()]
        with django_assert_num_queries(1):
            assert [p.name for p in back.personas.filter(name=names[1])] == [names[1]]
        with django_assert_num_queries(1):
            assert back.scenes.all()[0].personas.exclude(pk=0).count() == len(
                back.scenes.all()[0].personas.all()
            )

    def test_what_is_prefetched_from_the_other_side(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        group = Group.objects.create(name="Tutors")
        group.user_set.add(scenario.owner)
        back = come_back(list(Group.objects.prefetch_related("user_set", "permissions")))
        with django_assert_num_queries(0):
            assert list(back[0].user_set.all()) == [scenario.owner]
            assert list(back[0].permissions.all()) == []

    def test_a_list_of_its_own_name(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        first = Prefetch(
            "scenes", Scene.objects.filter(position=0).select_related("scenario"), to_attr="first_scenes"
        )
        back = come_back(Scenario.objects.prefetch_related(first, "first_scenes__personas").get())
        with django_assert_num_queries(0):
            assert isinstance(back.first_scenes, list)
            assert all(list(scene.personas.all()) for scene in back.first_scenes)

    def test_objects_may_be_loaded_with_more_than_the_relation_says(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        scenes = Prefetch(
            "scenes", Scene.objects.prefetch_related("personas").annotate(cast=Count("personas"))
        )
        back = come_back(Scenario.objects.prefetch_related(scenes).get())
        with django_assert_num_queries(0):
            assert [scene.cast for scene in back.scenes.all()] == [
                len(scene.personas.all()) for scene in back.scenes.all()
            ]

    @pytest.mark.parametrize(
        "choice",
        [Scene.objects.filter(position=0), Scene.objects.order_by("title"), Scene.objects.distinct()],
        ids=["some", "other order", "distinct"],
    )
    def test_a_choice_needs_a_name_of_its_own(
        self, scenario: Scenario, choice: models.QuerySet[Scene]
    ) -> None:
        found = Scenario.objects.prefetch_related(Prefetch("scenes", choice)).get()
        with pytest.raises(Uncacheable, match=r"result\.scenes is a choice of related objects.*`to_attr`"):
            CODEC.dump(found)


class TestParts:
    def test_deferred_columns_stay_deferred(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        for query in (
            Scenario.objects.only("title", "owner__name").select_related("owner"),
            Scenario.objects.defer("case_text"),
        ):
            read = query.get()
            back = come_back(read)
            assert back.get_deferred_fields() == read.get_deferred_fields()
        with django_assert_num_queries(1):
            assert back.case_text == scenario.case_text

    def test_annotations_come_back(self, come_back: ComeBack, scenario: Scenario) -> None:
        rows = Scenario.objects.annotate(
            scene_count=Count("scenes"), alias=F("title"), _private=F("created_at")
        )
        back = come_back(rows.get())
        assert (back.scene_count, back.alias) == (scenario.scenes.count(), scenario.title)
        assert back._private == scenario.created_at

    def test_files_and_json(self, come_back: ComeBack, scenario: Scenario, professor: User) -> None:
        Document.objects.create(
            owner=professor, file="documents/a.pdf", size=1, notes=[{"page": 1}, "x", None]
        )
        read = Document.objects.get()
        assert read.file  # it is an object from now on
        back = come_back(read)
        assert back.file.name == "documents/a.pdf"
        assert back.file.instance is back
        assert back.notes == [{"page": 1}, "x", None]

    def test_instances_stand_anywhere(self, come_back: ComeBack, scenario: Scenario) -> None:
        persona = Persona.objects.all()[0]
        value = {
            "one": persona,
            2: (persona, None),
            "set": {persona},
            "page": [{"at": timezone.now(), "it": persona}],
        }
        assert come_back(value) == value
        assert type(come_back(value)[2]) is tuple

    def test_a_choice_that_was_just_set_is_refused(self, scenario: Scenario) -> None:
        scenario.status = ScenarioStatus.DRAFT
        with pytest.raises(
            Uncacheable, match=r"result\[1\]\.status is a ScenarioStatus.*as the database gives it"
        ):
            CODEC.dump([None, scenario])


@dataclass
class Page:
    scenario: Scenario
    outcomes: list[LearningOutcome]


def page() -> Page: ...


def test_a_dataclass_may_hold_instances(come_back: ComeBack, scenario: Scenario) -> None:
    value = Page(Scenario.objects.get(), list(LearningOutcome.objects.all()))
    assert come_back(value, ResultCodec(page)) == value


class Draft(Scenario):
    class Meta:
        proxy = True
        app_label = "platform_app"


def test_proxies_stay_proxies(come_back: ComeBack, scenario: Scenario) -> None:
    back = come_back(Draft.objects.select_related("owner").get())
    assert type(back) is Draft
    assert back.owner == scenario.owner


class TestRefused:
    def test_querysets(self) -> None:
        with pytest.raises(Uncacheable, match=r"result: result\['rows'\] is a .*QuerySet.*return list"):
            CODEC.dump({"rows": Scenario.objects.all()})

    def test_what_is_not_saved(self, scenario: Scenario) -> None:
        with pytest.raises(Uncacheable, match="result is a Scenario that is not in the database"):
            CODEC.dump(Scenario(title="New"))
        scenario.delete()
        with pytest.raises(Uncacheable, match="not in the database"):
            CODEC.dump(scenario)

    def test_a_file_that_is_not_stored(self, scenario: Scenario, professor: User) -> None:
        document = Document.objects.create(owner=professor, file="a.pdf", size=1)
        document.file = ContentFile(b"x", name="new.pdf")
        with pytest.raises(Uncacheable, match=r"result\.file is a"):
            CODEC.dump(document)

    def test_expressions(self, scenario: Scenario) -> None:
        scenario.estimated_minutes = F("estimated_minutes") + 1
        with pytest.raises(Uncacheable, match=r"result\.estimated_minutes is a CombinedExpression"):
            CODEC.dump(scenario)


class TestChanged:
    def test_a_model_with_other_columns_is_a_miss(
        self, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = CODEC.dump(scenario)
        monkeypatch.setattr("caching.queries.instances.version", lambda model: b"later")
        with pytest.raises(Undecodable):
            CODEC.load(body)

    @pytest.mark.parametrize(
        ("ours", "planted"),
        [
            (b"platform_app.Scenario", b"platform_app.Scenaria"),
            (b"platform_app.Scenario", b"platform_app.Scenes!!"),
            (b"\xa7default", b"\xa7anotherdb"[:8]),
            (b"challenge", b"challenged"[1:]),
            (b"\xa5owner", b"\xa5_meta"),
        ],
    )
    def test_names_that_we_do_not_know_are_a_miss(
        self, scenario: Scenario, ours: bytes, planted: bytes
    ) -> None:
        body = CODEC.dump(Scenario.objects.select_related("owner").get())
        assert ours in body
        with pytest.raises(Undecodable):
            CODEC.load(body.replace(ours, planted))

    def test_a_truncated_body_is_a_miss(self, scenario: Scenario) -> None:
        body = CODEC.dump(list(Scenario.objects.prefetch_related("personas")))
        for length in range(len(body)):
            with pytest.raises(Undecodable):
                CODEC.load(body[:length])
