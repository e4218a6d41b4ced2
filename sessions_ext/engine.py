"""Sessions in Redis (`SESSION_ENGINE`): one HASH each, of which a request writes what it has changed and nothing else.

So two requests of one session that change different keys both survive. For two that change the same key there are
`incr` and `compare_and_set`. A change inside a value is written whenever the session is saved; as with Django's own
engines, `session.modified = True` asks for that when nothing else was changed.

Ids are made here only, and a session that was ended does not come back: neither by a late save nor from the database.
Redis out of reach is CacheUnavailable, never an empty session: nobody is signed out by a hiccup.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.utils.crypto import get_random_string

from caching.codec import MISS
from sessions_ext import conf, keeping, store
from sessions_ext.errors import SessionTooLarge
from sessions_ext.fields import Fields, encode, is_expiry
from sessions_ext.keeping import USER
from sessions_ext.keys import digest_of
from sessions_ext.store import REFUSED, Stored, Writing

__all__ = ["MISS", "SessionStore"]

EXPIRY = "_session_expiry"
_OURS = re.compile(r"[a-z0-9]{32}")


class SessionStore(SessionBase):
    _session_cache: Fields

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._own: store.Own = {}
        self._signs_in = False

    @property
    def digest(self) -> str:
        """What stands for this session everywhere but in its cookie; empty as long as there is none."""
        return digest_of(self.session_key) if self.session_key else ""

    # --- Reading

    def load(self) -> Fields:  # type: ignore[override]
        """What is stored; an empty session without an id when there is nothing, or nothing that we could have written."""
        if not self._may_exist():
            return self._opened(None)
        return self._opened(store.read(self.digest) or keeping.restore(self.digest))

    async def aload(self) -> Fields:  # type: ignore[override]
        if not self._may_exist():
            return self._opened(None)
        stored = await store.aread(self.digest)
        return self._opened(stored or await sync_to_async(keeping.restore)(self.digest))

    def exists(self, session_key: str | None) -> bool:
        return bool(session_key) and store.exists(digest_of(str(session_key)))

    async def aexists(self, session_key: str | None) -> bool:
        return bool(session_key) and await store.aexists(digest_of(str(session_key)))

    # --- Writing

    def create(self) -> None:
        """Store it under a new id.

        No two draw the same one. It is taken only when redis-py did not hear the answer and has sent the order again.
        """
        while True:
            self._session_key = get_random_string(32, VALID_KEY_CHARS)
            with suppress(CreateError):
                return self.save(must_create=True)

    async def acreate(self) -> None:
        while True:
            self._session_key = get_random_string(32, VALID_KEY_CHARS)
            with suppress(CreateError):
                return await self.asave(must_create=True)

    def save(self, must_create: bool = False) -> None:
        """Write what has changed. Raises UpdateError when the session was ended meanwhile, and SessionTooLarge."""
        if self.session_key is None:
            self.create()
            return
        fields = self._get_session(no_load=must_create)
        writing = self._writing(fields, must_create=must_create)
        left = store.write(self.digest, writing)
        if self._note_written(writing, left):
            keeping.keep(self.digest, self._own, fields, left=left, is_new=self._signs_in)

    async def asave(self, must_create: bool = False) -> None:
        if self.session_key is None:
            await self.acreate()
            return
        fields = await self._aget_session(no_load=must_create)
        writing = self._writing(fields, must_create=must_create)
        left = await store.awrite(self.digest, writing)
        if self._note_written(writing, left):
            keep = sync_to_async(keeping.keep)
            await keep(self.digest, self._own, fields, left=left, is_new=self._signs_in)

    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a whole number, which is 0 if absent; the new number. At once, and none of many at once is lost.

        Raises UpdateError when the session was ended meanwhile, TypeError for what is no whole number of 64 bits.
        """
        self._have_stored(key)
        new = store.increment(self.digest, key, amount)
        if new is None:
            raise UpdateError
        self._session.learn(key, encode(key, new))
        return new

    def compare_and_set(self, key: str, expected: Any, value: Any) -> bool:
        """Write a value at once if the present one equals `expected` (`MISS` for none); whether it was written.

        Raises UpdateError when the session was ended meanwhile.
        """
        self._have_stored(key)
        new = encode(key, value)
        self._demand_room(len(new))
        while True:
            exists, seen = store.value(self.digest, key)
            self._session.learn(key, seen)
            if not exists:
                raise UpdateError
            present = self._session.get(key, MISS)
            if present is not expected and present != expected:
                return False
            done = store.compare_and_set(self.digest, key, seen, new)
            if done:
                self._session.learn(key, new)
                return True
            if done is None:
                raise UpdateError

    # --- Ending

    def clear(self) -> None:
        self._session_cache = Fields(wiped=True)
        self.accessed = self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        # Error pages print local variables: none here holds an id.
        digest = digest_of(session_key) if session_key else self.digest
        if digest == self.digest:
            self._own = {}  # what comes after it is another one
        if digest:
            keeping.end(digest)

    def cycle_key(self) -> None:
        """The same under another id, with a life that begins now; the old id is dead.

        The new one is made before the old one ends, as no step can do both in a cluster. What another request wrote
        in between comes along; what it writes later is its UpdateError. Raises SessionInterrupted for a session of somebody
        signed in that was ended, or got another id, in the meantime: it does not come back by this.
        """
        before, old = self._session, self.digest
        place = self.session_key, self._own, self.modified
        self._session_cache = before.moved()
        self.create()
        if not old:
            return
        ended = keeping.end(old)
        if not ended.was_alive and USER in before:
            keeping.end(self.digest)
            self._session_cache = before
            self._session_key, self._own, self.modified = place
            raise SessionInterrupted("The session was ended, or got another id, while this was under way.")
        if ended.last:
            self._session_cache.catch_up(before, ended.last.raw)
        self.modified = True

    async def acycle_key(self) -> None:
        await self._aget_session()
        await sync_to_async(self.cycle_key)()

    @classmethod
    def clear_expired(cls) -> None:
        """Redis does that by itself, and `sessions_cleanup` in the database."""

    # --- What both sides share

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to write but that the session is in use."""
        fields = self._session
        return fields.wiped or any(fields.changes())

    def note_device(self, browser: str, address: str) -> None:
        """Where this session is used, for the list of its owner's devices; saved with the session."""
        self._own |= {store.BROWSER: browser.encode(), store.ADDRESS: address.encode()}
        self.modified = True

    def get_expiry_age(self, **given: Any) -> int:
        """Seconds; never more than any session may last."""
        return min(super().get_expiry_age(**given), conf.current().absolute_seconds)

    async def aget_expiry_age(self, **given: Any) -> int:
        return min(await super().aget_expiry_age(**given), conf.current().absolute_seconds)

    def _get_session(self, no_load: bool = False) -> Fields:
        self.accessed = True
        if not hasattr(self, "_session_cache"):
            self._session_cache = Fields() if self.session_key is None or no_load else self.load()
        return self._session_cache

    _session = property(_get_session)

    async def _aget_session(self, no_load: bool = False) -> Fields:
        self.accessed = True
        if not hasattr(self, "_session_cache"):
            self._session_cache = Fields() if self.session_key is None or no_load else await self.aload()
        return self._session_cache

    def _may_exist(self) -> bool:
        """Whether this could be an id of ours: nobody has to be asked about others."""
        return bool(_OURS.fullmatch(self.session_key or ""))

    def _opened(self, stored: Stored | None) -> Fields:
        if stored is None:
            self._session_key = None
            self._own = {}
            return Fields()
        self._own = stored.own
        fields = Fields(stored.raw)
        # Django trusts these two to be what it has written.
        if EXPIRY in stored.raw and not is_expiry(fields.get(EXPIRY)):
            fields.learn(EXPIRY, None)
        if USER in stored.raw and keeping.user_of(fields.get(USER)) is None:
            fields.learn(USER, None)
        # Use gives a session its idle time back, and its cookie with it; but not every use costs a write.
        if self._is_due(store.SEEN, conf.current().touch_seconds, expiry=fields.get(EXPIRY)):
            self.modified = True
        return fields

    def _is_due(self, name: bytes, seconds: int, **expiry: Any) -> bool:
        """Whether that was done too long ago, which for a short session is half its life."""
        most = min(seconds, self.get_expiry_age(**expiry) // 2)
        # Another machine may have written a time that this one has not reached yet.
        return not 0 <= store.now() - store.seconds_in(self._own, name) < most

    def _writing(self, fields: Fields, *, must_create: bool) -> Writing:
        written, deleted = (fields.whole(), set[str]()) if must_create else fields.changes()
        self._demand_room(fields.bytes_with(written))
        self._signs_in = USER in fields and bool({USER, HASH_SESSION_KEY} & written.keys())
        return Writing(
            mode="create" if must_create else "update",
            written=written,
            deleted=deleted,
            own=self._own_to_write(fields, must_create=must_create),
            idle_seconds=math.ceil(self.get_expiry_age()),
            wiped=fields.wiped,
        )

    def _own_to_write(self, fields: Fields, *, must_create: bool) -> store.Own:
        own: store.Own = {}
        if USER not in fields and (fields.wiped or store.seconds_in(self._own, store.KEPT)):
            return {store.KEPT: b"0"}  # somebody was signed in, or may have been
        if self._signs_in or must_create:
            own |= {name: self._own[name] for name in (store.BROWSER, store.ADDRESS) if name in self._own}
        is_due = USER in fields and self._is_due(store.KEPT, conf.current().backup_seconds)
        if self._signs_in or is_due:
            own[store.KEPT] = str(store.now()).encode()
        return own

    def _note_written(self, writing: Writing, left: int) -> bool:
        """Whether what is kept elsewhere about this session has to follow."""
        if left == REFUSED:
            if writing.mode == "create":
                raise CreateError
            raise UpdateError
        self._session_cache.note_stored(writing.written, writing.deleted)
        now = str(store.now()).encode()
        self._own = self._own | writing.own | {store.SEEN: now}
        if writing.mode == "create":
            self._own[store.BEGAN] = now
        return store.KEPT in writing.own or (left == 0 and USER in self._session_cache)

    def _have_stored(self, key: str) -> None:
        """What this request has done to a key goes first, so that both are done."""
        if self.session_key is None:
            self.modified = True  # the browser has to be told its id
            self.save()
        elif self._session.has_changed(key):
            self.save()

    @staticmethod
    def _demand_room(size: int) -> None:
        most = conf.current().max_bytes
        if size > most:
            raise SessionTooLarge(f"A session holds at most {most} bytes.")
