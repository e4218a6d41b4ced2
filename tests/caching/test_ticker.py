"""A thread that works for as long as the process lives, whatever happens to its work."""

import logging

import pytest

from caching.ticker import Ticker


def test_work_that_fails_is_logged_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter([OSError("gone"), OSError("gone"), None, OSError("gone again")])

    def work() -> None:
        if (error := next(outcomes)) is not None:
            raise error

    ticker = Ticker("test", work, lambda: 1.0)
    with caplog.at_level(logging.ERROR):
        for _ in range(4):
            ticker.tick()
    told = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert [str(error) for error in told] == ["gone", "gone again"]
    assert next(outcomes, "all done") == "all done"
