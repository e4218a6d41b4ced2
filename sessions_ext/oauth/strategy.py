"""What social-core puts into a "session" while somebody signs in: records in Redis, each found only by who has all of it:
the cookie of the browser, the same signed-in user (or nobody), and the name of the record.

So a callback in another browser, or after somebody else signed in, finds nothing and uses nothing up.
"""

from typing import Any

from django.http import HttpRequest

# Not that of functools: until Python 3.12 it makes all threads wait for one another.
from django.utils.functional import cached_property
from social_core.backends.base import BaseAuth
from social_django.strategy import DjangoStrategy

from caching.codec import MISS
from sessions_ext.oauth import browser, records

_KIND = "transaction"
# Nobody reads it, and it would be written after the sign-in is over.
_NOT_KEPT = frozenset({"social_auth_last_login_backend"})


class Strategy(DjangoStrategy):
    request: HttpRequest | None

    def session_get(self, name: str, default: Any = None) -> Any:
        return self._found(records.look, name, default)

    def session_set(self, name: str, value: Any) -> None:
        if name not in _NOT_KEPT:
            records.put(_KIND, self._secret(browser.remember(self._require_request()), name), value)

    def session_pop(self, name: str) -> Any:
        """Taken out by one command: of several requests at once, one gets it."""
        return self._found(records.take, name, None)

    def session_setdefault(self, name: str, value: Any) -> Any:
        found = self.session_get(name)
        if found is not None:
            return found
        self.session_set(name, value)
        return value

    def authenticate(self, backend: BaseAuth[Any], **kwargs: Any) -> Any:
        """Runs the pipeline. Django's own backends are for passwords, and its signal of a failure would be handed claims."""
        given = {**kwargs, "strategy": self, "storage": self.storage, "backend": backend}
        given.pop("request", None)
        return backend.authenticate(self.request, **given)

    def _found(self, find: Any, name: str, default: Any) -> Any:
        secret = browser.secret_of(self.request) if self.request is not None else None
        value = MISS if secret is None else find(_KIND, self._secret(secret, name))
        return default if value is MISS else value

    def _secret(self, browser_secret: str, name: str) -> str:
        return "\0".join((browser_secret, self._user, name))

    @cached_property
    def _user(self) -> str:
        """Who is signed in when the request comes: it may be about to change."""
        user = getattr(self.request, "user", None)
        return str(user.pk) if user is not None and user.is_authenticated else ""
