"""A user who changes ends the sessions that do not fit any more, at the commit.

Sessions carry a hash of what they were opened with, so that they open nothing from the next request on, whoever has changed
the user and however; here they also go from Redis, the database and the list of devices.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from sessions_ext import current
from sessions_ext.devices import end_outdated_sessions, end_sessions_of


def connect() -> None:
    user_model = get_user_model()
    post_save.connect(_end_outdated, sender=user_model, dispatch_uid="sessions_ext.end_outdated")
    post_delete.connect(_end_all, sender=user_model, dispatch_uid="sessions_ext.end_all")


def _end_outdated(
    instance: AbstractBaseUser, created: bool, update_fields: Iterable[str] | None, **_: Any
) -> None:
    user_id = instance.pk
    if created or set(update_fields or ()) == {"last_login"}:  # every sign-in writes that
        return
    # As it is in the database then: this instance may have been loaded long ago. The session in which it was done gets a
    # new id by `update_session_auth_hash`, as usual, or opens nothing from the next request on.
    transaction.on_commit(lambda: end_outdated_sessions(user_id, keep=current.digest()))


def _end_all(instance: AbstractBaseUser, **_: Any) -> None:
    transaction.on_commit(partial(end_sessions_of, instance.pk))
