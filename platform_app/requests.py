"""What views know of a request: its sender, for the type checker, behind `signed_in` and DRF's IsAuthenticated; its origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from platform_app.models import User

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


class SignedInAPIRequest(Request):
    user: User


def origin_of(request: HttpRequest) -> str:
    """Scheme and host by which it came, `https://example.edu`: what the links of a mail begin with."""
    return request.build_absolute_uri("/").rstrip("/")


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """`login_required`, so that the view may count on a user."""
    return cast(
        Callable[Concatenate[HttpRequest, P], HttpResponseBase],
        login_required(cast(Callable[..., HttpResponseBase], view)),
    )
