"""What can go wrong in the platform's rules, in the user's words.

    PlatformError
    ├── InvalidInput        400  the request makes no sense; `errors` names the fields
    ├── WrongCredentials    401  address and password do not go together; nobody learns which of them is wrong
    ├── NotAllowed          403  signed in, but this role may not do it
    ├── NotFound            404  unknown, or somebody else's: the two look the same
    ├── Conflict            409  right request, wrong moment (a turn is running, the scene is over)
    ├── Incomplete          422  a scenario cannot be published yet; `errors` lists what is missing
    ├── DocumentUnreadable  422  a case study that cannot be read
    └── TooManyAttempts     429  passwords, sign-ups, mails, turns and uploads are limited; says how long to wait

`problems.py` turns them into HTTP in one place. Failures of Redis and of the AI provider are `caching.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One complaint: `attr` is the field's name (or "non_field_errors"), `code` a stable word, `detail` a sentence."""

    attr: str
    code: str
    detail: str


class PlatformError(Exception):
    status = 500
    title = "Something went wrong"

    def __init__(self, detail: str, *, errors: list[FieldError] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says beside its body."""
        return {}


class InvalidInput(PlatformError):
    status = 400
    title = "This cannot be accepted"


class WrongCredentials(PlatformError):
    status = 401
    title = "Sign-in failed"

    def __init__(self, detail: str = "This e-mail address and password do not go together.") -> None:
        super().__init__(detail)

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class NotAllowed(PlatformError):
    status = 403
    title = "Not allowed"


class NotFound(PlatformError):
    status = 404
    title = "Not found"

    def __init__(self, detail: str = "There is nothing here, or it is not yours to see.") -> None:
        super().__init__(detail)


class Conflict(PlatformError):
    status = 409
    title = "Not at this moment"


class Incomplete(PlatformError):
    status = 422
    title = "Something is still missing"


class DocumentUnreadable(PlatformError):
    status = 422
    title = "The document cannot be read"


class TooManyAttempts(PlatformError):
    status = 429
    title = "Too many attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"That was too often in a short time. Please wait {_spoken(retry_after_seconds)} and try again."
        )
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_seconds)}


def _spoken(seconds: int) -> str:
    """For people: 1 second, 90 seconds, 10 minutes; never less than it is."""
    count, unit = (seconds, "second") if seconds <= 120 else (-(-seconds // 60), "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
