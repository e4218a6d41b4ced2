"""What readers are shown when leaders die: every text whole, none repeated, none spliced from two answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caching.ai.live.records import RESTART, News
from caching.ai.live.telling import Telling
from caching.ai.replies import read_delta
from caching.ai.surfaces import CHAT


def chunk(text: str, finish_reason: str | None = None, **delta: object) -> bytes:
    choice = {"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish_reason}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [choice]}).encode()


def body(text: str) -> bytes:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


ROLE = chunk("", role="assistant")
END = json.dumps(
    {
        "id": "1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    }
).encode()


def shown(news: list[News]) -> tuple[str, int]:
    """What stands on the reader's screen, and how often he was told to begin anew."""
    text, restarts = "", 0
    for one in news:
        if one is RESTART:
            text, restarts = "", restarts + 1
        else:
            assert isinstance(one, bytes)
            text += read_delta(one)
    return text, restarts


def tell(telling: Telling, *pieces: str) -> list[News]:
    telling.open()
    return telling.said([ROLE, *map(chunk, pieces)])


def test_the_first_telling_is_shown_as_it_comes() -> None:
    assert shown(tell(Telling(CHAT), "One ", "two ", "three")) == ("One two three", 0)


def test_a_second_telling_that_says_the_same_is_shown_from_where_the_first_one_broke_off() -> None:
    telling = Telling(CHAT)
    news = tell(telling, "One ", "two ")
    assert tell(telling, "On", "e t") == []
    news += telling.said([chunk("wo th"), chunk("ree"), END])
    assert shown(news) == ("One two three", 0)
    assert telling.ended(body("One two three")) == []


def test_the_chunk_on_the_border_is_cut() -> None:
    telling = Telling(CHAT)
    tell(telling, "One ", "two")
    (surplus,) = tell(telling, "One two three")
    assert isinstance(surplus, bytes)
    assert read_delta(surplus) == " three"


def test_another_answer_begins_anew_and_whole() -> None:
    telling = Telling(CHAT)
    news = tell(telling, "One ", "two ")
    news += tell(telling, "One ", "too many")
    assert shown(news) == ("One too many", 1)


def test_a_shorter_answer_begins_anew() -> None:
    telling = Telling(CHAT)
    news = tell(telling, "One ", "two ", "three")
    news += tell(telling, "One ", "two ")
    news += telling.said([END])
    assert shown(news) == ("One two ", 1)


def test_an_answer_that_broke_off_at_its_very_end_ends_without_a_new_beginning() -> None:
    telling = Telling(CHAT)
    news = tell(telling, "One ", "two")
    news += tell(telling, "One two")
    news += telling.said([END])
    assert shown(news) == ("One two", 0)
    assert news[-1] == END


def test_the_role_is_said_once() -> None:
    telling = Telling(CHAT)
    news = tell(telling)
    news += tell(telling, "One")
    assert [b"role" in one for one in news if isinstance(one, bytes)] == [True, False]


def test_a_successor_that_does_not_stream_says_the_rest_at_once() -> None:
    telling = Telling(CHAT)
    news = tell(telling, "One ")
    telling.open()
    news += telling.ended(body("One two three"))
    assert shown(news) == ("One two three", 0)


def test_whoever_has_seen_more_than_text_begins_anew() -> None:
    telling = Telling(CHAT)
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}
    telling.open()
    telling.said([ROLE, chunk("", tool_calls=[call])])
    assert tell(telling, "One")[0] is RESTART


PIECES = st.lists(st.text("ab", min_size=1, max_size=3), max_size=8)


@given(tellings=st.lists(PIECES, min_size=1, max_size=4), last=PIECES)
def test_whatever_leaders_said_the_screen_shows_the_last_answer(
    tellings: list[list[str]], last: list[str]
) -> None:
    telling = Telling(CHAT)
    news: list[News] = []
    for pieces in tellings:
        before = shown(news)
        told = tell(telling, *pieces)
        news += told
        text, restarts = shown(news)
        if restarts == before[1]:
            assert text.startswith(before[0])
    news += tell(telling, *last)
    news += telling.said([END])
    news += telling.ended(body("".join(last)))
    assert shown(news)[0] == "".join(last)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_other_pieces_of_the_same_text_make_no_difference(size: int) -> None:
    text = "The case is about a decision: should Anna sell?"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    telling = Telling(CHAT)
    news = tell(telling, *text[:20])
    news += tell(telling, *pieces)
    news += telling.said([END])
    assert shown(news) == (text, 0)
