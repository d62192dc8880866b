"""One address serves the page and its fragment; the request header decides (house style 22)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri


def wants_fragment(request: HttpRequest) -> bool:
    """Whether HTMX (or our dialog) asks for the fragment rather than for the whole page."""
    headers = request.headers
    if headers.get("HX-Boosted") == "true" or headers.get("HX-History-Restore-Request") == "true":
        return False
    return headers.get("HX-Request") == "true"


def render_page(
    request: HttpRequest,
    template: str,
    fragment: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only its fragment. Give `status=422` when a form has errors."""
    response = render(request, fragment if wants_fragment(request) else template, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Leave for `url` after a POST: a redirect, or HX-Redirect so that HTMX leaves the page as well."""
    if not wants_fragment(request):
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = iri_to_uri(url)
    return response
