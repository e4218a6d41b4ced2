"""What is known of a session beside its own key: the index of its user's sessions, and the copy in the database.

Only sessions of people who are signed in have these. The copy is written at sign-in and rotation, then at most every few
minutes. What races with an end looks once more when it has written, and takes back what should not be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from django.contrib.auth import SESSION_KEY, get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from caching.connection import wire
from caching.connection.scripts import Script
from sessions_ext import conf, keys, store
from sessions_ext.fields import decode, encode
from sessions_ext.models import SavedSession
from sessions_ext.store import REFUSED, Own, Stored, Writing

USER = SESSION_KEY
"""The key that Django's sign-in writes."""

RESTORING_SECONDS = 10

_INDEX = Script("index_session", store.FOLDER)


def keep(digest: str, own: Own, fields: Mapping[str, Any], *, left: int, is_new: bool) -> None:
    """After a save: enter the session in the index, and write its copy. `left` are its seconds; with none left, it ends.

    Only a sign-in makes a copy (`is_new`): a later write finds none if the session has been ended meanwhile.
    """
    user_id = user_of(fields.get(USER))
    if user_id is None:  # whoever was signed in has been taken out of it
        SavedSession.objects.filter(pk=digest).delete()
        return
    if left <= 0:
        end(digest)
        return
    _enter(digest, user_id, left)
    if conf.current().backup:
        ends_at = timezone.now() + timedelta(seconds=left)
        _save_copy(digest, own, fields, user_id=user_id, ends_at=ends_at, is_new=is_new)
    if is_new and not (store.exists(digest) and _user_exists(user_id)):  # ended, or deleted, in this moment
        end(digest)


def restore(digest: str) -> Stored | None:
    """A session that Redis has lost, back in Redis; None if there is no copy, because nobody was signed in or it was ended."""
    if not conf.current().backup:
        return None
    copy = SavedSession.objects.filter(pk=digest, expires_at__gt=timezone.now()).first()
    if copy is None:
        return None
    if store.write(digest, _writing_of(copy)) == REFUSED and store.read(digest) is None:
        store.take(digest)  # what is no session of ours lay there
        store.write(digest, _writing_of(copy))
    if not SavedSession.objects.filter(pk=digest).exists():  # it was ended in this moment
        store.take(digest)
        return None
    left = _seconds_until(copy.expires_at)
    _enter(digest, copy.user_id, left)
    store.prolong(digest, left)
    return store.read(digest)


@dataclass(frozen=True)
class Ended:
    """`last` is what Redis had. `was_alive` is False if somebody else has ended it before, or nobody ever knew it."""

    last: Stored | None
    was_alive: bool


def end(digest: str) -> Ended:
    """End a session for good."""
    last = store.take(digest)
    if last is not None and store.KEPT not in last.own:  # nobody ever signed in: there is nothing beside it
        return Ended(last, was_alive=True)
    # Whether copies are kept now or not: there may be one from when they were.
    deleted, _ = SavedSession.objects.filter(pk=digest).delete()
    # Others may have found the copy and brought the session back; until a commit they still do.
    store.take(digest)
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(partial(store.take, digest))
    if last is not None and (user_id := _user_in(last)) is not None:
        leave_index(user_id, [digest])
    return Ended(last, was_alive=last is not None or deleted > 0)


def forget_copies_of(user_id: Any, *, keep: str = "") -> None:
    """Delete all copies of a user's sessions but the one of `keep`."""
    SavedSession.objects.filter(user_id=user_id).exclude(pk=keep).delete()


def forget_expired() -> int:
    """Delete the copies of sessions that have ended by themselves; how many there were."""
    # A session may have been used after its copy was written for the last time: it then lives that much longer.
    surely = timezone.now() - timedelta(seconds=conf.current().backup_seconds)
    return SavedSession.objects.filter(expires_at__lte=surely).delete()[0]


def leave_index(user_id: Any, digests: Iterable[str | bytes]) -> None:
    index = keys.sessions_of(str(user_id))
    replies = wire.call([("ZREM", index, digest) for digest in digests])
    wire.checked(reply for reply in replies if not store.is_foreign(reply))


def user_of(value: Any) -> Any:
    """The primary key that a session names; None if it is none. Django writes it as a text."""
    if not isinstance(value, str):
        return None
    pk = get_user_model()._meta.pk
    try:
        user_id = pk.to_python(value)
        pk.run_validators(user_id)  # a number may be too large for the column
    except ValidationError:
        return None
    return user_id


def _user_exists(user_id: Any) -> bool:
    return get_user_model()._base_manager.filter(pk=user_id).exists()


def _user_in(stored: Stored) -> Any:
    try:
        return user_of(decode(stored.raw[USER]))
    except (KeyError, ValueError, RecursionError):
        return None


def _enter(digest: str, user_id: Any, left: int) -> None:
    """Into the index of the user. Those that have to make room end."""
    call = (keys.sessions_of(str(user_id)), digest, left, conf.current().max_per_user)
    replies = wire.run(_INDEX, [call], idempotent=True)
    wire.checked(replies)
    for crowded_out in cast(list[bytes], replies[0]):
        end(crowded_out.decode(errors="replace"))


def _save_copy(
    digest: str, own: Own, fields: Mapping[str, Any], *, user_id: Any, ends_at: datetime, is_new: bool
) -> None:
    copy = SavedSession(
        digest=digest,
        user_id=user_id,
        fields=json.dumps(dict(fields)),
        browser=store.text_in(own, store.BROWSER)[:80],
        address=store.text_in(own, store.ADDRESS)[:45],
        created_at=store.moment_in(own, store.BEGAN),
        seen_at=timezone.now(),
        expires_at=ends_at,
    )
    changing = ["user_id", "fields", "browser", "address", "seen_at", "expires_at"]
    if not is_new:
        changes = {name: getattr(copy, name) for name in changing}
        SavedSession.objects.filter(pk=digest).update(**changes)
        return
    SavedSession.objects.bulk_create(
        [copy], update_conflicts=True, unique_fields=["digest"], update_fields=changing
    )


def _writing_of(copy: SavedSession) -> Writing:
    """With a short life: if this process dies before it has looked whether the session has been ended, it is gone."""
    fields = json.loads(copy.fields)
    return Writing(
        mode="create",
        written={key: encode(key, value) for key, value in fields.items()},
        own={
            store.BROWSER: copy.browser.encode(),
            store.ADDRESS: copy.address.encode(),
            store.KEPT: str(store.now()).encode(),
        },
        idle_seconds=min(RESTORING_SECONDS, _seconds_until(copy.expires_at)),
        began=int(copy.created_at.timestamp()),
    )


def _seconds_until(moment: datetime) -> int:
    return max(1, int((moment - timezone.now()).total_seconds()))
