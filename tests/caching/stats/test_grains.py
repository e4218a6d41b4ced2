"""Any time is made of a few sheets, each minute of it once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from caching.policy import DAY, HOUR, MINUTE
from caching.stats.grains import GRAINS, covering

MINUTES_OF_DAYS = st.integers(min_value=0, max_value=20 * 24 * 60)


@given(start=MINUTES_OF_DAYS, length=MINUTES_OF_DAYS)
def test_the_sheets_follow_one_another_from_the_start_to_the_end(start: int, length: int) -> None:
    start, end = start * MINUTE, (start + length) * MINUTE
    reached = start
    for grain, begins in covering(start, end):
        assert begins == reached
        assert begins % grain.seconds == 0
        reached += grain.seconds
    assert reached == end


@given(minute=MINUTES_OF_DAYS)
def test_an_hour_a_day_and_a_week_are_at_most_fifteen_sheets(minute: int) -> None:
    for seconds, step in ((HOUR, MINUTE), (DAY, 10 * MINUTE), (7 * DAY, HOUR)):
        end = minute * MINUTE // step * step + step
        assert len(list(covering(end - seconds, end))) <= 15


@given(minute=MINUTES_OF_DAYS)
def test_no_sheet_is_asked_for_that_is_forgotten(minute: int) -> None:
    for seconds, step in ((HOUR, MINUTE), (DAY, 10 * MINUTE), (7 * DAY, HOUR)):
        now = minute * MINUTE
        end = now // step * step + step
        for grain, begins in covering(end - seconds, end):
            assert now - begins < grain.kept_seconds


def test_each_grain_is_so_many_times_the_one_before() -> None:
    for finer, coarser in pairwise(GRAINS):
        assert coarser.seconds % finer.seconds == 0
