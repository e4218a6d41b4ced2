"""A ledger whose clock is in the test's hand, and ways to post to it and to read it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from caching.ai import ledger
from caching.ai.ledger import book, days
from caching.ai.ledger.accounts import Account, Counts, Outcome
from caching.ai.usage import Usage

TODAY = date(2026, 3, 14)
QUESTION = Usage(input_tokens=1000, output_tokens=200, cached_input_tokens=400)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """`clock(moment)`: what the ledger takes for the time; the noon of TODAY until then."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(book, "time", moment.timestamp)
        monkeypatch.setattr(days, "today", moment.date)

    set_to(datetime(2026, 3, 14, 12, tzinfo=UTC))
    return set_to


@pytest.fixture
def post() -> Callable[..., None]:
    """`post(outcome)`: one question to a persona in scenario 12."""

    def posted(
        outcome: Outcome,
        *,
        operation: str = "persona_reply",
        model: str = "gpt-5-mini",
        scopes: tuple[str, ...] = ("scenario:12", "persona:3"),
        usage: Usage = QUESTION,
        times: int = 1,
    ) -> None:
        for _ in range(times):
            ledger.record(operation, "chat", model, scopes, outcome, usage)

    return posted


PERSONA = Account("persona_reply", "gpt-5-mini", "12")


@pytest.fixture
def held() -> Callable[..., Counts]:
    """`held(account, day)`: what lies in Redis."""

    def read(account: Account = PERSONA, day: date = TODAY) -> Counts:
        found = [counts for line, counts in days.in_redis([day]).items() if line.account == account]
        return sum(found, Counts())

    return read
