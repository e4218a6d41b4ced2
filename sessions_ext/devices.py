"""The sessions of one person: to look at and to end. A digest stands for each; nothing here can open one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from caching.connection import wire
from caching.keys import DIGEST_DIGITS
from sessions_ext import conf, keeping, keys, store
from sessions_ext.fields import decode, encode
from sessions_ext.keeping import USER
from sessions_ext.models import SavedSession
from sessions_ext.store import Own

_DIGEST = re.compile(rb"[0-9a-f]{%d}" % DIGEST_DIGITS)
_SHOWN = (store.BEGAN, store.SEEN, store.BROWSER, store.ADDRESS, USER.encode())


@dataclass(frozen=True)
class Device:
    """One session. `browser` ("Firefox on Linux") and `address`, which is only its network, are empty when not known."""

    digest: str
    browser: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def devices_of(user_id: Any) -> list[Device]:
    """The sessions of a user, the one used last first: those in Redis, and those it has lost but the database has kept."""
    found = {device.digest: device for device in _copies_of(user_id)}
    found |= {device.digest: device for device in _in_redis(user_id)}
    return sorted(found.values(), key=lambda device: device.seen_at, reverse=True)


def end_session(user_id: Any, digest: str) -> bool:
    """End one session of this user for good. False: it has ended already, or it is somebody else's."""
    if not any(device.digest == digest for device in devices_of(user_id)):
        return False
    keeping.end(digest)
    return True


def end_sessions_of(user_id: Any, *, keep: str = "") -> int:
    """End all sessions of a user but the one with the digest `keep`; how many there were."""
    ended = [device.digest for device in devices_of(user_id) if device.digest != keep]
    for digest in ended:
        keeping.end(digest)
    keeping.forget_copies_of(user_id, keep=keep)  # also those from when copies were kept
    return len(ended)


def end_outdated_sessions(user_id: Any, *, keep: str = "") -> int:
    """End those that were opened with another password or role than the user has now, and all of one who is disabled or
    gone; but if he may sign in at all, not the one with the digest `keep`."""
    user = get_user_model()._base_manager.filter(pk=user_id).first()
    valid = _valid_hashes(user) if user is not None and user.is_active else set()
    spared = keep if valid else ""
    outdated = [
        digest for digest, opened in _opened_with(user_id).items() if opened not in valid and digest != spared
    ]
    for digest in outdated:
        keeping.end(digest)
    return len(outdated)


def _valid_hashes(user: AbstractBaseUser) -> set[Any]:
    """Also those made with a SECRET_KEY that is being replaced."""
    return {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}


def _opened_with(user_id: Any) -> dict[str, Any]:
    """The hash of password and role with which each session was opened, by digest."""
    opened = {}
    if conf.current().backup:
        copies = SavedSession.objects.filter(user_id=user_id).values_list("digest", "fields")
        opened = {digest: json.loads(fields).get(HASH_SESSION_KEY) for digest, fields in copies}
    digests = _index_of(user_id)
    commands = [("HGET", keys.session(digest), HASH_SESSION_KEY) for digest in digests]
    for digest, reply in zip(digests, wire.call(commands, idempotent=True), strict=True):
        if isinstance(reply, bytes):
            with suppress(ValueError, RecursionError):
                opened[digest] = decode(reply)
    return opened


def _in_redis(user_id: Any) -> Iterator[Device]:
    digests = _index_of(user_id)
    commands = [("HMGET", keys.session(digest), *_SHOWN) for digest in digests]
    lives = [("TTL", keys.session(digest)) for digest in digests]
    replies = wire.call([*commands, *lives], idempotent=True)
    gone = []
    for place, digest in enumerate(digests):
        fields, seconds = replies[place], replies[len(digests) + place]
        if isinstance(fields, list) and isinstance(seconds, int) and fields[-1] == encode(USER, str(user_id)):
            own = {name: value for name, value in zip(_SHOWN[:-1], fields, strict=False) if value is not None}
            yield _device(digest, own, seconds)
        else:
            gone.append(digest)
    if gone:
        keeping.leave_index(user_id, gone)


def _index_of(user_id: Any) -> list[str]:
    (reply,) = wire.call([("ZRANGE", keys.sessions_of(str(user_id)), 0, -1)], idempotent=True)
    members = reply if isinstance(reply, list) else []
    if planted := [member for member in members if not is_digest(member)]:
        keeping.leave_index(user_id, planted)
    return [member.decode() for member in members if is_digest(member)]


def is_digest(member: bytes) -> bool:
    """Whether it is what stands for a session."""
    return _DIGEST.fullmatch(member) is not None


def _device(digest: str, own: Own, seconds: int) -> Device:
    return Device(
        digest=digest,
        browser=store.text_in(own, store.BROWSER),
        address=store.text_in(own, store.ADDRESS),
        created_at=store.moment_in(own, store.BEGAN),
        seen_at=store.moment_in(own, store.SEEN),
        expires_at=timezone.now() + timedelta(seconds=min(seconds, conf.current().absolute_seconds)),
    )


def _copies_of(user_id: Any) -> list[Device]:
    if not conf.current().backup:
        return []
    columns = ("digest", "browser", "address", "created_at", "seen_at", "expires_at")
    copies = SavedSession.objects.filter(user_id=user_id, expires_at__gt=timezone.now())
    return [Device(**row) for row in copies.values(*columns)]
