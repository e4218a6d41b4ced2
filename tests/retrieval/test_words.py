"""Passages by shared words."""

from __future__ import annotations

from platform_app.retrieval.words import WordIndex

INDEX = WordIndex(
    [
        "The harbour is cold.",
        "The reserve is in the harbour.",
        "Nothing to see.",
        "RESERVE: Solberg keeps it.",
    ]
)


def test_rare_words_count_more_than_frequent_ones() -> None:
    assert INDEX.ranked("harbour solberg")[0] == 3


def test_letter_case_does_not_matter() -> None:
    assert set(INDEX.ranked("Reserve")) == {1, 3}


def test_what_shares_no_word_is_not_ranked() -> None:
    assert INDEX.ranked("profit") == []


def test_equals_stand_in_the_order_of_the_document() -> None:
    assert WordIndex(["same words", "other things", "same words"]).ranked("words same") == [0, 2]
