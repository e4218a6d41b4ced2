"""What a journal prints above a case is no part of it; the challenge can be understood on its own."""

from __future__ import annotations

import pytest

from platform_app.offline.casework.case import Case
from platform_app.offline.casework.casework import describe_case
from platform_app.offline.text.artefacts import printed_lines

MARULA = """Southern Africa Case Journal, vol. 12

Marula Logistics: The Price of Cold

Marula Logistics keeps vaccines and fish cold on the road between Maputo, Nampula and Blantyre. It runs 84 refrigerated lorries.

Two proposals

Amélia Nhantumbo, the fleet director, wants to replace 30 old cooling units for 26,000 dollars each.

Grace Phiri, the drivers' spokeswoman, warns that drivers would see sensors as spying.

The decision

Tendai Moyo, the managing director, can spend 600,000 dollars before the hot season begins in October. He has asked for a recommendation by Monday.
"""
HELIOS = """Helios Cycles: Bring the Frames Home?

Helios Cycles sells city bicycles from Utrecht. It sold 41,000 bicycles last year.

Name | Position | What they say
Daphne Vermeulen | Chief executive | must decide by the end of June
Samira Bouzid | Operations manager | 62 per cent of the cancelled customers bought another brand

Daphne Vermeulen, the chief executive, must decide by the end of June whether Helios should build a frame shop in Utrecht.

Samira Bouzid, the operations manager, believes that the delays cost more than the books show.
"""


@pytest.mark.parametrize(
    "line",
    [
        "Southern Africa Case Journal, vol. 12",
        "Nordic Business Review, issue 4, p. 31",
        "Utrecht Case Collection · no. 318-0042-1",
        "Harbour University Press © 2021",
        "Vol. 12, No. 3",
        "Case no. 9-123-456",
        "ISSN 1234-5678",
        "**Journal of Family Firms, vol. 7, Spring**",
    ],
)
def test_an_imprint_is_left_out_wherever_it_stands(line: str) -> None:
    text = f"{line}\n\nThe Price of Cold\n\nIt was late.\n\n{line}\n\nIt was cold."
    assert [kept for kept in printed_lines(text) if kept] == [
        "The Price of Cold",
        "It was late.",
        "It was cold.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Case no. 5: The Bakery",
        "Harbour University: Who Pays for Bed No. 9?",
        "The Performance Review",
        "Aster Press, vol. 12: The Two Owners",
        "Aster Press prints a journal of which issue 12 sold 4,000 copies in the spring of the year.",
        "Platform number 9",
    ],
)
def test_titles_and_sentences_stay(line: str) -> None:
    assert line in printed_lines(f"{line}\n\nIt was late.")


def test_the_title_stands_below_the_imprint() -> None:
    draft = describe_case(Case(MARULA))
    assert draft is not None
    assert draft.title == "Marula Logistics: The Price of Cold"
    assert "Case Journal" not in draft.description


def test_a_challenge_names_whom_it_is_about() -> None:
    draft = describe_case(Case(MARULA))
    assert draft is not None
    assert draft.challenge == (
        "Tendai Moyo, the managing director, can spend 600,000 dollars before the hot season begins in October. "
        "Tendai Moyo has asked for a recommendation by Monday."
    )


def test_a_challenge_does_not_say_in_short_what_it_says_at_length() -> None:
    draft = describe_case(Case(HELIOS))
    assert draft is not None
    assert draft.challenge == (
        "Daphne Vermeulen, the chief executive, must decide by the end of June whether Helios should build a frame shop in Utrecht."
    )
