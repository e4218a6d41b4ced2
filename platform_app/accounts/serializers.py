from __future__ import annotations

from rest_framework import serializers

from platform_app.accounts.forms import PASSWORD_LENGTH
from platform_app.models import User


class CredentialsSerializer(serializers.Serializer[User]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=PASSWORD_LENGTH, trim_whitespace=False, write_only=True)


class NewTokenSerializer(serializers.Serializer[object]):
    token = serializers.CharField(
        source="secret", help_text="Shown this once. Send it as `Authorization: Bearer …`."
    )
    expires = serializers.DateTimeField()


class MeSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "name", "role")
        read_only_fields = fields


class SessionSerializer(serializers.Serializer[object]):
    digest = serializers.CharField(help_text="Names the session, to end it; nobody can sign in with it.")
    browser = serializers.CharField(help_text='Such as "Firefox on Linux"; empty if it did not say.')
    address = serializers.CharField(help_text="Only the network, such as 203.0.113.0; empty if unknown.")
    created_at = serializers.DateTimeField(help_text="When one signed in.")
    seen_at = serializers.DateTimeField(help_text="When it was used last, to the minute.")
    expires_at = serializers.DateTimeField(help_text="When it ends, if it is not used before.")
    current = serializers.BooleanField(source="is_current", help_text="Whether this request belongs to it.")
