"""One's own sessions over HTTP: the same as the page "Your devices"."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.accounts import devices
from platform_app.accounts.serializers import SessionSerializer
from platform_app.requests import SignedInAPIRequest


class Sessions(APIView):
    @extend_schema(responses=SessionSerializer(many=True), operation_id="sessions_list")
    def get(self, request: SignedInAPIRequest) -> Response:
        """Where the caller is signed in with a browser, the session of this request first, then the one used last."""
        found = devices.devices_seen_from(request.session, request.user)
        return Response(SessionSerializer(found, many=True).data, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={204: None}, operation_id="sessions_end_others")
    def delete(self, request: SignedInAPIRequest) -> Response:
        """End all of them but the session of this request; all, if it carries a token instead. Tokens stay."""
        devices.end_other_devices(request.session, request.user)
        return Response(status=204)


class SessionDetail(APIView):
    @extend_schema(request=None, responses={204: None}, operation_id="sessions_end")
    def delete(self, request: SignedInAPIRequest, digest: str) -> Response:
        """End one of them, for good and at once."""
        devices.end_device(request.session, request.user, digest)
        return Response(status=204)
