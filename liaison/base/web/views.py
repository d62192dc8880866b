"""Views of the web layer: reading mode, language, error pages, the gallery of components."""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from liaison.base.web.decorators import public
from liaison.base.web.display import SIZES, parse_size, write_display
from liaison.base.web.errors import error_page, is_outage, too_large, too_many, unavailable
from liaison.base.web.gallery import samples

__all__ = ["too_large", "too_many", "unavailable"]


def _way_back(request: HttpRequest) -> str:
    """The page to return to: `next`, else the referring page, else the front page; never another host."""
    for url in (request.GET.get("next"), request.headers.get("Referer")):
        if url and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
            return url
    return "/"


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def display(request: HttpRequest) -> HttpResponse:
    """Switch elder mode on (`size`, or the default size) or off (`size=off`) and go back. Changes a cookie only."""
    asked = request.GET.get("size", "")
    response = HttpResponseRedirect(_way_back(request))
    write_display(response, None if asked == "off" else parse_size(asked) or SIZES[0])
    return response


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language (`to`) and go back; an unknown language changes nothing."""
    code = request.GET.get("to", "")
    response = HttpResponseRedirect(_way_back(request))
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 24 * 3600, samesite="Lax")
    return response


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return error_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403; the text of PermissionDenied, when given, is shown."""
    return error_page(request, 403, text=str(exception or "") or None)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404; never repeats the address or tells what exists."""
    return error_page(request, 404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; a database or disk that is gone is said to be busy (503) rather than broken."""
    return unavailable(request) if is_outage(sys.exc_info()[1]) else error_page(request, 500)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or cookies are off: says so and leads back to the form."""
    text = _("这一页打开的时间太长，或者浏览器没有保存 Cookie。请返回上一页刷新后再提交一次，写下的内容一般还在。")
    return error_page(request, 403, title=_("请再提交一次"), text=text)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with sample data, for staff who build pages; the root urlconf adds the permission."""
    context: dict[str, Any] = samples(request)
    return render(request, "components/gallery.html", context)
