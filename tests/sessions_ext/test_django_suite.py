"""Django's own tests for session backends and its session middleware, as released, on our engine."""

import importlib
import sys
from types import ModuleType

import django
from django.test import TestCase

from development.environment import ensure_django_tests
from sessions_ext.engine import SessionStore


def session_tests() -> ModuleType:
    """Django's module, without the models beside it, which belong to an application of its own."""
    sys.path.insert(0, str(ensure_django_tests()))
    models = ModuleType("sessions_tests.models")
    models.SessionStore = SessionStore  # type: ignore[attr-defined]
    sys.modules["sessions_tests.models"] = models
    return importlib.import_module("sessions_tests.tests")


SUITE = session_tests()


class TestBackend(SUITE.SessionTestsMixin, TestCase):
    backend = SessionStore


class TestMiddleware(SUITE.SessionMiddlewareTests):
    test_empty_session_saved = None  # looks into the table of Django's database engine


def test_it_is_that_of_the_django_that_is_installed():
    assert ensure_django_tests().name == django.__version__


def test_the_whole_suite_is_here():
    assert sum(name.startswith("test_") for name in dir(SUITE.SessionTestsMixin)) == 65
