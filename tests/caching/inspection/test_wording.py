"""Figures as people read them: nothing that is nearly all is said to be all, and the unknown is not 0."""

from decimal import Decimal

import pytest

from caching.inspection.wording import Unit, duration, share, size, told, usd


@pytest.mark.parametrize(
    ("of_one", "said"),
    [
        (None, "–"),
        (0, "0.0 %"),
        (0.0004, "< 0.1 %"),
        (0.8237, "82.4 %"),
        (0.99999, "> 99.9 %"),
        (1, "100.0 %"),
    ],
)
def test_shares(of_one: float | None, said: str) -> None:
    assert share(of_one) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0.000604, "0.60 ms"),
        (0.0014, "1.4 ms"),
        (0.00996, "10 ms"),
        (0.0428, "43 ms"),
        (0.861, "861 ms"),
        (1.04, "1.0 s"),
        (150, "2 min 30 s"),
    ],
)
def test_durations(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(None, "unknown"), ("0", "$0.00"), ("0.00056", "$0.0006"), ("1234.5", "$1,234.50")]
)
def test_money(amount: str | None, said: str) -> None:
    assert usd(None if amount is None else Decimal(amount)) == said


@pytest.mark.parametrize(
    ("byte_count", "said"), [(None, "unknown"), (0, "0 bytes"), (1536, "1.5 KB"), (10.3 * 2**20, "10.3 MB")]
)
def test_sizes(byte_count: float | None, said: str) -> None:
    assert size(byte_count) == said


def test_each_unit_has_its_form() -> None:
    assert [told(1, unit) for unit in Unit] == ["1", "100.0 %", "1.0 s", "$1.00"]
    assert {told(None, unit) for unit in Unit} == {"–"}
