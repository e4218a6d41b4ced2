"""C7: without Redis there is an error within 1.5 s, and never a call that nobody could keep."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from caching.ai import ai
from caching.errors import CacheUnavailable
from tests.caching.patience import PROMISED_SECONDS, within
from tests.loopback_openai import LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Hello."}]


class Value(BaseModel):
    name: str


@pytest.mark.usefixtures("broken_redis")
@pytest.mark.parametrize(
    "ask",
    [
        lambda: ai.chat("chat", QUESTION),
        lambda: ai.stream("chat", QUESTION),
        lambda: ai.structured("chat", QUESTION, Value),
        lambda: ai.embed("embedding", ["one", "two"]),
        lambda: ai.image("image", "A harbour."),
    ],
    ids=["chat", "stream", "structured", "embed", "image"],
)
def test_the_door_says_so_in_time_and_asks_nobody(
    provider_server: LoopbackOpenAI, ask: Callable[[], object]
) -> None:
    with within(PROMISED_SECONDS), pytest.raises(CacheUnavailable) as caught:
        ask()
    assert caught.value.retry_after_seconds > 0
    assert "s3cret" not in str(caught.value)
    assert provider_server.calls == []


def test_an_answer_that_cannot_be_kept_is_an_error(
    provider_server: LoopbackOpenAI, use_redis: Callable[[str], None], closed_port: int
) -> None:
    provider_server.script(Reply("Hello there, student.", pause_seconds=0.3))  # it is still on its way
    stream = ai.stream("chat", QUESTION)
    next(stream)
    use_redis(f"redis://127.0.0.1:{closed_port}/0")
    with pytest.raises(CacheUnavailable):
        list(stream)
