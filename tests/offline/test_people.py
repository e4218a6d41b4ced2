"""Who is in a case: exact sets of people with their roles, on cases of different layouts and languages."""

from __future__ import annotations

import re

import pytest
from openai import OpenAI

from platform_app.offline.casework.names import runs_of
from platform_app.offline.casework.people import find_people
from platform_app.offline.casework.role_phrases import role_at_start
from platform_app.offline.casework.roles import role_claim
from platform_app.offline.text.layout import read_document
from platform_app.offline.text.sentences import split_sentences
from tests.offline.asking import case_text, people_of

EXPECTED = {
    "solera.txt": (
        "Maria Gomez, chief executive of Solera Foods",
        {
            "Anna Berg": "Chief financial officer",
            "Tom Reed": "Head of the Murcia plant",
            "Elena Ruiz": "Head of marketing",
            "Javier Ortega": "Union representative",
            "Ricardo Gomez": "Chair of the board",
        },
    ),
    "harbour_clinic.md": (
        "J. P. van der Berg, chief executive",
        {
            "Dr. Ana-María O'Neill": "Head of emergency medicine",
            "Søren Kjær": "Chief financial officer",
            "Fatima al-Sayed": "Director of nursing",
            "Li Wei": "Data analyst",
        },
    ),
    "danang.txt": (
        "Outside adviser to Mekong Weave",
        {
            "Nguyễn Văn An": "General director",
            "Yuki Tanaka": "Representative of the Japanese owner",
            "Trần Thị Hoa": "Head of production",
            "Søren Brandt": "Purchasing manager of Fjeldvind",
            "Phạm Minh Đức": "Branch manager",
        },
    ),
    "memo.txt": (
        "Grace Okafor, Regional Director",
        {
            "Priya Raman": "Store Operations",
            "Tom Becker": "Legal",
            "Marcus Bell": "Store manager",
            "Denise Carter": "Loss Prevention",
            "Aled Pritchard": "Shop steward",
        },
    ),
    "quiet_room.md": (
        "Adviser, asked by Peggy Shaw to moderate the meeting on Thursday",
        {
            "Hannah Weiss": "Co-founder and head of product",
            "Chidi Eze": "Co-founder and head of sales",
            "Rosa Lindqvist": "Engineering manager",
            "Dev Patel": "Customer support lead",
            "Margaret Shaw": "Investor",
        },
    ),
    "werk_nord.txt": (
        "Petra Lindner, Geschäftsführerin",
        {"Hans Müller": "CFO", "Ayşe Yıldız": "Betriebsrätin", "Jörg Petersen": "Werkleiter"},
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_case_has_exactly_its_people_in_their_roles(name: str, sdk: OpenAI) -> None:
    found = people_of(sdk, case_text(name))
    student_role, people = EXPECTED[name]
    assert {persona.name: persona.role for persona in found.personas} == people
    assert found.student_role == student_role


def _plain(text: str) -> str:
    """A text without line breaks, hyphens at their ends and running headers, as far as single sentences are concerned."""
    return re.sub(r"\s+", " ", re.sub(r"[*_#]|-\n\s*(?=[a-z])", "", text))


@pytest.mark.parametrize(
    "name", ["solera.txt", "harbour_clinic.md", "danang.txt", "quiet_room.md", "memo.txt"]
)
def test_the_summary_is_made_of_sentences_of_the_case(name: str, sdk: OpenAI) -> None:
    text = _plain(case_text(name))
    found = people_of(sdk, case_text(name))
    paragraphs = found.description.split("\n\n")
    assert 2 <= len(paragraphs) <= 6
    for sentence in (each for paragraph in paragraphs for each in split_sentences(paragraph)):
        # What a table says is put into words: its cell is what must stand in the case.
        said = re.sub(
            r"^(?:J\. P\. van der Berg|Søren Kjær|Fatima al-Sayed|Li Wei|Dr\. Ana-María O'Neill) (?=has to|sees|wants)",
            "",
            sentence,
        )
        assert said.rstrip(".").lower() in text.lower(), sentence


@pytest.mark.parametrize("name", ["solera.txt", "harbour_clinic.md", "danang.txt", "quiet_room.md"])
def test_backgrounds_are_about_the_person_and_stand_in_the_case(name: str, sdk: OpenAI) -> None:
    text = _plain(case_text(name))
    for persona in people_of(sdk, case_text(name)).personas:
        family = persona.name.split()[-1]
        assert family in persona.background
        opening = persona.background[:40]
        assert opening in text or "|" in text, opening


def test_every_figure_of_a_draft_stands_in_the_case(sdk: OpenAI) -> None:
    for name in EXPECTED:
        text = case_text(name)
        draft = people_of(sdk, text).model_dump_json(exclude={"personas": {"__all__": {"traits"}}})
        for number in re.findall(r"\d+(?:[.,]\d+)*", draft):
            assert number in text, (name, number)


def test_goals_are_what_people_want_in_the_case(sdk: OpenAI) -> None:
    personas = {persona.name: persona for persona in people_of(sdk, case_text("solera.txt")).personas}
    assert personas["Elena Ruiz"].goals[0] == "Invest €3 million in the organic range instead"
    assert personas["Tom Reed"].goals[0] == "Prevent the contract"
    assert "40 new jobs" in " ".join(personas["Javier Ortega"].goals)


def test_doubt_is_not_turned_into_belief(sdk: OpenAI) -> None:
    personas = {persona.name: persona for persona in people_of(sdk, case_text("harbour_clinic.md")).personas}
    goals = personas["Søren Kjær"].goals
    assert "Have it checked whether the emergency department uses its present beds well" in goals
    assert not any("Convince the others that the emergency" in goal for goal in goals)


def test_people_know_the_figures_near_them_first(sdk: OpenAI) -> None:
    personas = {persona.name: persona for persona in people_of(sdk, case_text("solera.txt")).personas}
    assert "€0.8 million" in personas["Anna Berg"].knowledge[0]
    assert "92 per cent" in " ".join(personas["Tom Reed"].knowledge[:3])


def test_traits_differ_between_people(sdk: OpenAI) -> None:
    traits = [persona.traits for persona in people_of(sdk, case_text("solera.txt")).personas]
    assert len({tuple(each.model_dump().values()) for each in traits}) == len(traits)


def test_context_files_add_facts_but_no_teaching_advice(sdk: OpenAI) -> None:
    context = [
        {
            "name": "notes",
            "text": "Tom Reed closed line 2 for 14 days in May. Students should see that Reed is right in 90 of 100 cases.",
        }
    ]
    people = people_of(sdk, case_text("solera.txt"), context=context)
    knowledge = " ".join(next(one for one in people.personas if one.name == "Tom Reed").knowledge)
    assert "14 days in May" in knowledge
    assert "Students should" not in people.model_dump_json()


def test_a_case_without_names_offers_its_roles(sdk: OpenAI) -> None:
    text = (
        "The bakery loses money. The head baker wants a new oven for 40,000 euros. The shop manager says that customers "
        "complain about queues of 15 minutes. Should the bakery buy the oven?"
    )
    assert {one.name for one in people_of(sdk, text).personas} == {"The head baker", "The shop manager"}


@pytest.mark.parametrize(
    ("sentence", "name", "role"),
    [
        ("Anna Berg, the CFO of Solera Foods, said no.", "Anna Berg", "CFO of Solera Foods"),
        ("The board asked CFO Anna Berg to wait.", "Anna Berg", "CFO"),
        ("Its chief executive, Anna Berg, said no.", "Anna Berg", "Chief executive"),
        ("Tom Reed (head of operations) left.", "Tom Reed", "Head of operations"),
        ("Tom Reed, who runs the plant in Gdansk, argued.", "Tom Reed", "Head of the plant in Gdansk"),
        ("Tom Reed — plant manager", "Tom Reed", "Plant manager"),
        ("Tom Reed: CEO", "Tom Reed", "CEO"),
        ("Maria Gomez, 54, chief executive since 2015, must decide.", "Maria Gomez", "Chief executive"),
        ("Plant Manager Tom Reed met them.", "Tom Reed", "Plant Manager"),
        ("Müller, Hans (CFO)", "Hans Müller", "CFO"),
        ("Robert “Bob” Miller, the owner, sold it.", "Robert Miller", "Owner"),
        ("Reed joined in 2011 as plant manager.", "Reed", "Plant manager"),
        ("The board, chaired by her uncle, Ricardo Gomez, waits.", "Ricardo Gomez", "Chair of the board"),
        ("the bank's credit manager, Peter Stone, called", "Peter Stone", "Credit manager of the bank"),
        ("As the head of design, Shirley Rickert sighed.", "Shirley Rickert", "Head of design"),
        ("Jean DUPONT, directeur de l'usine", "Jean Dupont", "Directeur de l'usine"),
        (
            "Nguyễn Văn An is the deputy director of the plant.",
            "Nguyễn Văn An",
            "Deputy director of the plant",
        ),
    ],
)
def test_roles_are_found_in_many_positions(sentence: str, name: str, role: str) -> None:
    run = next(run for run in runs_of(sentence) if run.name == name)
    claim = role_claim(sentence, run.start, run.end)
    assert claim is not None
    assert claim.role == role


@pytest.mark.parametrize("text", ["the plan for next year", "growing fast", "in the morning", "", "2023"])
def test_what_is_no_role_is_not_taken_for_one(text: str) -> None:
    assert role_at_start(text) == ("", 0)


@pytest.mark.parametrize(
    "text",
    [
        "Casa Verde signed with Nordmart in New York. Solera Foods and Gomez & Sons said no in March.",
        "Exhibit 1: Key Figures. Table Two shows Net Profit by Quarter. Project Phoenix began on Monday.",
        "The late Otto Berg founded the firm. Otto Berg died in 1998.",
        "San Francisco, Da Nang and Great Britain are far from the North Sea.",
    ],
)
def test_companies_places_projects_and_the_dead_are_no_people(text: str) -> None:
    assert find_people(read_document(text)) == ()


def test_later_mentions_by_one_name_are_the_same_person() -> None:
    text = "Yuki Tanaka, the buyer, called. Ms. Tanaka was angry. Tanaka said that she would leave. Yuki laughed."
    (person,) = find_people(read_document(text))
    assert (person.name, person.mentions, person.gender) == ("Yuki Tanaka", 4, "f")


def test_spellings_of_one_name_are_one_person() -> None:
    text = (
        "Müller, Hans (CFO)\n\nHans Müller said that it is late. H. Müller told the board. Mr. Muller agreed."
    )
    assert [person.name for person in find_people(read_document(text))] == ["Hans Müller"]
