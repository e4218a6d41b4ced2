"""`manage.py ai_ledger` as people and programs use it."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import msgspec
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.report import Report, Sums
from caching.models import AILedgerLine

Post = Callable[..., None]

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("ai_ledger", *words, stdout=out)
    return out.getvalue()


def test_a_table_for_people(post: Post) -> None:
    post(Outcome.FRESH, times=1000)
    post(Outcome.HIT, times=3000)
    post(Outcome.HIT, operation="goal_check", scopes=())
    assert run().splitlines() == [
        "AI ledger, 2026-02-13 to 2026-03-14 (UTC)",
        "",
        "operation      requests   hits   ratio  fresh tokens  provider-cached  saved tokens    spent    saved",
        "persona_reply     4,000  3,000   75.0%       800,000          400,000     3,600,000  $0.5600  $1.6800",
        "goal_check            1      1  100.0%             0                0         1,200  $0.0000  $0.0006",
        "",
        "model          requests   hits   ratio  fresh tokens  provider-cached  saved tokens    spent    saved",
        "gpt-5-mini        4,001  3,001   75.0%       800,000          400,000     3,601,200  $0.5600  $1.6806",
        "",
        "scenario       requests   hits   ratio  fresh tokens  provider-cached  saved tokens    spent    saved",
        "12                4,000  3,000   75.0%       800,000          400,000     3,600,000  $0.5600  $1.6800",
        "(none)                1      1  100.0%             0                0         1,200  $0.0000  $0.0006",
        "",
        "day            requests   hits   ratio  fresh tokens  provider-cached  saved tokens    spent    saved",
        "2026-03-14        4,001  3,001   75.0%       800,000          400,000     3,601,200  $0.5600  $1.6806",
        "",
        "total             4,001  3,001   75.0%       800,000          400,000     3,601,200  $0.5600  $1.6806",
        "",
        "Prices as of 2025-12-01; check them with the provider (CACHING['AI_PRICES'] wins).",
        "The provider's own cache took $0.0900 off what was spent.",
    ]


def test_an_unknown_price_is_said_and_not_shown_as_nothing(post: Post) -> None:
    post(Outcome.FRESH, model="smollm2")
    said = run()
    assert "$" not in said
    assert "unknown" in said
    assert "No price is known of: smollm2." in said
    post(Outcome.FRESH)
    assert ">= $0.0006" in run()


def test_an_empty_ledger() -> None:
    assert run("--days", "1") == "AI ledger, 2026-03-14 to 2026-03-14 (UTC): no requests.\n"


def test_json_has_stable_names(post: Post) -> None:
    post(Outcome.HIT)
    (line,) = run("--days", "7", "--json").splitlines()
    shown = json.loads(line)
    assert list(shown) == list(Report.__struct_fields__)
    assert list(shown["total"]) == list(Sums.__struct_fields__)
    assert (shown["days"], shown["first_day"], shown["total"]["requests"]) == (7, "2026-03-08", 1)
    assert shown["total"]["saved_usd"] == "0.000560"
    assert msgspec.convert(shown, Report).by_scenario[0].name == "12"


def test_it_copies_to_the_database(post: Post) -> None:
    post(Outcome.HIT)
    run()
    assert AILedgerLine.objects.get().hit_requests == 1


@pytest.mark.parametrize("number", ["0", "-3", "week", "3661", "1.5", ""])
def test_a_wrong_number_of_days_is_told_in_one_line(number: str) -> None:
    with pytest.raises(CommandError, match="is no number of days: write 1 to 3660") as refused:
        run(f"--days={number}")
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("broken_redis")
@pytest.mark.parametrize("words", [[], ["--json"]])
def test_without_redis_it_says_so_in_one_line(post: Any, words: list[str]) -> None:
    with pytest.raises(
        CommandError, match=r"^Redis does not work, and the ledger cannot be read: "
    ) as refused:
        run(*words)
    assert "\n" not in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert refused.value.returncode == 1
