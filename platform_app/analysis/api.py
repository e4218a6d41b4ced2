"""Documents over HTTP: upload, state, live events."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.analysis import actions, selectors
from platform_app.analysis.limits import count_analysis
from platform_app.analysis.run import announce_end, event_log
from platform_app.analysis.serializers import DocumentSerializer, UploadSerializer
from platform_app.models import Document
from platform_app.requests import SignedInAPIRequest
from platform_app.sse import EventStreamRenderer, event_stream, last_event_id
from platform_app.throttling import address_of


class Documents(APIView):
    parser_classes = [MultiPartParser]
    limited_methods = ("POST",)

    @extend_schema(request=UploadSerializer, responses={202: DocumentSerializer})
    def post(self, request: SignedInAPIRequest) -> Response:
        """Upload a case study and start its analysis. 422 says what is wrong with a file, and nothing is stored."""
        selectors.require_author(request.user)
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        count_analysis(request.user, address_of(request))
        document = actions.upload_document(request.user, **upload.validated_data)
        return Response(DocumentSerializer(document).data, status=202)


class DocumentDetail(APIView):
    @extend_schema(responses=DocumentSerializer)
    def get(self, request: SignedInAPIRequest, pk: int) -> Response:
        """How far the analysis has come. `scenario` is the id of the draft once `status` is done."""
        return Response(DocumentSerializer(_current(request, pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Remove the document and its files. The scenario stays."""
        actions.delete_document(selectors.get_own_document(request.user, pk))
        return Response(status=204)


class DocumentRetry(APIView):
    limited_methods = ("POST",)

    @extend_schema(request=None, responses={202: DocumentSerializer})
    def post(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Start an analysis again that has failed."""
        document = _current(request, pk)
        count_analysis(request.user, address_of(request))
        actions.retry(document)
        return Response(DocumentSerializer(document).data, status=202)


class DocumentEvents(APIView):
    renderer_classes = [EventStreamRenderer, JSONRenderer]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Last-Event-ID", str, OpenApiParameter.HEADER, description="Go on after this event."
            ),
            OpenApiParameter("after", str, description="The same for clients that cannot set headers."),
        ],
        responses={
            (200, "text/event-stream"): OpenApiResponse(OpenApiTypes.STR, description="Server-sent events.")
        },
    )
    def get(self, request: SignedInAPIRequest, pk: int) -> StreamingHttpResponse:
        """The analysis live: `state` (as GET), `people`, `scenes`, `outcomes` and `picture` as they are found, `end`."""
        document = _current(request, pk)
        log = event_log(pk)
        if document.is_finished and not log.read():
            # The log has expired: whoever asks now gets the end at once instead of waiting for it.
            announce_end(document)
        return event_stream(log, last_event_id(request))


def _current(request: SignedInAPIRequest, pk: int) -> Document:
    selectors.require_author(request.user)
    actions.give_up_lost(request.user)
    return selectors.get_own_document(request.user, pk)
