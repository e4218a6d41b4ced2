"""The offline engine as the platform meets it: through the real SDK."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from openai import OpenAI

from platform_app.offline.transport import OfflineTransport


@pytest.fixture
def sdk() -> Iterator[OpenAI]:
    with OpenAI(
        base_url="http://offline.invalid/v1",
        api_key="none",
        max_retries=0,
        http_client=httpx2.Client(transport=OfflineTransport(token_seconds=0)),
    ) as client:
        yield client
