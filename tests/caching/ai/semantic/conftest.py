from collections.abc import Callable

import pytest
from pytest_django import Settings

from caching.ai.semantic import background
from tests.caching.ai.semantic.desk import OPERATION, Desk

ASKED = "What is the margin?"
ALIKE = "Could you tell me what the margin is?"
NEGATED = "What is not the margin?"

Semantic = Callable[..., None]


@pytest.fixture
def semantic(settings: Settings) -> Semantic:
    """`semantic("on")`: the mode of the operation of `desk`, and other settings of this tier."""

    def switch(mode: str, **more: object) -> None:
        settings.CACHING = {**settings.CACHING, "AI_SEMANTIC": {OPERATION: mode}, **more}

    return switch


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    """Two questions of one meaning, five degrees apart, and their opposite close by. Pairs are recorded by another thread."""
    assert background.drain(10)
    return Desk({ASKED: 0, ALIKE: 5, NEGATED: 2})
