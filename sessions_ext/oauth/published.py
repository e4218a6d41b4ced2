"""What a provider publishes, its discovery document or its signing keys: kept in Redis for ten minutes, fetched by one at
a time.

A key that is unknown is looked for at the provider, but once a minute at most: tokens with made-up keys cause no storm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from caching import flight
from caching.codec import MISS, Absence
from caching.keys import digest
from sessions_ext.oauth import records

Json = dict[str, Any]
IsGood = Callable[[Json], bool]
RENEWAL_SECONDS = 60


@dataclass(frozen=True)
class Published:
    """`fetch` asks the provider, and raises if what comes is not good."""

    kind: str
    url: str
    fetch: Callable[[], Json]

    def current(self, is_good: IsGood) -> Json:
        """What lies in Redis, or else is fetched."""
        found: Json | Absence = self._look(is_good)
        return self._shared(is_good, self.fetch) if isinstance(found, Absence) else found

    def renewed(self, is_good: IsGood) -> Json:
        """Fetched again, as `current` was not good for this; empty if that happened less than a minute ago."""
        return self._shared(is_good, self._fetch_if_due)

    def _fetch_if_due(self) -> Json:
        is_due = records.put_first(f"{self.kind}_renewed", self.url, RENEWAL_SECONDS)
        return self.fetch() if is_due else {}

    def _shared(self, is_good: IsGood, fetch: Callable[[], Json]) -> Json:
        def compute() -> Json:
            fetched = fetch()
            if fetched:
                records.put(self.kind, self.url, fetched)
            return fetched

        flying: str = digest(f"oauth {self.kind} {self.url}".encode())
        return flight.share(flying, look=lambda: self._look(is_good), compute=compute, accept=lambda _: True)

    def _look(self, is_good: IsGood) -> Json | Literal[Absence.MISS]:
        found = records.look(self.kind, self.url)
        return found if isinstance(found, dict) and is_good(found) else MISS
