from collections.abc import Iterator
from typing import Any

import pytest

from tests.caching.ai.dropin.twins import Twin, client_of, twins
from tests.loopback_openai import LoopbackOpenAI


@pytest.fixture(params=["sync", "async"])
def twin(request: Any) -> Iterator[Twin]:
    yield from twins(request)


@pytest.fixture
def client(twin: Twin, provider_server: LoopbackOpenAI) -> Iterator[Any]:
    client = client_of(twin, provider_server.url)
    yield client
    twin.get(client.close())


@pytest.fixture
def uncached(twin: Twin, provider_server: LoopbackOpenAI) -> Iterator[Any]:
    """The SDK's own client, for what an answer looks like without a cache."""
    client = client_of(twin, provider_server.url, cached=False)
    yield client
    twin.get(client.close())
