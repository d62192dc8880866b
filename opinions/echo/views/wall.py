"""The wall, one entry, the large screen, and the pictures: for everybody, from ready answers."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from liaison.base.codes import PLAQUE_LENGTH, is_code, qr_svg
from liaison.base.files.responses import file_response
from liaison.base.stamps import reading
from liaison.base.web.decorators import public
from liaison.base.web.htmx import render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.workdays.arithmetic import local_today
from opinions.echo.forms import WallForm
from opinions.echo.models import Echo, EchoPhoto
from opinions.echo.queries import ORDER, narrowed
from opinions.echo.reading import told, whole
from opinions.echo.shelf import ready
from opinions.echo.states import EchoStatus

ON_A_PAGE, ON_SCREEN = 8, 24
WERE_PUBLIC = (EchoStatus.TAKEN_BACK, EchoStatus.PUBLISHED, EchoStatus.REPLACED)
"""What once was public, or still is."""


@public
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """Cards, the newest first, filtered by place, category, result and month. What is no filter changes nothing."""
    with reading():
        form, page = _asked(request)
        place = {"page": request.GET["page"]} if page.follows else {}
        return ready(request, lambda: _wall(request), query=urlencode({**form.chosen, **place}))


def _asked(request: HttpRequest) -> tuple[WallForm, KeysetPage[Echo]]:
    """The filter and the page that the query string asks for; the page is not read yet."""
    form = WallForm(request.GET)
    rows = whole(narrowed(Echo.objects.shown(), form.chosen))
    return form, KeysetPage(rows, order=ORDER, cursor=request.GET.get("page"), size=ON_A_PAGE)


def _wall(request: HttpRequest) -> HttpResponse:
    form, page = _asked(request)
    cards = told(page.items, local_today(timezone.now()))
    context = {"page": page, "cards": cards, "form": form, "home": settings.PUBLIC_URL}
    return render(request, "opinions/echo/wall.html", context)


@public
@require_safe
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """One entry. What was taken back says so (410)."""
    if not is_code(code, PLAQUE_LENGTH):
        raise Http404
    return ready(request, lambda: _entry(request, code))


def _entry(request: HttpRequest, code: str) -> HttpResponse:
    rows = Echo.objects.filter(code=code)
    found = whole(rows.shown()).first()
    if found is None:
        gone = rows.filter(status__in=WERE_PUBLIC).exists()
        page = "opinions/echo/gone.html" if gone else "opinions/echo/unknown.html"
        return render(request, page, status=410 if gone else 404)
    (card,) = told([found], local_today(timezone.now()))
    edition = rows.filter(status__in=WERE_PUBLIC, number__lte=found.number).count()
    context = {"card": card, "home": settings.PUBLIC_URL, "edition": edition}
    return render(request, "opinions/echo/entry.html", context)


@public
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """The large screen; its script asks for the same address and gets the cards alone."""
    return ready(request, lambda: _screen(request))


def _screen(request: HttpRequest) -> HttpResponse:
    rows = whole(Echo.objects.shown()).order_by(*ORDER)[:ON_SCREEN]
    cards = told(rows, local_today(timezone.now()))
    context = {"cards": [(one, _symbol(f"{settings.PUBLIC_URL}{one.url}")) for one in cards]}
    return render_page(request, "opinions/echo/tv.html", "opinions/echo/_tv.html", context)


def _symbol(address: str) -> str:
    return mark_safe(qr_svg(address, centre_mark=False))  # noqa: S308 - our own SVG of our own address


@public
@require_safe
def photo(request: HttpRequest, code: str, photo_id: int) -> HttpResponseBase:
    """A picture of an entry that is shown."""
    return as_picture(file_response(request, _photo(code, photo_id).stored))


@public
@require_safe
def card(request: HttpRequest, code: str, photo_id: int) -> HttpResponseBase:
    """The same, small."""
    return as_picture(file_response(request, _photo(code, photo_id).card))


def _photo(code: str, photo_id: int) -> EchoPhoto:
    rows = EchoPhoto.objects.filter(echo__in=Echo.objects.shown().filter(code=code)).select_related("stored", "card")
    found = rows.filter(pk=photo_id).first() if photo_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def as_picture(response: HttpResponseBase) -> HttpResponseBase:
    """Generated files are downloads unless somebody says that they are looked at. A browser asks each time whether its
    copy still holds: the address stays when parts are blacked out, or the entry is taken back."""
    if isinstance(response, FileResponse):
        response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "private, no-cache"
    return response
