"""Which sign-ins are connected with which accounts: to be looked at and ended. Made by hand, one would open an account to
whoever has the other. The other tables of social-auth stay empty."""

from __future__ import annotations

from django.contrib import admin
from social_django.models import Association, Nonce, UserSocialAuth

from platform_app.admin.reading import ReadOnly

admin.site.unregister([Association, Nonce, UserSocialAuth])


@admin.register(UserSocialAuth)
class ConnectionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("user", "provider", "created")
    list_select_related = ("user",)
    list_filter = ("provider",)
    search_fields = ("user__email", "user__name")
    date_hierarchy = "created"
    fields = ("user", "provider", "uid", "created")
