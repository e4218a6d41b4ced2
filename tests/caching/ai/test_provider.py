import os
import signal
from typing import Any

import httpx2
import pytest

from caching import conf
from caching.ai import ai, client
from caching.ai.provider import OFFLINE_MODEL
from caching.errors import AIMisconfigured
from tests.loopback_openai import API_KEY, LoopbackOpenAI

QUESTION = [{"role": "user", "content": "Hello."}]


class StubTransport(httpx2.BaseTransport):
    """An engine in this process: says what it was asked with."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        text = f"{request.url} {request.content.decode()}"
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return httpx2.Response(
            200, json={"model": OFFLINE_MODEL, "object": "chat.completion", "choices": [choice]}
        )


@pytest.fixture
def set_caching(settings: Any) -> Any:
    def set_caching(**names: Any) -> None:
        settings.CACHING = settings.CACHING | {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""} | names

    yield set_caching
    client.close()


def test_a_key_means_openai(set_caching: Any) -> None:
    set_caching(OPENAI_API_KEY="sk-1", AI_MODEL="gpt-x")
    provider = ai.provider()
    assert (provider.name, provider.model, provider.is_offline) == ("openai", "gpt-x", False)
    assert provider.base_url == "https://api.openai.com/v1"
    assert provider.token_limit_parameter == "max_completion_tokens"


@pytest.mark.parametrize("key", ["", "sk-1"])
def test_a_base_url_means_a_compatible_server(set_caching: Any, key: str) -> None:
    set_caching(OPENAI_API_KEY=key, OPENAI_BASE_URL="http://127.0.0.1:1/v1/")
    provider = ai.provider()
    assert (provider.name, provider.is_offline) == ("compatible", False)
    assert provider.base_url == "http://127.0.0.1:1/v1"
    assert provider.token_limit_parameter == "max_tokens"


def test_neither_means_the_offline_engine_which_says_so(set_caching: Any) -> None:
    set_caching(OFFLINE_TRANSPORT=f"{__name__}.StubTransport", AI_MODEL="gpt-x")
    provider = ai.provider()
    assert (provider.name, provider.model, provider.is_offline) == ("offline", "offline-engine", True)
    answer = ai.chat("chat", QUESTION)
    assert answer.model == "offline-engine"
    assert answer.text.startswith("http://offline.invalid/v1/chat/completions")
    assert '"model":"offline-engine"' in answer.text
    assert ai.chat("chat", QUESTION).from_cache


def test_no_key_no_server_and_no_engine_is_misconfigured(set_caching: Any) -> None:
    set_caching(OFFLINE_TRANSPORT="")
    with pytest.raises(AIMisconfigured):
        ai.chat("chat", QUESTION)


def test_a_server_without_a_key_is_asked_all_the_same(provider_server: LoopbackOpenAI, settings: Any) -> None:
    settings.CACHING = settings.CACHING | {"OPENAI_API_KEY": ""}
    assert ai.chat("chat", QUESTION).text == "Answer 1."


def test_the_key_goes_to_the_server_and_nowhere_else(
    provider_server: LoopbackOpenAI, redis_server: Any, redis_key_prefix: str
) -> None:
    ai.chat("chat", QUESTION)
    assert provider_server.calls[0].headers["authorization"] == f"Bearer {API_KEY}"
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    assert API_KEY.encode() not in key + redis_server.get(key)
    assert API_KEY not in repr(ai.provider()) + repr(conf.current())


def test_the_environment_does_not_steer_the_client(
    provider_server: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    ai.chat("chat", QUESTION)
    assert provider_server.calls[0].headers["authorization"] == f"Bearer {API_KEY}"


def test_changed_settings_get_a_new_client(provider_server: LoopbackOpenAI, settings: Any) -> None:
    ai.chat("chat", QUESTION)
    settings.CACHING = settings.CACHING | {"OPENAI_API_KEY": "sk-2"}
    ai.chat("chat", QUESTION, scopes=("persona:other",))
    assert [call.headers["authorization"] for call in provider_server.calls] == [
        f"Bearer {API_KEY}",
        "Bearer sk-2",
    ]


def test_a_forked_child_has_a_client_of_its_own(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION)
    with client._held._lock:  # as if another thread of the parent were using it
        child = os.fork()
        if child == 0:
            signal.alarm(5)  # a child that waits for the lock waits for ever
            failed = True
            try:
                failed = ai.chat("chat", QUESTION, scopes=("persona:child",)).from_cache
            finally:
                os._exit(failed)  # whatever happens, the child does not run the other tests
    assert os.waitpid(child, 0)[1] == 0
    assert len(provider_server.calls) == 2
