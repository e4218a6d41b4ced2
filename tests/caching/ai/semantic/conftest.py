from collections.abc import Callable, Iterator

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
def desk(transactional_db: None) -> Iterator[Desk]:
    """Two questions of one meaning, five degrees apart, and their opposite close by.

    Another thread writes to the database and to Redis: it has to be done with that before they are cleared.
    """
    yield Desk({ASKED: 0, ALIKE: 5, NEGATED: 2})
    assert background.drain(10)
