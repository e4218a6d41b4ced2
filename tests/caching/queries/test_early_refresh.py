"""A few readers renew a hot entry before it expires; nobody waits for it, and nobody else computes."""

import pytest

from caching import cache_db_query, policy, stats
from caching.connection import redis_client
from caching.flight.lease import Lease
from caching.stats import Outcome
from platform_app.models import User

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "query:test_hot"


@cache_db_query("test_hot")
def hot() -> tuple[int, ...]:
    return (User.objects.count(),)


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> None:
    hot()
    monkeypatch.setattr(policy, "refresh_at", lambda *_: 0.0)


@pytest.mark.usefixtures("due")
def test_the_reader_on_whom_the_lot_falls_computes_it_anew() -> None:
    assert hot() == (0,)
    assert stats.count(KIND, Outcome.EARLY) == 1
    assert stats.count(KIND, Outcome.COMPUTED) == 2


@pytest.mark.usefixtures("due")
def test_while_somebody_is_at_it_others_take_what_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Lease] = []
    take = Lease.take

    def take_and_tell(lease: Lease) -> object:
        taken.append(lease)
        return take(lease)

    monkeypatch.setattr(Lease, "take", take_and_tell)
    hot()
    (lease,) = taken
    redis_client().set(lease.key, "0" * 32, px=4000)
    before = stats.count(KIND, Outcome.COMPUTED)
    assert hot() == (0,)
    assert stats.count(KIND, Outcome.COMPUTED) == before


@pytest.mark.usefixtures("due")
def test_the_lease_is_given_back() -> None:
    hot()
    hot()
    assert stats.count(KIND, Outcome.EARLY) == 2
