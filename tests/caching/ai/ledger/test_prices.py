"""Money is right to the last digit, a family has its price, and what is not known is never 0."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from caching import conf
from caching.ai.ledger import prices
from caching.ai.ledger.accounts import Counts
from caching.ai.ledger.prices import Money
from caching.ai.provider import OFFLINE_MODEL


def with_prices(settings: Any, **models: dict[str, Any]) -> None:
    settings.CACHING = settings.CACHING | {"AI_PRICES": models}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("gpt-5-2025-08-07", "gpt-5"),
        ("gpt-4.1-nano-2025-04-14", "gpt-4.1-nano"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
    ],
)
def test_a_dated_name_finds_its_family(model: str, family: str) -> None:
    assert prices.price_of(model) == prices.table().models[family]


def test_a_dated_name_of_its_own_wins() -> None:
    dated = prices.price_of("gpt-4o-2024-05-13")
    assert dated is not None
    assert dated.input_usd == 5


@pytest.mark.parametrize(
    "model", ["gpt-5-huge", "gpt-5-mini-2025", "smollm2", "", "my-gpt-5", "GPT-5", "gpt-5-mini-2025-08-07-x"]
)
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert prices.price_of(model) is None
    assert prices.money(model, Counts(fresh_requests=1)) is None


def test_the_built_in_engine_costs_nothing() -> None:
    counts = Counts(fresh_requests=1, spent_input_tokens=10**6, spent_output_tokens=10**6, spent_pictures=3)
    assert prices.money(OFFLINE_MODEL, counts) == Money(Decimal(0), Decimal(0), Decimal(0))


def test_the_default_models_have_prices() -> None:
    defaults = conf.CachingConf()
    for model in (defaults.ai_model, defaults.ai_embedding_model, defaults.ai_image_model):
        assert prices.price_of(model) is not None, model


def test_money_is_exact() -> None:
    counts = Counts(
        spent_input_tokens=1001,
        spent_cached_input_tokens=400,
        spent_output_tokens=203,
        saved_input_tokens=7,
        saved_cached_input_tokens=3,
        saved_output_tokens=1,
    )
    assert prices.money("gpt-5-mini", counts) == Money(
        spent_usd=(601 * Decimal("0.25") + 400 * Decimal("0.025") + 203 * Decimal(2)) / 1_000_000,
        saved_usd=Decimal("0.000003075"),
        provider_saved_usd=Decimal("0.00009"),
    )


class TestPictures:
    def test_paid_by_the_token(self) -> None:
        counts = Counts(spent_input_tokens=50, spent_output_tokens=1056, spent_pictures=1)
        money = prices.money("gpt-image-1", counts)
        assert money is not None
        assert money.spent_usd == Decimal("0.04249")

    def test_whose_tokens_nobody_counted_have_no_known_price(self) -> None:
        assert prices.money("gpt-image-1", Counts(saved_pictures=1)) is None

    def test_paid_each(self, settings: Any) -> None:
        with_prices(settings, painter={"input_usd": 0, "picture_usd": "0.04"})
        money = prices.money("painter", Counts(spent_pictures=3, saved_pictures=1))
        assert money == Money(Decimal("0.12"), Decimal("0.04"), Decimal(0))


class TestSettings:
    def test_they_win_over_the_table_also_for_a_family(self, settings: Any) -> None:
        with_prices(settings, **{"gpt-5-mini": {"input_usd": 1}})
        for model in ("gpt-5-mini", "gpt-5-mini-2025-08-07"):
            price = prices.price_of(model)
            assert price is not None
            assert price.input_usd == 1

    def test_they_add_what_is_missing(self, settings: Any) -> None:
        with_prices(settings, smollm2={"input_usd": 0})
        money = prices.money("smollm2", Counts(fresh_requests=1, spent_output_tokens=100))
        assert money == Money(Decimal(0), Decimal(0), Decimal(0))

    def test_cached_input_costs_as_much_as_other_unless_it_is_said(self, settings: Any) -> None:
        with_prices(settings, local={"input_usd": 3})
        money = prices.money("local", Counts(spent_input_tokens=10**6, spent_cached_input_tokens=10**6))
        assert money == Money(Decimal(3), Decimal(0), Decimal(0))

    @pytest.mark.parametrize(
        ("price", "complaint"),
        [
            ({"input_usd": 1, "otput_usd": 2}, "otput_usd"),
            ({"output_usd": 1}, "input_usd"),
            ({"input_usd": -1}, "input_usd is -1"),
            ({"input_usd": "NaN"}, "input_usd"),
            ({"input_usd": "cheap"}, "decimal"),
            (0.25, "AI_PRICES"),
        ],
    )
    def test_a_wrong_price_is_refused(self, settings: Any, price: Any, complaint: str) -> None:
        with_prices(settings, model=price)
        with pytest.raises(ImproperlyConfigured, match=complaint):
            conf.current()
