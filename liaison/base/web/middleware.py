"""Middleware of the web layer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from liaison.base.errors import DomainError
from liaison.base.stamps import reading
from liaison.base.web.display import read_display
from liaison.base.web.errors import error_page, refused

Handler = Callable[[HttpRequest], HttpResponse]


def elder_mode(get_response: Handler) -> Handler:
    """Set `request.display` (and `request.elder`, `request.text_size`) from the visitor's cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        display = read_display(request)
        request.display = display  # type: ignore[attr-defined]
        request.elder = display.elder  # type: ignore[attr-defined]
        request.text_size = display.size  # type: ignore[attr-defined]
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def no_zero_bytes(get_response: Handler) -> Handler:
    """Refuse addresses with a zero byte: nobody types one, and PostgreSQL takes none. Forms check their own fields."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_page(request, 400)
        return get_response(request)

    return middleware


def look_once(get_response: Handler) -> Handler:
    """A request that only reads looks at the stamps of reference data once at most, however often they are needed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with reading(at_once=False):
            return get_response(request)

    return middleware


def domain_errors(get_response: Handler) -> Handler:
    """Safety net: a DomainError that no view caught becomes its sentence on a page, never a 500."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refused(request, exception) if isinstance(exception, DomainError) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
