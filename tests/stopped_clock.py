"""A clock for throttles that stands still. Production asks the server for the time; here its script is told one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from caching.connection import wire
from platform_app.throttling import limits

# Long after the start of the epoch, and a whole number of every window.
START = 1_000_000 * 3600
_TIME = "redis.call('TIME')"
_REAL = limits.COUNT


def script_at(folder: Path, seconds: float) -> wire.Script:
    """The very script, but its server's time is this one."""
    whole, microseconds = divmod(round(seconds * 1_000_000), 1_000_000)
    assert _TIME in _REAL.text
    text = _REAL.text.replace(_TIME, f"{{'{whole}', '{microseconds}'}}")
    (folder / "count_attempt.lua").write_text(text, encoding="utf-8")
    return wire.Script("count_attempt", folder)


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[float], None]:
    """`stopped_clock(seconds)`: how much time has passed for throttles, so that no test depends on when it runs."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(limits, "COUNT", script_at(tmp_path, START + seconds))

    set_to(0)
    return set_to
