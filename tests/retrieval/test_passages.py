"""A case cut into passages, and put together from some of them."""

from __future__ import annotations

from platform_app.retrieval.passages import GAP, PASSAGE_CHARACTERS, cut, joined, within


def test_passages_are_paragraphs() -> None:
    assert cut("One.\n\nTwo,\nstill two.\n \n\n\nThree.\n") == ["One.", "Two,\nstill two.", "Three."]


def test_a_long_paragraph_is_cut_at_sentences() -> None:
    passages = cut("The line is full. " * 500)
    assert all(len(passage) <= PASSAGE_CHARACTERS and passage.endswith("full.") for passage in passages)
    assert " ".join(passages) == ("The line is full. " * 500).strip()


def test_a_paragraph_without_sentences_is_cut_where_it_must_be() -> None:
    assert [len(passage) for passage in cut("x" * 2500)] == [1200, 1200, 100]


def test_an_edit_changes_the_passages_of_its_own_paragraph_only() -> None:
    paragraphs = [f"Paragraph {n}. " * 100 for n in range(5)]
    before = cut("\n\n".join(paragraphs))
    paragraphs[2] = "Now I am short."
    after = cut("\n\n".join(paragraphs))
    assert set(after) - set(before) == {"Now I am short."}


def test_what_is_chosen_stands_in_the_order_of_the_document_with_gaps_marked() -> None:
    assert joined(["a", "b", "c", "d", "e"], {4, 0, 2, 1}) == f"a\n\nb\n\nc\n\n{GAP}\n\ne"
    assert joined(["a", "b"], {1}) == f"{GAP}\n\nb"
    assert joined(["a"], set()) == ""


def test_the_chosen_fit_into_the_budget_with_all_that_stands_between_them() -> None:
    passages = ["x" * (n % 7 * 30 + 1) for n in range(100)]
    for budget in range(50, 3000, 190):
        assert len(joined(passages, within(budget, passages, range(0, 100, 2)))) <= budget


def test_a_passage_that_has_no_room_leaves_it_to_a_shorter_one() -> None:
    assert within(30, ["x" * 100, "short", "y" * 100], [0, 1, 2]) == {1}
