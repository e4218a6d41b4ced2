"""People and their API tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from knox.models import AuthToken

from platform_app.accounts import actions, professors
from platform_app.admin.invalidating import InvalidatesCache
from platform_app.admin.sessions import SessionsOfUsers
from platform_app.models import User
from platform_app.requests import origin_of


class LowerCaseEmail(forms.ModelForm):
    """People type addresses both ways; we keep them in one."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class UserForm(LowerCaseEmail, UserChangeForm):
    class Meta:
        model = User
        fields = (
            "email",
            "name",
            "role",
            "password",
            "is_active",
            "is_staff",
            "is_superuser",
            "user_permissions",
        )
        field_classes: dict[str, Any] = {}


class NewUserForm(LowerCaseEmail, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role")
        field_classes: dict[str, Any] = {}


class PasswordForm(AdminPasswordChangeForm):
    """A password set for somebody else ends that person's API tokens too, as it ends the sessions."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        actions.revoke_all_tokens(user)
        return user


class RequestFilter(admin.SimpleListFilter):
    title = "request to be a professor"
    parameter_name = "professor_request"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(professor_requested_at__isnull=False) if self.value() else queryset


@admin.register(User)
class UserAdmin(InvalidatesCache, SessionsOfUsers, DjangoUserAdmin):
    cached_as = "user"
    form = UserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    ordering = ("email",)
    list_display = (
        "email",
        "name",
        "role",
        "is_active",
        "is_staff",
        "last_login",
        "date_joined",
        "professor_requested_at",
    )
    list_filter = (RequestFilter, "role", "is_active", "is_staff")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined", "email_verified_at", "professor_requested_at")
    actions = ("approve_professors", "decline_professors", *SessionsOfUsers.actions, "invalidate_cache")
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "password")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Single permissions", {"fields": ("user_permissions",), "classes": ("collapse",)}),
        (
            "Dates",
            {"fields": ("last_login", "date_joined", "email_verified_at", "professor_requested_at")},
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )
    filter_horizontal = ("user_permissions",)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Nobody has proved a new address yet; a role given by hand answers the request for it."""
        if "email" in form.changed_data:
            obj.email_verified_at = None
        if "role" in form.changed_data:
            obj.professor_requested_at = None
        super().save_model(request, obj, form, change)

    @admin.action(description="Approve as professor", permissions=["change"])
    def approve_professors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        decided = professors.approve(queryset, origin_of(request))
        self.message_user(request, f"Professors now: {decided}. Each of them gets a mail.", messages.SUCCESS)

    @admin.action(description="Decline to make professor", permissions=["change"])
    def decline_professors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        decided = professors.decline(queryset, origin_of(request))
        self.message_user(
            request, f"Requests declined: {decided}. Each of them gets a mail.", messages.SUCCESS
        )


admin.site.unregister(Group)  # roles are a field of the user; groups would be a second system beside it
admin.site.unregister(AuthToken)  # knox's own page shows a fresh token and makes them for other people


@admin.register(AuthToken)
class TokenAdmin(admin.ModelAdmin):
    """Tokens can be revoked here, which is what deleting does; people make their own."""

    list_display = ("short", "user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    date_hierarchy = "created"
    fields = readonly_fields = ("user", "created", "expiry")

    @admin.display(description="token", ordering="token_key")
    def short(self, token: AuthToken) -> str:
        return f"{token.token_key[:6]}…"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return False
