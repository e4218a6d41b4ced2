"""What would have been answered is recorded for a judge, bounded in number and in time."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from caching.ai import kept
from caching.ai.semantic import shadow
from caching.ai.semantic.shadow import Purged, Sighting
from caching.models import ShadowDay, ShadowHit, Verdict
from platform_app.models import User
from tests.caching.ai.semantic.conftest import ALIKE, ASKED, NEGATED, Semantic
from tests.caching.ai.semantic.desk import Desk, asking


def recorded() -> list[tuple[str, str, float, str, bool, bool]]:
    fields = ("asked", "kept", "cosine", "objection", "is_hit", "answered")
    return [
        (asked, kept, round(cosine, 3), *rest)
        for asked, kept, cosine, *rest in ShadowHit.objects.order_by("pk").values_list(*fields)
    ]


def sighting(*, is_hit: bool = True, objection: str = "") -> Sighting:
    return Sighting(
        operation="glossary",
        model="m",
        asked=ASKED,
        kept=ALIKE,
        cosine=0.97,
        objection=objection,
        is_hit=is_hit,
    )


def tally() -> tuple[int, int, int]:
    day = ShadowDay.objects.get(operation="glossary")
    assert day.day == timezone.localdate()
    return day.asked, day.hits, day.recorded


def test_a_would_be_hit_is_recorded_with_both_questions(desk: Desk, semantic: Semantic) -> None:
    semantic("shadow")
    desk.keep(asking(ASKED), "Thirty per cent.")
    desk.keep(asking(ALIKE), "Some thirty per cent.")
    assert recorded() == [(ALIKE, ASKED, 0.996, "", True, False)]
    assert tally() == (2, 1, 1)
    hit = ShadowHit.objects.get()
    assert (hit.operation, hit.model, hit.verdict, hit.judged_by) == ("glossary", "m", "", "")


def test_what_a_guard_refused_is_recorded_so_that_guards_can_be_measured(
    desk: Desk, semantic: Semantic
) -> None:
    semantic("shadow")
    desk.keep(asking(NEGATED), "Everything else.")
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert recorded() == [(ASKED, NEGATED, 0.999, "negation", False, False)]
    assert tally() == (2, 0, 1)


def test_the_would_be_hit_is_preferred_to_a_nearer_one_that_was_refused(
    desk: Desk, semantic: Semantic
) -> None:
    semantic("shadow")
    desk.keep(asking(ALIKE), "Thirty per cent.")
    desk.keep(asking(NEGATED), "Everything else.")
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert recorded()[-1] == (ASKED, ALIKE, 0.996, "", True, False)


def test_a_near_miss_is_recorded_so_that_one_sees_what_a_lower_threshold_would_do(
    desk: Desk, semantic: Semantic
) -> None:
    semantic("shadow")
    desk.vectors[ALIKE] = 30
    desk.keep(asking(ASKED), "Thirty per cent.")
    desk.keep(asking(ALIKE), "Thirty per cent.")
    assert recorded() == [(ALIKE, ASKED, 0.866, "", False, False)]


def test_questions_without_a_neighbour_are_counted_only(desk: Desk, semantic: Semantic) -> None:
    semantic("shadow")
    desk.keep(asking(ASKED), "Thirty per cent.")
    desk.keep(asking("Who is Anna Berg?"), "The chief executive.")
    assert recorded() == []
    assert tally() == (2, 0, 0)


def test_a_neighbour_whose_answer_is_gone_would_be_no_hit(
    desk: Desk, semantic: Semantic, redis_server: object
) -> None:
    semantic("shadow")
    desk.keep(asking(ASKED), "Thirty per cent.")
    redis_server.delete(kept.place_of(asking(ASKED)).key)  # type: ignore[attr-defined]
    desk.keep(asking(ALIKE), "Thirty per cent.")
    assert recorded() == []


def test_a_question_is_no_neighbour_of_itself(desk: Desk, semantic: Semantic) -> None:
    semantic("shadow")
    desk.keep(asking(ASKED), "Thirty per cent.")
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert recorded() == []


def test_when_it_is_on_what_users_got_is_recorded_too(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert desk.find(asking(ALIKE))
    assert recorded() == [(ALIKE, ASKED, 0.996, "", True, True)]
    assert tally() == (2, 1, 1)


def test_a_day_has_a_bounded_number_of_pairs_and_hits_have_the_larger_part(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "MOST_HITS_A_DAY", 4)
    for _ in range(3):
        shadow.record(sighting(is_hit=False, objection="words"))
    for _ in range(3):
        shadow.record(sighting())
    assert ShadowHit.objects.filter(is_hit=False).count() == 2
    assert ShadowHit.objects.filter(is_hit=True).count() == 2
    assert tally() == (6, 3, 4)


@pytest.fixture
def old_pairs(settings: Settings, admin_user: User) -> None:
    """Three pairs: a judged one and one that was not, both older than the retention time, and one that is not."""
    settings.CACHING = {**settings.CACHING, "AI_SEMANTIC_RETENTION_DAYS": 7}
    for _ in range(3):
        shadow.record(sighting())
    judged, not_judged, _ = ShadowHit.objects.order_by("pk")
    shadow.judge(ShadowHit.objects.filter(pk=judged.pk), Verdict.RIGHT, by=str(admin_user.pk))
    long_ago = timezone.now() - timedelta(days=8)
    ShadowHit.objects.filter(pk__in=[judged.pk, not_judged.pk]).update(created_at=long_ago)


@pytest.mark.usefixtures("old_pairs")
def test_after_the_retention_time_verdicts_are_left_without_the_questions() -> None:
    assert shadow.purge() == Purged(deleted=1, blanked=1)
    assert list(ShadowHit.objects.order_by("pk").values_list("asked", "kept", "verdict")) == [
        ("", "", "right"),
        (ASKED, ALIKE, ""),
    ]
    assert shadow.purge() == Purged(deleted=0, blanked=0)


@pytest.mark.usefixtures("old_pairs")
def test_the_first_question_of_a_day_purges() -> None:
    ShadowDay.objects.update(day=timezone.localdate() - timedelta(days=1))
    shadow.record(sighting())
    assert ShadowHit.objects.exclude(asked="").count() == 2


def test_the_last_verdict_counts_and_says_whose_it_is(admin_user: User) -> None:
    shadow.record(sighting())
    pairs = ShadowHit.objects.all()
    assert shadow.judge(pairs, Verdict.WRONG, by=str(admin_user.pk)) == 1
    assert shadow.judge(pairs, Verdict.RIGHT, by=str(admin_user.pk)) == 1
    hit = ShadowHit.objects.get()
    assert (hit.verdict, hit.judged_by) == ("right", str(admin_user.pk))
    assert hit.judged_at is not None
