from __future__ import annotations

import pytest
import redis
from pytest_django import Settings

from tests.sessions_ext.oauth.visitor import Keys, Visitor

PIPELINE = (
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "social_core.pipeline.social_auth.social_user",
    "social_core.pipeline.user.create_user",
    "social_core.pipeline.social_auth.associate_user",
    "social_core.pipeline.social_auth.load_extra_data",
)


@pytest.fixture(autouse=True)
def plain_pipeline(db: None, settings: Settings) -> None:
    """Social-core's own steps: whoever comes from the provider gets an account. The platform's rules have their own tests."""
    settings.SOCIAL_AUTH_PIPELINE = PIPELINE
    settings.SOCIAL_AUTH_USER_FIELDS = ["email"]


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def keys(redis_server: redis.Redis, redis_key_prefix: str) -> Keys:
    return Keys(redis_server, redis_key_prefix)
