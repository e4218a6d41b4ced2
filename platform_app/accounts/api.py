"""Signing in and out of the API, and who one is there."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.accounts import actions
from platform_app.accounts.authentication import BearerAuthentication
from platform_app.accounts.serializers import CredentialsSerializer, MeSerializer, NewTokenSerializer
from platform_app.requests import SignedInAPIRequest
from platform_app.throttling import address_of


class Token(APIView):
    authentication_classes = (BearerAuthentication,)

    def perform_authentication(self, request: Request) -> None:
        """POST looks at no token: a client whose token has expired must be able to get a new one."""
        if request.method != "POST":
            super().perform_authentication(request)

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    @extend_schema(request=CredentialsSerializer, responses=NewTokenSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in: e-mail address and password for a token. Ten attempts a minute from one address."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = actions.check_credentials(**credentials.validated_data, address=address_of(request))
        return Response(
            NewTokenSerializer(actions.issue_token(user)).data, headers={"Cache-Control": "no-store"}
        )

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: SignedInAPIRequest) -> Response:
        """Sign out: revoke the token that this very request carries."""
        actions.revoke_token(request.user, cast(AuthToken, request.auth).digest)
        return Response(status=204)


class Me(APIView):
    @extend_schema(responses=MeSerializer)
    def get(self, request: SignedInAPIRequest) -> Response:
        """The account behind the credentials."""
        return Response(MeSerializer(request.user).data)
