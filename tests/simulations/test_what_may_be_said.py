"""Text of a student: what is accepted, and how a refusal reads."""

import pytest

from platform_app.errors import InvalidInput
from platform_app.simulations.commands import Command, command_in
from platform_app.simulations.utterance import MAX_CHARACTERS, utterance


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r\n", "\u200b\u200d", "\u00a0"])
def test_blank_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="write something") as refusal:
        utterance(text)
    assert refusal.value.errors[0].attr == "text"


def test_text_over_the_limit_is_refused_with_limit_and_length() -> None:
    with pytest.raises(InvalidInput, match="4,000 characters at most; this one has 10,000"):
        utterance("x" * 10_000)


def test_text_at_the_limit_is_accepted_and_windows_line_ends_count_once() -> None:
    assert len(utterance("x" * MAX_CHARACTERS)) == MAX_CHARACTERS
    assert len(utterance("x\r\n" * (MAX_CHARACTERS // 2) + "  ")) == MAX_CHARACTERS - 1


@pytest.mark.parametrize("text", ["hello\0there", "half \ud800 pair"])
def test_what_no_database_stores_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be stored"):
        utterance(text)


@pytest.mark.parametrize(
    "text", ["<b>bold</b> & <script>alert(1)</script>", "👩‍🔬", "你好", "?", "{{ user.email }}"]
)
def test_everything_else_is_text(text: str) -> None:
    assert utterance(text) == text


@pytest.mark.parametrize("text", ["begin", " BEGIN ", "Begin\n"])
def test_a_command_is_a_word_alone_in_any_case(text: str) -> None:
    assert command_in(text) is Command.BEGIN


@pytest.mark.parametrize("text", ["begin now", "help me, Ingrid", "a hint, please", "beginning", "İ"])
def test_a_word_among_others_is_no_command(text: str) -> None:
    assert command_in(text) is None
