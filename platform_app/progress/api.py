"""Progress and grades over HTTP. Rules live in selectors and actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.errors import NotFound
from platform_app.paging import with_links
from platform_app.progress import selectors
from platform_app.progress.serializers import GradeSerializer, PageQuerySerializer, ProgressPageSerializer
from platform_app.requests import SignedInAPIRequest

PAGE_SIZE = 20


class ProgressList(APIView):
    @extend_schema(
        operation_id="progress_list", parameters=[PageQuerySerializer], responses=ProgressPageSerializer
    )
    def get(self, request: SignedInAPIRequest) -> Response:
        """A student's own simulations; a professor's: those of the students of his scenarios."""
        wanted = PageQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        number = wanted.validated_data["page"]
        page = selectors.progress_page(request.user, number, PAGE_SIZE)
        if page.number != number:
            raise NotFound(f"There is no page {number}: the list has {page.pages}.")
        return Response(ProgressPageSerializer(with_links(page, request.build_absolute_uri())).data)


class GradeDetail(APIView):
    @extend_schema(responses=GradeSerializer)
    def get(self, request: SignedInAPIRequest, pk: int) -> Response:
        """The stored grade. 404 until the simulation is over; `status` is pending while it is being graded."""
        selectors.get_viewable_simulation(request.user, pk)
        grade = selectors.get_grade(pk)
        if grade is None:
            raise NotFound("There is no grade yet: the simulation is not over.")
        return Response(GradeSerializer(grade).data)
