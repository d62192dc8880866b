"""The wall, one entry, the large screen, and the pictures: for everybody, from ready answers."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from liaison.base.codes import PLAQUE_LENGTH, is_code, qr_svg
from liaison.base.files.responses import file_response
from liaison.base.web.decorators import public
from liaison.base.web.htmx import render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.workdays.arithmetic import local_today
from opinions.echo.forms import WallForm
from opinions.echo.models import Echo, EchoPhoto
from opinions.echo.queries import RELATED, narrowed
from opinions.echo.reading import PHOTOS, told
from opinions.echo.shelf import ready
from opinions.echo.states import EchoStatus

ORDER = ("-published_at", "-id")
ON_A_PAGE, ON_SCREEN = 8, 24
GONE = (EchoStatus.TAKEN_BACK, EchoStatus.PUBLISHED, EchoStatus.REPLACED)
"""An address that once was public and is not: these editions exist, and none of them is shown."""


@public
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """Cards, the newest first, filtered by place, category, result and month."""
    return ready(request, lambda: _wall(request))


def _wall(request: HttpRequest) -> HttpResponse:
    form = WallForm(request.GET)
    rows = narrowed(Echo.objects.shown(), form.chosen).select_related(*RELATED).prefetch_related(PHOTOS)
    page: KeysetPage[Echo] = KeysetPage(rows, order=ORDER, cursor=request.GET.get("page"), size=ON_A_PAGE)
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
    found = rows.shown().select_related(*RELATED).prefetch_related(PHOTOS).first()
    if found is None:
        gone = rows.filter(status__in=GONE).exists()
        page = "opinions/echo/gone.html" if gone else "opinions/echo/unknown.html"
        return render(request, page, status=410 if gone else 404)
    (card,) = told([found], local_today(timezone.now()))
    return render(request, "opinions/echo/entry.html", {"card": card, "home": settings.PUBLIC_URL})


@public
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """The large screen; its script asks for the same address and gets the cards alone."""
    return ready(request, lambda: _screen(request))


def _screen(request: HttpRequest) -> HttpResponse:
    rows = Echo.objects.shown().select_related(*RELATED).prefetch_related(PHOTOS).order_by(*ORDER)[:ON_SCREEN]
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
    """Generated files are downloads unless somebody says that they are looked at."""
    if isinstance(response, FileResponse):
        response["Content-Disposition"] = "inline"
    return response
