"""Where somebody is signed in, as pages and the API show it: each session a device, that of the request first."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase

from platform_app.errors import NotFound
from platform_app.models import User
from sessions_ext.devices import Device, devices_of, end_session, end_sessions_of
from sessions_ext.keys import digest_of


@dataclass(frozen=True)
class ShownDevice(Device):
    is_current: bool


def devices_seen_from(here: SessionBase, user: User) -> list[ShownDevice]:
    """The user's sessions, the one used last first, but before them `here`, if it is one of his."""
    found = [
        ShownDevice(**asdict(device), is_current=device.digest == _digest_in(here))
        for device in devices_of(user.pk)
    ]
    return sorted(found, key=lambda device: not device.is_current)


def end_device(here: SessionBase, user: User, digest: str) -> None:
    """Sign one device out; this one too. Raises NotFound for what has ended already or is somebody else's."""
    if not end_session(user.pk, digest):
        raise NotFound("This session has ended already.")
    if digest == _digest_in(here):
        here.flush()  # what this request still holds of it, and its cookie


def end_other_devices(here: SessionBase, user: User) -> int:
    """Sign out everywhere but here; how many sessions there were."""
    return end_sessions_of(user.pk, keep=_digest_in(here))


def _digest_in(here: SessionBase) -> str:
    return digest_of(here.session_key) if here.session_key else ""
