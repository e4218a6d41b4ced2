"""A sign-in that waits for a page of ours: what the provider proved stays on the server, for ten minutes.

Only the browser in which it began, while nobody is signed in there, can go on with it, and only by our own pages:
social-auth's address for going on, which needs no CSRF token, finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from social_django.utils import load_strategy

from platform_app.accounts import providers
from platform_app.accounts.refusals import SignInRefused

_NAME = "unfinished_sign_in"
# What the steps after the page need.
_KEPT = ("address", "name", "uid", "id_key", "is_new", "new_association")


@dataclass(frozen=True)
class Pending:
    backend: Any
    partial: Any

    @property
    def address(self) -> str:
        """The e-mail address that the provider vouches for."""
        return str(self.partial.kwargs["address"])

    @property
    def name(self) -> str:
        return str(self.partial.kwargs.get("name", ""))

    @property
    def uid(self) -> str:
        return str(self.partial.kwargs["uid"])

    @property
    def id_key(self) -> str:
        return str(self.partial.kwargs.get("id_key", ""))

    @property
    def label(self) -> str:
        return providers.label_of(self.backend.name)

    def go_on(self, **chosen: str) -> Any:
        """The user at the end of the pipeline, or the response of another page. Once; raises what its steps refuse."""
        self.partial.extend_kwargs({"chosen": chosen})
        return self.backend.continue_pipeline(self.partial)


def keep(strategy: Any, partial: Any) -> None:
    """Before social-auth stores the partial: only what is needed, and in place of an earlier one."""
    forget(strategy.request)
    known = partial.kwargs
    partial.kwargs = {name: known[name] for name in _KEPT if name in known} | {"response": {}, "details": {}}
    partial.data["request_data"] = {}
    strategy.session_set(_NAME, partial.token)


def of(request: HttpRequest) -> Pending:
    """The one of this browser. Raises SignInRefused when there is none, or it took too long."""
    strategy = load_strategy(request)
    token = strategy.session_get(_NAME)
    partial = strategy.partial_load(token) if isinstance(token, str) else None
    if partial is None or not isinstance(partial.kwargs.get("address"), str):
        raise SignInRefused("There is no sign-in to go on with: it took too long, or it is done already.")
    return Pending(strategy.get_backend(partial.backend), partial)


def forget(request: HttpRequest) -> None:
    strategy = load_strategy(request)
    token = strategy.session_pop(_NAME)
    if isinstance(token, str):
        strategy.storage.partial.destroy(token)
