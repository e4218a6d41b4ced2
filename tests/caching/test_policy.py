import pytest

from caching.policy import ai_ttl_seconds, refresh_at, with_jitter

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("operation", "kind", "ttl_seconds"),
    [
        ("scenario_analysis", "chat", 7 * DAY),
        ("scenario_generation", "chat", DAY),
        ("embedding", "embedding", DAY),
        ("case_search", "embedding", DAY),
        ("image", "image", DAY),
        ("scene_picture", "image", DAY),
        ("chat", "chat", 1800),
        ("simple_chat", "chat", 1800),
        ("persona_reply", "chat", 3600),
    ],
)
def test_times_to_live_are_those_of_the_contract(operation: str, kind: str, ttl_seconds: int) -> None:
    assert ai_ttl_seconds(operation, kind, {}) == ttl_seconds


def test_an_operator_overrides_an_operation_and_no_other() -> None:
    assert ai_ttl_seconds("chat", "chat", {"chat": 5}) == 5
    assert ai_ttl_seconds("scenario_analysis", "chat", {"chat": 5}) == 7 * DAY


def test_expiries_are_spread_by_ten_per_cent() -> None:
    assert with_jitter(1000, rand=lambda: 0.0) == 900
    assert with_jitter(1000, rand=lambda: 0.5) == 1000
    assert with_jitter(1000, rand=lambda: 1.0) == 1100
    assert len({with_jitter(1000) for _ in range(50)}) > 5


def test_an_expiry_is_never_zero() -> None:
    assert with_jitter(1, rand=lambda: 0.0) == 1


def lead_seconds(computed_seconds: float, draw: float) -> float:
    return 1000 - refresh_at(1000, computed_seconds, rand=lambda: draw)


def test_an_early_refresh_is_on_average_one_computation_ahead() -> None:
    leads = [lead_seconds(2.0, draw / 10_000) for draw in range(10_000)]
    assert sum(leads) / len(leads) == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize(("draw", "lead"), [(0.0, 0.0), (0.5, 0.693), (0.99, 4.605), (0.9999, 9.21)])
def test_each_reader_draws_how_early_it_refreshes(draw: float, lead: float) -> None:
    assert lead_seconds(1.0, draw) == pytest.approx(lead, abs=0.001)
    assert lead_seconds(10.0, draw) == pytest.approx(10 * lead, abs=0.01)


def test_what_cost_nothing_is_not_refreshed_early() -> None:
    assert lead_seconds(0.0, 0.999) == 0
