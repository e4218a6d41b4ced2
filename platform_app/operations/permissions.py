from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from caching.admin.pages import OPERATE, VIEW


class MaySeeCache(BasePermission):
    """Administrators, and staff with the permission for the cache's pages."""

    permission = VIEW
    message = "This is for administrators, and for staff who may see the cache."

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        return bool(getattr(user, "is_admin", False) or (user.is_staff and user.has_perm(self.permission)))


class MayOperateCache(MaySeeCache):
    permission = OPERATE
    message = "This is for administrators, and for staff who may operate the cache."
