"""`manage.py cache_stats` as people and programs use it."""

import json
from io import StringIO

import msgspec
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from caching.ai import ledger
from caching.ai.ledger.accounts import Outcome
from caching.ai.usage import Usage
from caching.inspection.figures import Figures, KindFigures
from tests.caching.inspection.counted import count_some

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("cache_stats", *words, stdout=out)
    return out.getvalue()


def test_a_table_for_people() -> None:
    count_some()
    lines = run("--period", "hour").splitlines()
    assert lines[:2] == [
        "20 readings in the last hour: 75.0 % were hits.",
        "16 computations avoided, 3 done.",
    ]
    rows = [line.split() for line in lines]
    assert ["query:scenario_list", "16", "12", "75.0", "%", "10", "2", "3", "3", "1"] in [
        row[:10] for row in rows
    ]
    assert ["ai_chat", "4", "3", "75.0", "%", "0", "3", "1", "0", "0", "–"] in rows
    assert ["all", "20", "15", "75.0", "%", "10", "5", "4", "3", "1"] in [row[:10] for row in rows]
    assert any(line.startswith("answer of the AI") for line in lines)
    assert any(" used, " in line for line in lines)


def test_columns_stand_below_one_another() -> None:
    count_some()
    table = [line for line in run().splitlines() if line.startswith(("kind ", "query:", "ai_chat", "all "))]
    assert len(table) == 4
    assert len({len(line) for line in table}) == 1


def test_it_says_of_how_many_keys_it_speaks() -> None:
    count_some()
    assert "keys in Redis; " in run()


def test_money_of_an_unknown_price_is_unknown() -> None:
    ledger.record("reply", "chat", "smollm2", (), Outcome.HIT, Usage(1000, 200, 0))
    said = run("--period", "week")
    assert "AI in the last 7 days (UTC): 1,200 tokens saved, 0 paid for in full." in said
    assert "unknown saved, unknown spent (1 requests without a known price are not in it)." in said


def test_nothing_counted_is_said() -> None:
    assert run("--period", "day").startswith("Nothing was read through the cache in the last day.")
    assert run().startswith("Nothing was read through the cache since counting began.")


def test_json_has_stable_names() -> None:
    count_some()
    (line,) = run("--json").splitlines()
    shown = json.loads(line)
    assert list(shown) == list(Figures.__struct_fields__)
    assert list(shown["total"]) == list(KindFigures.__struct_fields__)
    assert (shown["period"], shown["total"]["hits"]) == ("all", 15)
    assert msgspec.convert(shown, Figures).kinds[0].kind == "query:scenario_list"


def test_without_redis_it_ends_with_one_line(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"
    with pytest.raises(CommandError) as raised:
        run()
    assert raised.value.returncode == 1
    assert str(raised.value).startswith("Redis does not work, and there are no statistics: ")
    assert "\n" not in str(raised.value)
    assert "s3cret" not in str(raised.value)
