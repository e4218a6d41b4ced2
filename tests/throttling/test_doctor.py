"""Behind a proxy whose entries nobody believes, all visitors count as one."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from caching.doctor import Level
from platform_app.doctor import check_proxies, proxies


@pytest.mark.parametrize(
    ("https", "count", "level"),
    [(False, 0, Level.OK), (True, 1, Level.OK), (True, 0, Level.FAIL), (True, -1, Level.FAIL)],
)
def test_with_https_there_is_a_proxy(settings: Settings, https: bool, count: int, level: Level) -> None:
    settings.HTTPS, settings.TRUSTED_PROXIES = https, count
    assert proxies().level is level
    assert [message.id for message in check_proxies()] == (
        ["platform_app.E001"] if level is Level.FAIL else []
    )
