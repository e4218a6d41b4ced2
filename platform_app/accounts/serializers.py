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
