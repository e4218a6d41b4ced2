"""Ends that race with everything else: writes, copies, restores from the database after Redis has lost it, rotations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random

import pytest
import redis
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection

from platform_app.models import User
from sessions_ext import devices, keeping, keys, store
from sessions_ext.engine import SessionStore
from sessions_ext.models import SavedSession

ROUNDS = 40

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(user: User) -> SessionStore:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return session


def at_once(*works: Callable[[], object]) -> None:
    """Each in a thread of its own; what one of them raises is raised here."""
    start = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        except UpdateError:
            pass  # the session was ended meanwhile: what a late write has to hear
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in failed:
        raise error


def is_dead(session_key: str) -> bool:
    digest = keys.digest_of(session_key)
    has_copy = SavedSession.objects.filter(pk=digest).exists()
    return not (has_copy or store.exists(digest) or dict(SessionStore(session_key)))


@pytest.mark.parametrize("seed", range(4))
def test_what_was_ended_is_dead_whatever_went_on_beside(seed: int, student: User, redis_server: redis.Redis):
    random = Random(seed)
    for _ in range(ROUNDS):
        session_key = str(signed_in(student).session_key)
        key = keys.session(keys.digest_of(session_key))

        def use(session_key: str = session_key, key: str = key) -> None:
            """With its copy due each time, as after a long pause."""
            session = SessionStore(session_key)
            if "_auth_user_id" in session:
                session._own.pop(store.KEPT, None)
                session[f"{threading.get_ident()}"] = True
                session.save()

        def lose(key: str = key) -> None:
            redis_server.delete(key)

        others = [use, use, use, lose]
        random.shuffle(others)
        ends = [
            lambda session_key=session_key: SessionStore(session_key).flush(),
            lambda session_key=session_key: devices.end_session(student.pk, keys.digest_of(session_key)),
            lambda session_key=session_key: keeping.end(keys.digest_of(session_key)),
        ]
        at_once(*others, random.choice(ends))
        assert is_dead(session_key)


def test_whoever_rotates_leaves_one_living_session_with_all_that_was_written(student: User):
    for number in range(ROUNDS):
        session = signed_in(student)
        old = str(session.session_key)
        rotating = SessionStore(old)
        assert rotating["_auth_user_id"]
        written: list[str] = []

        def write(old: str = old, written: list[str] = written) -> None:
            request = SessionStore(old)
            if "_auth_user_id" not in request:
                return
            request["written"] = True
            request.save()
            written.append("written")

        def rotate(rotating: SessionStore = rotating) -> None:
            rotating.cycle_key()
            rotating.save()

        at_once(write, rotate)
        assert is_dead(old)
        assert ("written" in SessionStore(rotating.session_key)) == bool(written), number
        assert len(devices.devices_of(student.pk)) == number + 1
