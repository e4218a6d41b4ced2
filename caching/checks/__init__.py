"""What is wrong in the settings before the first request: `manage.py check`. No server is asked; the doctor does that.

An error (E) breaks a promise of the cache, a warning (W) its speed.
"""

from collections.abc import Callable

from django.core import checks

from caching.checks.answers import check_semantic_answers
from caching.checks.databases import check_engines
from caching.checks.middleware import check_middleware
from caching.checks.redis import check_encryption, check_serializers, check_timeouts

CHECKS: tuple[Callable[..., list[checks.CheckMessage]], ...] = (
    check_engines,
    check_serializers,
    check_timeouts,
    check_middleware,
    check_semantic_answers,
)
DEPLOYMENT_CHECKS = (check_encryption,)


def register() -> None:
    """For the start of the program."""
    for check in CHECKS:
        checks.register(check, checks.Tags.caches)
    for check in DEPLOYMENT_CHECKS:
        checks.register(check, checks.Tags.caches, deploy=True)
