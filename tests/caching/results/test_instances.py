"""Model instances come back with all that was loaded beside them, and without a query."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import Count, F, Prefetch
from django.db.models.signals import post_init
from django.test.utils import isolate_apps
from django.utils import timezone

from caching.codec import Undecodable
from caching.errors import Uncacheable
from caching.results.codec import ResultCodec
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


def test_nobody_is_told_again_that_it_was_made(come_back: ComeBack, scenario: Scenario) -> None:
    made: list[Scenario] = []

    def note(instance: Scenario, **_: object) -> None:
        made.append(instance)

    post_init.connect(note, sender=Scenario)
    try:
        assert come_back(scenario) == scenario
    finally:
        post_init.disconnect(note, sender=Scenario)
    assert made == []


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

    def test_looking_at_some_changes_nothing(self, come_back: ComeBack, scenario: Scenario) -> None:
        read = list(Scene.objects.prefetch_related("personas"))
        read[0].personas.filter(pk=0)
        assert come_back(read) == read
        assert come_back(come_back(read)) == come_back(read) == read

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
        every = Scenario.objects.prefetch_related("scenes").get()
        found = Scenario.objects.prefetch_related(Prefetch("scenes", choice)).get()
        with pytest.raises(
            Uncacheable, match=r"result\[1\]\.scenes is a choice of related objects.*`to_attr`"
        ):
            CODEC.dump([every, found])


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


class TestCopies:
    """What came back may be copied, pickled, changed and cached again."""

    @pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda it: pickle.loads(pickle.dumps(it))])
    def test_a_copy_holds_the_same(
        self, come_back: ComeBack, scenario: Scenario, copied: Any, django_assert_num_queries: NoQueries
    ) -> None:
        read = Scenario.objects.prefetch_related("personas", "scenes").get()
        back = copied(come_back(read))
        with django_assert_num_queries(0):
            assert list(back.personas.all()) == list(read.personas.all())
            assert list(come_back(back).scenes.all()) == list(read.scenes.all())

    def test_what_is_added_is_seen(self, come_back: ComeBack, scenario: Scenario) -> None:
        back = come_back(Scene.objects.prefetch_related("personas").all()[0])
        back.personas.clear()
        assert list(back.personas.all()) == []

    def test_what_is_read_again_is_new(self, come_back: ComeBack, scenario: Scenario) -> None:
        back = come_back(Scenario.objects.prefetch_related("personas").get())
        Persona.objects.all().delete()
        back.refresh_from_db()
        assert list(back.personas.all()) == []

    def test_more_may_be_prefetched_later(
        self, come_back: ComeBack, scenario: Scenario, django_assert_num_queries: NoQueries
    ) -> None:
        back = come_back(Scenario.objects.prefetch_related("personas").get())
        models.prefetch_related_objects([back], "personas", "learning_outcomes")
        with django_assert_num_queries(0):
            assert list(come_back(back).learning_outcomes.all()) == list(back.learning_outcomes.all())
        chosen = Prefetch("personas", Persona.objects.filter(pk=0))
        del back._prefetched_objects_cache["personas"]
        models.prefetch_related_objects([back], chosen)
        with pytest.raises(Uncacheable, match="a choice of related objects"):
            CODEC.dump(back)


@dataclass(frozen=True)
class Euro:
    cents: int


class EuroField(models.IntegerField):  # type: ignore[type-arg]
    def from_db_value(self, value: int, *_: object) -> Euro:
        return Euro(value)


class UpperField(models.TextField):  # type: ignore[type-arg]
    def from_db_value(self, value: str, *_: object) -> str:
        return value.upper()


@pytest.fixture
def own_models(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Models of kinds that the platform does not have. They have no tables: nothing here asks for one."""
    with isolate_apps("platform_app", "django.contrib.contenttypes", "django.contrib.auth") as registry:
        monkeypatch.setattr("caching.results.instances.apps", registry)
        monkeypatch.setattr("caching.results.model_parts.apps", registry)

        class Place(models.Model):  # noqa: DJ008
            name = UpperField()
            target_type = models.ForeignKey(ContentType, models.CASCADE)
            target_id = models.IntegerField()
            target = GenericForeignKey("target_type", "target_id")

            class Meta:
                app_label = "platform_app"

        class Harbour(Place):  # noqa: DJ008
            depth = models.DecimalField(max_digits=5, decimal_places=2)
            notes = GenericRelation(Place, "target_id", "target_type")

            class Meta:
                app_label = "platform_app"

        class Nearby(Harbour):  # noqa: DJ008
            class Meta:
                proxy = True
                app_label = "platform_app"

        class Fee(models.Model):  # noqa: DJ008
            price = EuroField()

            class Meta:
                app_label = "platform_app"

        yield SimpleNamespace(Place=Place, Harbour=Harbour, Nearby=Nearby, Fee=Fee)


