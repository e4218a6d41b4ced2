"""Copies of sessions in the database, for when Redis loses its memory. A session whose copy was erased stays dead."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone

from sessions_ext import conf
from sessions_ext.agents.record import About, AgentSession
from sessions_ext.models import SavedAgentSession


def find(session_id: str) -> SavedAgentSession | None:
    """The copy of a session that would still run, if Redis had not forgotten it."""
    return SavedAgentSession.objects.filter(pk=session_id, expires_at__gt=timezone.now()).first()


def exists(session_id: str) -> bool:
    return SavedAgentSession.objects.filter(pk=session_id).exists()


def begin(about: About) -> None:
    """The first copy. One that is there already, from somebody faster, stays; one of an expired session does not."""
    now = timezone.now()
    copies = SavedAgentSession.objects
    copies.filter(pk=about.session_id, expires_at__lte=now).delete()
    copies.bulk_create(
        [
            SavedAgentSession(
                id=about.session_id,
                user_progress_id=about.user_progress_id,
                agent_type=about.agent_type,
                agent_id=about.agent_id,
                config=about.config,
                created_at=about.created_at,
                used_at=now,
                expires_at=_end(now),
            )
        ],
        ignore_conflicts=True,
    )


def save(session: AgentSession) -> None:
    """Only where there is a copy: one that was erased meanwhile, with its session, must not come back."""
    now = timezone.now()
    SavedAgentSession.objects.filter(pk=session["session_id"]).update(
        config=session["session_config"],
        state=session["state"],
        transcript=session["messages"],
        used_at=now,
        expires_at=_end(now),
    )


def erase(session_ids: Collection[str]) -> None:
    SavedAgentSession.objects.filter(pk__in=session_ids).delete()


def erase_all(user_progress_id: int) -> set[str]:
    """Of one simulation. The ids of the sessions that had a copy."""
    found = SavedAgentSession.objects.filter(user_progress_id=user_progress_id).values_list("pk", flat=True)
    if ids := set(found):
        erase(ids)
    return ids


def delete_expired() -> int:
    """Of sessions that have expired, in Redis too; how many there were."""
    # A session may have been used after its copy was written for the last time: it then runs that much longer.
    surely = timezone.now() - timedelta(seconds=conf.current().agent_backup_seconds)
    return SavedAgentSession.objects.filter(expires_at__lte=surely).delete()[0]


def about(copy: SavedAgentSession) -> About:
    return About(
        user_progress_id=copy.user_progress_id,
        agent_type=copy.agent_type,
        agent_id=copy.agent_id,
        config=copy.config,
        created_at=copy.created_at.isoformat(),
    )


def _end(now: datetime) -> datetime:
    return now + timedelta(seconds=conf.current().agent_ttl_seconds)
