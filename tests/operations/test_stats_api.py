"""GET /api/cache/stats: the figures of the overview, for administrators and for staff who may see the cache."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from pytest_django import Settings
from rest_framework.test import APIClient

from caching.ai import ledger
from caching.ai.ledger.accounts import Outcome
from caching.ai.usage import Usage
from caching.inspection.figures import Figures, KindFigures, figures
from caching.inspection.overview import overview
from caching.stats.series import Period
from platform_app.models import User
from platform_app.operations.stats_serializers import EXAMPLE, StatsSerializer
from tests.caching.inspection.counted import count_some

PATH = "/api/cache/stats"
ApiFor = Callable[[User], APIClient]


def test_it_says_what_the_overview_says(api_for: ApiFor, admin_user: User) -> None:
    count_some()
    ledger.record("reply", "chat", "gpt-5-mini", (), Outcome.HIT, Usage(1000, 200, 400))
    body = api_for(admin_user).get(PATH, {"period": "hour"}).json()
    assert list(body) == list(Figures.__struct_fields__)
    assert list(body["total"]) == list(KindFigures.__struct_fields__)
    shown = figures(overview(Period.HOUR))
    assert (body["total"]["requests"], body["total"]["hit_ratio"]) == (20, 0.75)
    assert body["kinds"] == StatsSerializer(shown).data["kinds"]
    assert Decimal(body["ai"]["saved_usd"]) == shown.ai.saved_usd == Decimal("0.000560")
    assert body["memory"][0]["used_bytes"] > 0


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
@pytest.mark.parametrize("period", ["hour", "day", "week", "all"])
def test_with_and_without_a_slash(api_for: ApiFor, admin_user: User, path: str, period: str) -> None:
    assert api_for(admin_user).get(path, {"period": period}).json()["period"] == period


def test_of_all_time_unless_asked_otherwise(api_for: ApiFor, admin_user: User) -> None:
    assert api_for(admin_user).get(PATH).json()["period"] == "all"


@pytest.mark.parametrize("period", ["month", "Hour", "1"])
def test_an_unknown_period(api_for: ApiFor, admin_user: User, period: str) -> None:
    response = api_for(admin_user).get(PATH, {"period": period})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "period"


def test_the_example_has_the_form_of_an_answer(api_for: ApiFor, admin_user: User) -> None:
    count_some()
    body = api_for(admin_user).get(PATH).json()
    assert list(EXAMPLE) == list(body)
    assert list(EXAMPLE["kinds"][0]) == list(body["kinds"][0])
    for part in ("ai", "keys", "total"):
        assert list(EXAMPLE[part]) == list(body[part]), part
    assert list(EXAMPLE["memory"][0]) == list(body["memory"][0])
    assert list(EXAMPLE["keys"]["namespaces"][0]) == list(body["keys"]["namespaces"][0])


@pytest.mark.parametrize("who", ["student", "professor"])
def test_it_is_nobody_elses(api_for: ApiFor, request: pytest.FixtureRequest, who: str) -> None:
    response = api_for(request.getfixturevalue(who)).get(PATH)
    assert response.status_code == 403
    assert "staff who may see the cache" in response.json()["detail"]


def test_staff_needs_the_permission_and_the_permission_needs_staff(api_for: ApiFor, professor: User) -> None:
    view = Permission.objects.get(codename="view_cache")
    professor.user_permissions.add(view)
    assert api_for(User.objects.get(pk=professor.pk)).get(PATH).status_code == 403
    professor.is_staff = True
    professor.save()
    assert api_for(User.objects.get(pk=professor.pk)).get(PATH).status_code == 200
    professor.user_permissions.remove(view)
    assert api_for(User.objects.get(pk=professor.pk)).get(PATH).status_code == 403


def test_strangers_have_to_sign_in(db: None) -> None:
    assert APIClient().get(PATH).status_code == 401


def test_it_is_read_only(api_for: ApiFor, admin_user: User) -> None:
    assert api_for(admin_user).post(PATH).status_code == 405


def test_without_redis_it_is_503(api_for: ApiFor, admin_user: User, settings: Settings) -> None:
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"
    response = api_for(admin_user).get(PATH)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "s3cret" not in response.text
