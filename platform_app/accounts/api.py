"""Signing in and out of the API, and who one is there."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.accounts import actions
from platform_app.accounts.authentication import BearerAuthentication
from platform_app.accounts.serializers import CredentialsSerializer, MeSerializer, NewTokenSerializer
from platform_app.throttling import address_of


class Token(APIView):
    def get_authenticators(self) -> list[BaseAuthentication]:
        """POST asks for none: a client with an expired token must be able to get a new one."""
        return [] if self.request.method == "POST" else [BearerAuthentication()]

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    @extend_schema(request=CredentialsSerializer, responses=NewTokenSerializer)
    def post(self, request: Request) -> Response:
        """Sign in: e-mail address and password for a token. Ten attempts a minute."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = actions.check_credentials(**credentials.validated_data, address=address_of(request))
        return Response(
            NewTokenSerializer(actions.issue_token(user)).data, headers={"Cache-Control": "no-store"}
        )

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out: revoke the token that this very request carries."""
        actions.revoke_token(request.user, request.auth.digest)
        return Response(status=204)


class Me(APIView):
    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """The account behind the credentials."""
        return Response(MeSerializer(request.user).data)
