"""Who may be a professor: people with an address of a listed domain at once, others when an administrator says so.

An address counts when it was proved: anybody can type one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from platform_app.accounts.tasks import mail_professor_decision
from platform_app.models import Role, User
from sessions_ext.devices import end_sessions_of

WAITING = (
    "You asked to be a professor. An administrator looks at it, and you get a mail then; "
    "until then you can use the platform as a student."
)
# A mail that only asks "is this your address?" would be answered "yes" also by somebody whose address a stranger typed.
TO_BE_PROVED = (
    "You asked to be a professor, and people with an address like yours are professors here. "
    "Set a password by a link in a mail once: that shows that the address is yours."
)


def is_listed(email: str) -> bool:
    """Whether PROFESSOR_DOMAINS has the domain itself, or its parent with a leading dot."""
    domain = email.rpartition("@")[2].lower()
    listed = [entry.strip().lower() for entry in settings.PROFESSOR_DOMAINS]
    return any(
        domain.endswith(entry) if entry.startswith(".") else domain == entry for entry in listed if entry
    )


def as_allowed(user: User, wanted: str) -> User:
    """The user, not saved, with the role he wants, or as a student with a request for it."""
    user.role = wanted
    if wanted == Role.PROFESSOR and not (user.email_verified_at and is_listed(user.email)):
        user.role, user.professor_requested_at = Role.STUDENT, timezone.now()
    return user


def waiting(user: User) -> str:
    """What becomes of this user's request, in words; "" without one."""
    if user.professor_requested_at is None:
        return ""
    return TO_BE_PROVED if is_listed(user.email) else WAITING


def settle(user: User) -> None:
    """Gives what was asked for, now that the address was proved, if its domain is listed."""
    if user.professor_requested_at and user.email_verified_at and is_listed(user.email):
        user.role, user.professor_requested_at = Role.PROFESSOR, None
        user.save(update_fields=["role", "professor_requested_at"])


def approve(users: Iterable[User], origin: str) -> int:
    """How many requests were granted; each of these people gets a mail."""
    return _decide(users, origin, role=Role.PROFESSOR)


def decline(users: Iterable[User], origin: str) -> int:
    return _decide(users, origin, role=None)


def _decide(users: Iterable[User], origin: str, *, role: str | None) -> int:
    decided = 0
    changes = {"professor_requested_at": None} | ({"role": role} if role else {})
    for user in users:
        # Two administrators at once: the request belongs to the one whose update finds it.
        waiting = User.objects.filter(pk=user.pk, role=Role.STUDENT, professor_requested_at__isnull=False)
        if waiting.update(**changes):
            if role:
                end_sessions_of(user.pk)  # opened with the rights of a student
            mail_professor_decision.enqueue(user.pk, role is not None, origin)
            decided += 1
    return decided
