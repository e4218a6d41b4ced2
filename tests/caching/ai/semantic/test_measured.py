"""Precision is what administrators judged, with the interval that so few verdicts allow."""

import pytest
from pytest_django import DjangoAssertNumQueries

from caching.ai.semantic import measured, shadow
from caching.ai.semantic.measured import Verdicts
from caching.models import ShadowHit


def pairs(
    count: int, cosine: float, verdict: str = "", *, objection: str = "", operation: str = "glossary"
) -> None:
    for _ in range(count):
        shadow.record(
            shadow.Sighting(
                operation=operation,
                model="m",
                asked="One?",
                kept="Other?",
                cosine=cosine,
                objection=objection,
                is_hit=cosine >= 0.95 and not objection,
            )
        )
        ShadowHit.objects.filter(pk=ShadowHit.objects.latest("pk").pk).update(verdict=verdict)


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (10, 0, 0.7225, 1.0),
        (0, 10, 0.0, 0.2775),
        (9, 1, 0.5958, 0.9821),
        (95, 5, 0.8882, 0.9785),
    ],
)
def test_the_interval_is_wide_where_little_was_judged(
    right: int, wrong: int, low: float, high: float
) -> None:
    assert Verdicts(right + wrong, right, wrong).interval == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("right", "wrong"), [(1, 1), (9, 1), (95, 5), (300, 2)])
def test_its_ends_are_the_precisions_that_the_verdicts_just_allow(right: int, wrong: int) -> None:
    share, judged = right / (right + wrong), right + wrong
    for end in Verdicts(judged, right, wrong).interval:
        deviation = (end * (1 - end) / judged) ** 0.5
        assert abs(share - end) == pytest.approx(measured.Z * deviation)


def test_nothing_judged_is_no_precision(db: None) -> None:
    found = measured.precision("glossary")
    assert (found.asked, found.hits, found.hit_rate, found.verdicts.precision) == (0, 0, None, None)


def test_hits_refusals_and_bands_are_counted_apart(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pairs(3, 0.96, "right")
    pairs(1, 0.96, "wrong")
    pairs(2, 0.99)
    pairs(1, 1.0000001, "right")
    pairs(2, 0.9, "wrong")
    pairs(2, 0.97, "wrong", objection="order")
    pairs(1, 0.97, "right", objection="words")
    pairs(5, 0.99, "wrong", operation="feedback")
    for _ in range(8):
        shadow.count("glossary")
    with django_assert_num_queries(2):
        found = measured.precision("glossary")
    assert (found.asked, found.hits, found.hit_rate) == (20, 7, 0.35)
    assert found.verdicts == Verdicts(7, 4, 1)
    assert found.verdicts.precision == 0.8
    assert found.refused == Verdicts(3, 1, 2)
    assert {band.at_least: band.verdicts for band in found.bands} == {
        0.8: Verdicts(0, 0, 0),
        0.85: Verdicts(0, 0, 0),
        0.9: Verdicts(2, 0, 2),
        0.95: Verdicts(4, 3, 1),
        0.98: Verdicts(3, 1, 0),
    }
    assert measured.operations() == ["feedback", "glossary"]
