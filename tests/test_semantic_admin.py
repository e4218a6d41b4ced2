"""The admin's list of question pairs: two questions side by side, verdicts, what they measure; for administrators only."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from caching.ai.semantic import shadow
from caching.models import ShadowHit
from platform_app.models import User

LIST = "/admin/caching/shadowhit/"


@pytest.fixture
def site(client_for: Callable[[User], Client], admin_user: User) -> Client:
    return client_for(admin_user)


@pytest.fixture
def pairs(db: None) -> list[int]:
    for number in range(3):
        shadow.record(
            shadow.Sighting(
                operation="glossary",
                model="m",
                asked=f"What is <b>margin {number}</b>?",
                kept=f"What does margin {number} mean?",
                cosine=0.951 + number / 100,
                objection="",
                is_hit=True,
            )
        )
    shadow.record(
        shadow.Sighting(
            operation="glossary",
            model="m",
            asked="Should we expand?",
            kept="Should we not expand?",
            cosine=0.83,
            objection="negation",
            is_hit=False,
        )
    )
    return list(ShadowHit.objects.order_by("pk").values_list("pk", flat=True))


def test_both_questions_stand_side_by_side_as_text(site: Client, pairs: list[int]) -> None:
    page = site.get(LIST).text
    assert "What does margin 1 mean?" in page
    assert "What is &lt;b&gt;margin 1&lt;/b&gt;?" in page
    assert "<b>margin" not in page
    assert "0.961" in page


@pytest.mark.parametrize(
    ("action", "verdict", "said"),
    [
        ("judge_right", "right", "Judged 2 pairs: same meaning."),
        ("judge_wrong", "wrong", "Judged 2 pairs: another meaning."),
    ],
)
def test_an_administrator_judges(
    site: Client, pairs: list[int], admin_user: User, action: str, verdict: str, said: str
) -> None:
    form = {"action": action, "_selected_action": pairs[:2]}
    assert said in site.post(LIST, form, follow=True).text
    judged = ShadowHit.objects.filter(verdict=verdict, judged_by=str(admin_user.pk), judged_at__isnull=False)
    assert sorted(judged.values_list("pk", flat=True)) == pairs[:2]


def test_the_measured_precision_stands_above_the_list(site: Client, pairs: list[int]) -> None:
    page = site.get(LIST).text
    assert "3 hits (75.0 %)" in " ".join(page.split())
    assert "Precision" in page
    site.post(LIST, {"action": "judge_right", "_selected_action": pairs[:2]})
    site.post(LIST, {"action": "judge_wrong", "_selected_action": pairs[2]})
    page = site.get(LIST).text
    assert "66.7 %" in page
    assert "20.8 % to 93.9 %" in page


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ({"verdict": "none"}, [1, 2, 3]),
        ({"verdict": "right"}, [0]),
        ({"cosine_from": "0.8"}, [3]),
        ({"cosine_from": "0.95"}, [0, 1, 2]),
        ({"is_hit__exact": "0"}, [3]),
        ({"objection": "negation"}, [3]),
        ({"operation": "another"}, []),
        ({"q": "expand"}, [3]),
    ],
    ids=str,
)
def test_the_filters_show_what_they_say(
    site: Client, pairs: list[int], chosen: dict[str, str], shown: list[int]
) -> None:
    ShadowHit.objects.filter(pk=pairs[0]).update(verdict="right")
    found = site.get(LIST, chosen).context["cl"].queryset
    assert sorted(found.values_list("pk", flat=True)) == [pairs[place] for place in shown]


def test_the_questions_themselves_are_not_edited(site: Client, pairs: list[int]) -> None:
    url = f"{LIST}{pairs[0]}/change/"
    assert site.get(url).status_code == 200
    assert site.post(url, {"asked": "Something else?"}).status_code == 403
    assert site.get(f"{LIST}add/").status_code == 403


def test_a_page_asks_the_same_few_things_for_many_pairs(
    site: Client, pairs: list[int], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        ShadowHit.objects.bulk_create(
            [
                ShadowHit(
                    operation="glossary", model="m", asked="One?", kept="Other?", cosine=0.9, is_hit=False
                )
            ]
        )
    with django_assert_max_num_queries(13):
        site.get(LIST)


def test_staff_with_every_right_does_not_see_what_users_asked(
    client_for: Callable[[User], Client], professor: User, pairs: list[int]
) -> None:
    professor.is_staff = True
    professor.save()
    professor.user_permissions.add(*Permission.objects.filter(content_type__app_label="caching"))
    staff = client_for(professor)
    assert staff.get(LIST).status_code == 403
    assert staff.get(f"{LIST}{pairs[0]}/change/").status_code == 403
    assert staff.post(LIST, {"action": "judge_right", "_selected_action": pairs}).status_code == 403
    assert not ShadowHit.objects.exclude(verdict="").exists()


def test_what_is_no_longer_kept_says_so(site: Client, pairs: list[int]) -> None:
    ShadowHit.objects.update(asked="", kept="", verdict="right")
    assert "(no longer kept)" in site.get(LIST).text
