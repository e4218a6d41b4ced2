"""An action for lists in the admin: what is cached of the selected ones counts no more."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from caching.admin.pages import OPERATE
from caching.models import Way
from caching.operations import actions, auditing


class InvalidatesCache(admin.ModelAdmin):
    """`cached_as` is the kind of scope: `user` in `user:7`."""

    cached_as: ClassVar[str]

    @admin.action(description="Invalidate cache of selected", permissions=["operate_cache"])
    def invalidate_cache(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        ids = [*chosen.order_by("pk").values_list("pk", flat=True)]
        if not ids:  # deleted meanwhile
            return
        done = actions.carry_out_for_all(self.cached_as, ids, auditing.operator(request.user, Way.ADMIN))
        self.message_user(request, f"Invalidated what is cached of {done.target}.", messages.SUCCESS)

    def has_operate_cache_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(OPERATE)
