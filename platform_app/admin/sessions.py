"""Who is signed in where: administrators look, and end sessions. Nobody makes or changes one here.

The list is that of the copies in the database; a user's own page asks Redis. Neither shows what could open a session.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from platform_app.accounts.devices import devices_seen_from, end_other_devices
from platform_app.admin.reading import ReadOnly
from platform_app.models import User
from sessions_ext import conf, keeping
from sessions_ext.devices import end_session
from sessions_ext.models import SavedSession


@admin.register(SavedSession)
class SessionAdmin(ReadOnly, admin.ModelAdmin):
    """To delete one is to end it: the row and what Redis has."""

    list_display = ("user", "shown_browser", "address", "created_at", "seen_at", "expires_at")
    list_display_links = ("user", "shown_browser")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = readonly_fields = (
        "user",
        "shown_browser",
        "address",
        "created_at",
        "seen_at",
        "expires_at",
    )
    actions = ("end_selected",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: SavedSession | None = None) -> bool:
        return is_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: SavedSession | None = None) -> bool:
        return is_admin(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": "Sessions", **(extra_context or {}), "keeps_copies": conf.current().backup}
        return super().changelist_view(request, context)

    @admin.display(description="browser", ordering="browser")
    def shown_browser(self, session: SavedSession) -> str:
        return session.browser or "Unknown browser"

    def delete_model(self, request: HttpRequest, obj: SavedSession) -> None:
        _end(obj.user_id, obj.digest)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SavedSession]) -> None:
        self._end(queryset)

    @admin.action(description="End selected sessions", permissions=["delete"])
    def end_selected(self, request: HttpRequest, sessions: QuerySet[SavedSession]) -> None:
        self.message_user(request, f"Ended {_counted(self._end(sessions))}.", messages.SUCCESS)

    def _end(self, sessions: QuerySet[SavedSession]) -> int:
        """How many had not ended already."""
        return sum(_end(*key) for key in [*sessions.values_list("user_id", "digest")])


class SessionsOfUsers(admin.ModelAdmin[User]):
    """For the admin of users: the sessions on a user's page, and the ways to end them all.

    Administrators who end their own stay signed in where they do it.
    """

    actions: tuple[str, ...] = ("end_all_sessions",)

    class Media:
        css = {"all": ("platform/session_admin.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.end_sessions_view)
        own = path("<path:object_id>/end-sessions/", view, name="end_sessions")
        return [own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        user = self.get_object(request, unquote(object_id))
        devices = devices_seen_from(request.session, user) if user and is_admin(request) else None
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "devices": devices}
        )

    def end_sessions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button on a user's page."""
        if request.method != "POST" or not is_admin(request):
            raise PermissionDenied("Only administrators end the sessions of others, by the button for it.")
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        self._end_all(request, [user])
        return redirect(reverse("admin:platform_app_user_change", args=[user.pk]))

    @admin.action(description="End all sessions of the selected users", permissions=["end_sessions"])
    def end_all_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._end_all(request, [*users])

    def has_end_sessions_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    def _end_all(self, request: HttpRequest, users: list[User]) -> None:
        total = 0
        for user in users:
            ended = end_other_devices(request.session, user)
            self.log_change(request, user, f"Ended {_counted(ended)}.")
            total += ended
        self.message_user(request, f"Ended {_counted(total)}.", messages.SUCCESS)


def _end(user_id: Any, digest: str) -> bool:
    """False: it has ended already. Then a copy may be there still, until `sessions_cleanup` takes it."""
    ended = end_session(user_id, digest)
    if not ended:
        keeping.end(digest)
    return ended


def is_admin(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def _counted(sessions: int) -> str:
    return f"{sessions} session{'' if sessions == 1 else 's'}"
