"""A chart as a table: the latest first, nothing of times of which there is nothing to say."""

from pytest_django import Settings

from caching.admin.charts import Chart, Form, Line, Value
from caching.inspection.wording import Unit

NOON = 1_767_268_800  # 2026-01-01 12:00 UTC


def chart(*values: Value, form: Form = Form.LINES, unit: Unit = Unit.SHARE, seconds: int = 60) -> Chart:
    at = [NOON + seconds * place for place in range(len(values))]
    return Chart("c", "Chart", "A gist.", at, seconds, [Line("Hits", "near", values)], unit, form)


def rows(of: Chart) -> list[tuple[str, str]]:
    return [(row.when, row.cells[0][1]) for row in of.rows]


def test_the_latest_stands_first() -> None:
    assert rows(chart(0.5, 1.0)) == [("2026-01-01 12:01", "100.0 %"), ("2026-01-01 12:00", "50.0 %")]


def test_a_ratio_of_nothing_is_one_and_no_ratio_is_none() -> None:
    assert rows(chart(0.0, None)) == [("2026-01-01 12:00", "0.0 %")]
    assert chart(0.0).has_values
    assert not chart(None).has_values


def test_a_part_of_nothing_is_left_out() -> None:
    parts = chart(0, 7, form=Form.STACKED, unit=Unit.COUNT)
    assert rows(parts) == [("2026-01-01 12:01", "7")]
    assert not chart(0, form=Form.STACKED).has_values


def test_days_have_no_hour() -> None:
    assert rows(chart(1, seconds=86_400, unit=Unit.COUNT)) == [("2026-01-01", "1")]


def test_times_are_those_of_the_platform(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    assert rows(chart(1))[0][0] == "2026-01-01 21:00"
    assert chart(1).data["zone"] == "Asia/Tokyo"
