"""`/favicon.ico`, which browsers ask for where no page names an icon: beside JSON for instance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponsePermanentRedirect:
    """Asks nobody, so that it is there without Redis too."""
    return HttpResponsePermanentRedirect(static("platform/icon.svg"))
