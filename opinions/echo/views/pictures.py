"""Pictures of an edition at the desk: choosing, looking at each, blacking out."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.errors import NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from opinions.echo import services
from opinions.echo.access import writes
from opinions.echo.forms import CellsForm, CheckForm, PicturesForm
from opinions.echo.models import Echo, EchoPhoto
from opinions.echo.pictures import COLUMNS, ROWS, cells_of
from opinions.echo.queries import consents, pictures_for
from opinions.echo.views.desk import find_echo
from opinions.echo.views.wall import as_picture


@requires(P.ECHO_DRAFT)
def choosing(request: SignedIn, echo_id: int) -> HttpResponse:
    """Which of the matter's pictures go along, before or after."""
    echo = find_echo(request, echo_id)
    if not writes(request.user, echo):
        raise NotAllowed
    held = dict(echo.photos.values_list("source", "moment"))
    offered = pictures_for(echo.matter, own=echo.own_words and consents(echo.matter))
    form = PicturesForm(request.POST if request.method == "POST" else None, offered=offered, held=held)
    if form.is_bound and form.is_valid():
        attempt(form, services.choose, echo=echo, chosen=form.chosen, by=request.user, now=timezone.now())
        if form.is_valid():
            toast(request, _("已保存，请逐张看过。"))
            return go(request, f"{reverse('echo:page', args=[echo.pk])}#photos")
    status = 422 if form.errors else 200
    return render(request, "opinions/echo/choose.html", {"echo": echo, "form": form}, status=status)


def _photo(request: SignedIn, photo_id: int) -> EchoPhoto:
    rows = EchoPhoto.objects.filter(echo__in=Echo.objects.visible_to(request.user))
    related = ("echo__matter", "source__stored", "stored", "card", "checked_by")
    return get_object_or_404(rows.select_related(*related), pk=photo_id)


def _writable(request: SignedIn, photo_id: int) -> EchoPhoto:
    photo = _photo(request, photo_id)
    if not writes(request.user, photo.echo):
        raise NotAllowed
    return photo


@requires(P.ECHO_DRAFT)
def one(request: SignedIn, photo_id: int) -> HttpResponse:
    """One picture: black out by the grid, by touch or by tick boxes."""
    photo = _writable(request, photo_id)
    form = CellsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        cells, photo.stored_id = form.cleaned_data["cells"], form.cleaned_data["stored"]
        attempt(form, services.black_out, photo=photo, cells=cells, by=request.user, now=timezone.now())
        if form.is_valid():
            toast(request, _("已涂黑，请再看一遍。") if cells else _("没有涂黑的地方了，请再看一遍。"))
            return go(request, reverse("echo:photo_page", args=[photo.pk]))
    return _page(request, photo, form, CheckForm())


@requires(P.ECHO_DRAFT)
def check(request: SignedIn, photo_id: int) -> HttpResponse:
    """Somebody has looked, and says so three times."""
    photo, form = _writable(request, photo_id), CheckForm(request.POST)
    if request.method == "POST" and form.is_valid():
        photo.stored_id = form.cleaned_data["stored"]
        attempt(form, services.check, photo=photo, by=request.user, now=timezone.now())
        if form.is_valid():
            toast(request, _("已记下：这张照片看过了。"))
            return go(request, f"{reverse('echo:page', args=[photo.echo_id])}#photos")
    return _page(request, photo, CellsForm(), form if request.method == "POST" else CheckForm())


def _page(request: SignedIn, photo: EchoPhoto, cells: Any, checks: Any) -> HttpResponse:
    black = cells_of(photo.boxes)
    grid = [
        [(row * COLUMNS + column, row + 1, column + 1, row * COLUMNS + column in black) for column in range(COLUMNS)]
        for row in range(ROWS)
    ]
    context = {"photo": photo, "echo": photo.echo, "grid": grid, "cells": cells, "form": checks}
    return render(request, "opinions/echo/photo.html", context, status=422 if cells.errors or checks.errors else 200)


@require_GET
@requires(P.ECHO_DRAFT)
def full(request: SignedIn, photo_id: int) -> HttpResponseBase:
    """The copy, as it would be public."""
    return as_picture(file_response(request, _photo(request, photo_id).stored))
