"""Who may see the cache's pages, and who may not."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from platform_app.models import User

ClientFor = Callable[[User], Client]


@pytest.fixture
def viewer(professor: User, client_for: ClientFor) -> Client:
    """Staff who may see the cache, and nothing else of it."""
    professor.is_staff = True
    professor.save()
    professor.user_permissions.add(Permission.objects.get(codename="view_cache"))
    return client_for(professor)
