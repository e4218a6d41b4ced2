"""A call of a real model raises in a test, whoever makes it and whatever becomes of the error."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import httpx2
import openai
import pytest
from pytest_django import Settings

from caching.ai import ai, client

SENTENCE = "A test may not reach api.openai.com: no real model is called in tests"
QUESTION = [{"role": "user", "content": "Hello."}]


@pytest.fixture
def reached(no_internet: list[str]) -> list[str]:
    """Emptied by each test here: what is left in it would fail the test."""
    return no_internet


def test_the_sdk_is_refused(reached: list[str]) -> None:
    with pytest.raises(OSError, match=SENTENCE):
        openai.OpenAI(api_key="sk-real").models.list()
    assert reached == ["api.openai.com"]
    reached.clear()


def test_the_async_sdk_is_refused(reached: list[str]) -> None:
    async def ask() -> None:
        async with openai.AsyncOpenAI(api_key="sk-real") as sdk:
            await sdk.models.list()

    with pytest.raises(OSError, match=SENTENCE):
        asyncio.run(ask())
    reached.clear()


def test_the_platforms_own_door_is_refused(reached: list[str], settings: Settings) -> None:
    """By an error that is none of the AI's: nothing in the platform takes it in its stride."""
    settings.CACHING = settings.CACHING | {"OPENAI_API_KEY": "sk-real"}
    with pytest.raises(OSError, match=SENTENCE):
        ai.chat("chat", QUESTION)
    client.close()
    assert reached == ["api.openai.com"]
    reached.clear()


def test_a_proxy_on_this_machine_is_no_way_around(
    reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:{1}".format(*proxy.getsockname()))
        with pytest.raises(OSError, match=SENTENCE):
            openai.OpenAI(api_key="sk-real", timeout=5).models.list()
    reached.clear()


def test_an_error_that_is_swallowed_is_remembered(reached: list[str]) -> None:
    with suppress(OSError):
        socket.create_connection(("api.openai.com", 443))
    assert reached == ["api.openai.com"]
    reached.clear()


@pytest.mark.real_calls
def test_a_test_that_is_marked_may(reached: list[str]) -> None:
    """The name exists nowhere: it is the resolver that says no."""
    with pytest.raises(httpx2.ConnectError) as failed:
        httpx2.get("http://no-such-host.invalid/")
    assert "A test may not reach" not in str(failed.value)
    assert reached == []
