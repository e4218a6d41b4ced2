from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from caching import conf


def test_defaults_hold_for_what_is_not_set(settings: Any) -> None:
    settings.CACHING = {}
    assert conf.current() == conf.CachingConf()
    assert conf.current().ai_max_retries == 2


def test_settings_are_read_at_every_call(settings: Any) -> None:
    settings.CACHING = {"AI_MODEL": "one"}
    assert conf.current().ai_model == "one"
    settings.CACHING["AI_MODEL"] = "two"
    assert conf.current().ai_model == "two"
    settings.CACHING = {"AI_MODEL": "three"}
    assert conf.current().ai_model == "three"


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ({"AI_MODLE": "x"}, "AI_MODLE"),
        ({"ai_model": "x"}, "ai_model"),
        ({"AI_MODEL": None}, "AI_MODEL"),
        ({"AI_TIMEOUT_SECONDS": "90"}, "AI_TIMEOUT_SECONDS"),
        ({"AI_TIMEOUT_SECONDS": 0}, "AI_TIMEOUT_SECONDS"),
        ({"AI_MAX_RETRIES": -1}, "AI_MAX_RETRIES"),
        ({"AI_MAX_RETRIES": True}, "AI_MAX_RETRIES"),
        ({"AI_TTL_SECONDS": {"chat": 0}}, "AI_TTL_SECONDS"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(settings: Any, names: dict[str, Any], complaint: str) -> None:
    settings.CACHING = names
    with pytest.raises(ImproperlyConfigured, match=complaint):
        conf.current()


def test_secrets_are_not_shown(settings: Any) -> None:
    settings.CACHING = {"OPENAI_API_KEY": "sk-1234", "OPENAI_BASE_URL": "http://user:s3cret@host/v1"}
    assert "sk-1234" not in repr(conf.current())
    assert "s3cret" not in repr(conf.current())
