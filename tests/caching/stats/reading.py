"""Cached values that are read so that it is known how each reading ends."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from caching import cache_db_query, db_cache_service, fresh
from caching.flight import boarding
from platform_app.models import Scenario, User
from tests.caching.patience import await_posted, wait_until

PATIENCE_SECONDS = 60


class Gate:
    """What a computation waits for."""

    def __init__(self) -> None:
        self.wait: Callable[[], object] = lambda: None


gate = Gate()


@cache_db_query("test_scripted", ttl=600)
def users(of: str, script: int, user_id: int) -> int:
    gate.wait()
    return User.objects.count()


@cache_db_query("test_scripted", ttl=600)
def scenarios(script: int, user_id: int) -> int:
    return Scenario.objects.count()


@cache_db_query("test_scripted", ttl=600)
def shared_by_all() -> int:
    gate.wait()
    return User.objects.count()


class Reading:
    """Readings of one process, which reads as a user of its own, so that processes do not get in one another's way."""

    def __init__(self, user_id: int, server: Any, prefix: str) -> None:
        self.user_id = user_id
        self.server = server
        self.prefix = prefix
        self.scripts = 0
        self._boarded = threading.Semaphore(0)
        _board = boarding.board

        def board(key: str) -> boarding.Seat:
            seat = _board(key)
            self._boarded.release()
            self.server.rpush(f"{prefix}test:boarded", 1)
            return seat

        boarding.board = board

    def script(self, near: int, at_once: int) -> None:
        self.scripts += 1
        self._found(near)
        self._outdated()
        self._undecodable()
        self._waited(at_once)
        self._bypassed()

    def shared(self, at_once: int) -> None:
        """Whoever of all processes computes it waits until the test says `go`."""
        may_go = partial(self.server.lpop, f"{self.prefix}test:go")
        gate.wait = lambda: wait_until(may_go, seconds=PATIENCE_SECONDS)
        self.at_once([shared_by_all] * at_once)
        gate.wait = lambda: None

    def at_once(self, reads: Sequence[Callable[[], object]]) -> None:
        threads = [threading.Thread(target=read) for read in reads]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)

    def _found(self, near: int) -> None:
        with fresh():
            users("found", self.scripts, self.user_id)
            users("found", self.scripts, self.user_id)
            for _ in range(near):
                users("found", self.scripts, self.user_id)

    def _outdated(self) -> None:
        db_cache_service.invalidate_user_related_cache(user_id=self.user_id)
        users("found", self.scripts, self.user_id)

    def _undecodable(self) -> None:
        before = self._keys()
        users("planted", self.scripts, self.user_id)
        await_posted()
        (key,) = self._keys() - before
        self.server.set(key, b"no entry", ex=60)
        users("planted", self.scripts, self.user_id)

    def _waited(self, at_once: int) -> None:
        """Who computes goes on when all others have boarded his flight."""
        self._boarded = threading.Semaphore(0)
        gate.wait = lambda: [self._boarded.acquire(timeout=PATIENCE_SECONDS) for _ in range(at_once)]
        self.at_once([lambda: users("waited", self.scripts, self.user_id)] * at_once)
        gate.wait = lambda: None

    def _bypassed(self) -> None:
        scenarios(self.scripts, self.user_id)
        with transaction.atomic():
            Scenario.objects.filter(pk=0).update(title="written by the reader")
            scenarios(self.scripts, self.user_id)

    def _keys(self) -> set[bytes]:
        return set(self.server.scan_iter(match=f"{self.prefix}db_query:test_scripted*", count=1000))
