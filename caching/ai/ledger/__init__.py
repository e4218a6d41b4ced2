"""What the AI cache spends and what it saves: requests, tokens and money by operation, model, scenario and day.

    accounts  what is counted, and for whom          sheets   what Redis holds of a day
    book      what this process has posted           days     the same in the database, for good
    pages     where that lies                        report   the sums, for people and programs
    delivery  brings it to Redis, every few seconds  postings what is posted, and to whom
    prices    US dollars, from `prices.toml`         totals   since counting began, for counters
    bill      what one request spent and saved

Money is nowhere stored: it is computed from the tokens when somebody asks, so that a corrected price corrects the past.
`report` and `days` know a model of Django: import them where the apps are loaded.
"""

from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.book import record
from caching.ai.ledger.delivery import end, flush

__all__ = ["Outcome", "end", "flush", "record"]