def row_of(model: type[models.Model], **values: Any) -> Any:
    """An instance as a query gives it."""
    return model.from_db("default", list(values), list(values.values()))


class TestKindsOfModels:
    def test_children_and_proxies_stay_what_they_are(
        self, come_back: ComeBack, own_models: SimpleNamespace
    ) -> None:
        for model in (own_models.Harbour, own_models.Nearby):
            read = row_of(
                model,
                id=1,
                name="BERGEN",
                target_type_id=1,
                target_id=2,
                place_ptr_id=1,
                depth=Decimal("7.50"),
            )
            back = come_back(read)
            assert type(back) is model
            assert {**back.__dict__, "_state": None} == {**read.__dict__, "_state": None}

    def test_generic_relations(
        self, come_back: ComeBack, own_models: SimpleNamespace, django_assert_num_queries: NoQueries
    ) -> None:
        kind = ContentType.objects.get_for_model(Scenario)
        harbour = row_of(
            own_models.Harbour, id=2, name="X", target_type_id=kind.pk, target_id=2, place_ptr_id=2
        )
        note = row_of(own_models.Place, id=3, name="N", target_type_id=kind.pk, target_id=2)
        note._state.fields_cache["target"] = harbour
        harbour.__dict__["_prefetched_objects_cache"] = {}
        found = harbour.notes.get_queryset()
        found._result_cache = [note]
        harbour.__dict__["_prefetched_objects_cache"]["notes"] = found
        back = come_back(harbour)
        with django_assert_num_queries(0):
            assert [each.name for each in back.notes.all()] == ["N"]
            assert back.notes.all()[0]._state.fields_cache["target"] is back

    def test_what_a_field_makes_of_its_column_comes_back_if_it_is_plain(
        self, come_back: ComeBack, own_models: SimpleNamespace
    ) -> None:
        assert come_back(row_of(own_models.Place, id=1, name="LOUD")).name == "LOUD"
        with pytest.raises(Uncacheable, match=r"result\.price is a Euro, which is no plain value"):
            CODEC.dump(row_of(own_models.Fee, id=1, price=Euro(1)))

    def test_a_model_of_no_installed_app_is_refused(
        self, own_models: SimpleNamespace, monkeypatch: Any
    ) -> None:
        monkeypatch.undo()
        with pytest.raises(Uncacheable, match="no model of an installed app"):
            CODEC.dump(row_of(own_models.Place, id=1))


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
        monkeypatch.setattr("caching.results.instances.version", lambda model: b"later")
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

    def test_a_changed_byte_is_a_miss_or_a_value(self, scenario: Scenario) -> None:
        read = (
            Scenario.objects.select_related("owner")
            .prefetch_related("scenes__personas")
            .annotate(n=F("pk"))
            .get()
        )
        body, chance = CODEC.dump([read]), random.Random(1)
        for _ in range(2000):
            planted = bytearray(body)
            planted[chance.randrange(8, len(body))] = chance.randrange(256)
            with suppress(Undecodable):
                CODEC.load(bytes(planted))

    def test_a_truncated_body_is_a_miss(self, scenario: Scenario) -> None:
        body = CODEC.dump(list(Scenario.objects.prefetch_related("personas")))
        for length in range(len(body)):
            with pytest.raises(Undecodable):
                CODEC.load(body[:length])
