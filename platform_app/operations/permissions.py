from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from caching.admin.pages import OPERATE


class IsAdmin(BasePermission):
    message = "This is for administrators."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(getattr(request.user, "is_admin", False))


class IsOperator(IsAdmin):
    """Administrators, and staff who may operate the cache."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        is_staff = bool(getattr(request.user, "is_staff", False))
        return super().has_permission(request, view) or (is_staff and request.user.has_perm(OPERATE))
