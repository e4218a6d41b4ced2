"""Those who may operate the cache, those who may only look, and everybody else."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from platform_app.models import User
from tests.factories import UserFactory


def _allow(user: User, *permissions: str) -> User:
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def operator(other_professor: User) -> User:
    """Staff who may operate the cache, and see it."""
    return _allow(other_professor, "view_cache", "operate_cache")


@pytest.fixture
def viewer(other_student: User) -> User:
    """Staff who may only see it."""
    return _allow(other_student, "view_cache")


@pytest.fixture
def staff(professor: User) -> User:
    """Staff without a permission."""
    return _allow(professor)


@pytest.fixture(params=["student", "other_professor", "staff", "viewer"])
def outsider(request: pytest.FixtureRequest) -> User:
    """Everybody who is signed in and may not operate the cache."""
    user: User = request.getfixturevalue(request.param)
    return user


@pytest.fixture
def members(transactional_db: None) -> list[User]:
    """Seven people; their data are cached."""
    return [UserFactory.create(name=f"old {number}") for number in range(1, 8)]


Execute = Callable[[str], None]
Rename = Callable[[User], None]


@pytest.fixture
def execute_unnoticed() -> Execute:
    """As another program does it: what is cached does not know."""

    def execute(sql: str) -> None:
        connection.ensure_connection()
        connection.connection.execute(sql)

    return execute


@pytest.fixture
def rename_unnoticed(execute_unnoticed: Execute) -> Rename:
    return lambda user: execute_unnoticed(f"UPDATE platform_app_user SET name = 'new' WHERE id = {user.pk}")


@pytest.fixture
def dead_port() -> Iterator[int]:
    """It refuses connections, and nobody else takes it meanwhile: bound, but not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def frozen_port() -> Iterator[int]:
    """It accepts connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]
