"""Where social-core keeps what it would keep in tables: who is connected in its table, halted pipelines in Redis.

Its tables for nonces, associations and partials stay empty: state and nonce are one record of the browser (`backends`).
"""

from typing import Any

from django.db import IntegrityError
from social_core.storage import BaseStorage, PartialMixin
from social_django.models import UserSocialAuth

from sessions_ext.oauth import records

_KIND = "partial"


class Partial(PartialMixin):
    """A pipeline that waits for a person, as JSON. What no JSON can hold is a mistake of the step that halted."""

    def __init__(self, token: str = "", backend: str = "", next_step: int = 0, data: Any = None) -> None:
        self.token = token
        self.backend = backend
        self.next_step = next_step
        self.data = {} if data is None else data

    def save(self) -> None:
        known = {"backend": self.backend, "next_step": self.next_step, "data": self.data}
        records.put(_KIND, self.token, known)

    @classmethod
    def load(cls, token: str) -> "Partial | None":
        match records.look(_KIND, token):
            case {"backend": str(backend), "next_step": int(next_step), "data": {"kwargs": dict()} as data}:
                return cls(token, backend, next_step, data)
        return None

    @classmethod
    def destroy(cls, token: str) -> bool:
        """Whether it was there: of several who go on with it at once, one may."""
        return records.remove(_KIND, token)


class Storage(BaseStorage):
    user = UserSocialAuth
    partial = Partial

    @classmethod
    def is_integrity_error(cls, exception: BaseException) -> bool:
        return isinstance(exception, IntegrityError)
