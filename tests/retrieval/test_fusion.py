"""Several rankings as one."""

from __future__ import annotations

from platform_app.retrieval.fusion import fused, interleaved


def test_what_both_measures_rank_high_comes_before_what_one_of_them_does() -> None:
    assert fused([[1, 2, 3, 4], [5, 2, 6, 7]])[0] == 2


def test_scores_are_sums_of_reciprocal_ranks() -> None:
    # 1/61 + 1/64 for the one, 1/62 + 1/62 for the other: 0.032018 and 0.032258.
    assert fused([[8, 9], [7, 9, 6, 8]])[:2] == [9, 8]


def test_equals_are_ordered_by_number_and_what_a_ranking_leaves_out_may_be_in_another() -> None:
    assert fused([[3], [1]]) == [1, 3]
    assert fused([[], [2, 1]]) == [2, 1]
    assert fused([]) == []


def test_in_turn_every_ranking_has_its_first_before_any_has_its_second() -> None:
    assert interleaved([[1, 2, 3], [9], [1, 8, 7]]) == [1, 9, 2, 8, 3, 7]
    assert interleaved([]) == []
