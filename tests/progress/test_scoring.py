import pytest

from platform_app.progress.scoring import criterion_score, mean_score, weighted_score


@pytest.mark.parametrize(("level", "score"), [(0, 0), (1, 25), (2, 50), (3, 75), (4, 100)])
def test_a_level_is_worth_a_quarter(level: int, score: int) -> None:
    assert criterion_score(level) == score


def test_weights_count() -> None:
    assert weighted_score([(100, 75), (0, 25)]) == 75


def test_halves_round_up_as_people_expect() -> None:
    assert weighted_score([(75, 50), (50, 50)]) == 63
    assert mean_score([62, 63]) == 63


def test_a_rubric_without_weights_counts_all_alike() -> None:
    assert weighted_score([(100, 0), (50, 0)]) == 75


def test_no_scenes_is_no_score() -> None:
    assert mean_score([]) == 0
