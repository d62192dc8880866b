"""The page of one deputy, and what is done there."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deputies.accounts.access import Permission, can, requires
from deputies.accounts.queries import organisations_below
from deputies.accounts.services import reveal_phone
from deputies.roster import services
from deputies.roster.forms import (
    ConsentForm,
    DeputyForm,
    EndForm,
    OptionalReasonForm,
    PairForm,
)
from deputies.roster.models import Deputy, PublicField
from deputies.roster.queries import history
from deputies.roster.states import OFFICE
from deputies.roster.views.lists import act_page, posted
from liaison.base.files.responses import file_response
from liaison.base.stamps import reading
from liaison.base.web.forms import PhotoForm, ReasonForm, attempt
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today

RELATED = ("organisation", "term__division", "delegation", "electoral_district", "photo", "helper", "user")
FORM_METHODS = ["GET", "HEAD", "POST"]


def _deputy(request: HttpRequest, pk: int) -> Deputy:
    """The deputy, 404 outside the user's scope."""
    user: Any = request.user
    return get_object_or_404(Deputy.objects.visible_to(user).select_related(*RELATED), pk=pk)


def _there(deputy: Deputy) -> str:
    return reverse("roster:deputy", args=[deputy.pk])


@requires(Permission.ROSTER_VIEW)
@require_safe
@reading()
def deputy_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one deputy; stationing and QR are a panel of the contact points."""
    user: Any = request.user
    deputy = _deputy(request, pk)
    keeps = can(user, Permission.ROSTER_EDIT) and deputy.organisation_id in organisations_below(user)
    context = {
        "deputy": deputy,
        "groups": deputy.groups.all(),
        "consents": [(field.label, deputy.shows(field)) for field in PublicField],
        "history": history(deputy.chain, Deputy),
        "verbs": OFFICE.verbs_from(deputy.status) if keeps else [],
        "keeps": keeps,
        "may_reveal": bool(deputy.phone) and can(user, Permission.PHONE_REVEAL),
    }
    return render(request, "deputies/roster/deputy.html", context)


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def deputy_new(request: HttpRequest) -> HttpResponse:
    """Add a deputy."""
    user: Any = request.user
    form = DeputyForm(posted(request), user=user)
    if form.is_valid():
        deputy = attempt(form, services.create_deputy, details=form.details(), by=user, now=timezone.now())
        if deputy is not None:
            toast(request, _("“%(name)s”已登记，二维码已生成。") % {"name": deputy.name})
            return go(request, _there(deputy))
    return render(request, "deputies/roster/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def deputy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the roster knows."""
    user: Any = request.user
    deputy = _deputy(request, pk)
    form = DeputyForm(posted(request), user=user, deputy=deputy)
    if form.is_valid():
        attempt(
            form, services.update_deputy, deputy=deputy, details=form.details(), version=form.stale_version,
            by=user, now=timezone.now(),
        )  # fmt: skip
        if form.is_valid():
            toast(request, _("“%(name)s”的资料已保存。") % {"name": deputy.name})
            return go(request, _there(deputy))
    context = {"form": form, "deputy": deputy}
    return render(request, "deputies/roster/edit.html", context, status=422 if form.is_bound else 200)


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def office(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Suspend, resume, end or renew the office."""
    deputy = _deputy(request, pk)
    form_class, service, lead = _OFFICE[verb]
    form = form_class(posted(request), initial={"on": local_today(timezone.now())})
    return _act(
        request, deputy, form, service, title=OFFICE[verb].label, lead=lead(), danger=verb in ("end", "suspend")
    )


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new code; the old print keeps leading to the deputy."""
    lead = _("换新二维码后请重印公示牌。旧码仍会引导到这位代表，不会报错。")
    return _act(
        request, _deputy(request, pk), ReasonForm(posted(request)), services.replace_code,
        title=_("更换二维码"), lead=lead,
    )  # fmt: skip


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Pair a helper, link the account."""
    user: Any = request.user
    deputy = _deputy(request, pk)
    form = PairForm(posted(request), user=user, deputy=deputy)
    return _act(request, deputy, form, services.pair, title=_("结对联络员与账号"))


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace or take away the portrait."""
    form = PhotoForm(posted(request), request.FILES or None)
    return _act(request, _deputy(request, pk), form, services.replace_photo, title=_("代表照片"))


@requires(Permission.ROSTER_EDIT)
@require_http_methods(FORM_METHODS)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """A keeper writes down what the deputy agreed to."""
    deputy = _deputy(request, pk)
    form = ConsentForm(posted(request), initial={"public_fields": deputy.public_fields})
    lead = _("请按代表本人的意思勾选，修改会留痕。")
    return _act(request, deputy, form, services.set_consent, title=_("同意公开的内容"), lead=lead)


@requires(Permission.PHONE_REVEAL)
@never_cache
@require_http_methods(FORM_METHODS)
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the number once; who looked and why is written down."""
    user: Any = request.user
    deputy = _deputy(request, pk)
    form = ReasonForm(posted(request))
    number = None
    if form.is_valid():
        number = attempt(
            form, reveal_phone, deputy.phone, by=user, about=deputy.chain, what=_("代表手机"),
            reason=form.cleaned_data["reason"], now=timezone.now(),
        )  # fmt: skip
    context = {
        "form": form, "deputy": deputy, "number": number, "title": _("查看手机号码"), "submit": _("查看"),
        "lead": _("查看会记录您的姓名、时间和理由。"), "back": _there(deputy),
    }  # fmt: skip
    return act_page(request, context, bad=form.is_bound and number is None)


@requires(Permission.DESK)
@require_safe
def photo_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The portrait, to those who may see the deputy's record."""
    deputy = _deputy(request, pk)
    return file_response(request, deputy.photo)


@requires(Permission.DESK)
@require_http_methods(FORM_METHODS)
def me(request: HttpRequest) -> HttpResponse:
    """A deputy's own record: read it, and decide what of it is public."""
    user: Any = request.user
    deputy = get_object_or_404(Deputy.objects.select_related(*RELATED), user=user)
    form = ConsentForm(posted(request), initial={"public_fields": deputy.public_fields})
    if form.is_valid():
        attempt(
            form,
            services.set_consent,
            deputy=deputy,
            public_fields=form.cleaned_data["public_fields"],
            by=user,
            now=timezone.now(),
        )
        if form.is_valid():
            toast(request, _("已保存，扫码页面即时更新。"))
            return go(request, reverse("roster:me"))
    context = {"deputy": deputy, "groups": deputy.groups.all(), "form": form, "history": history(deputy.chain, Deputy)}
    return render(request, "deputies/roster/me.html", context, status=422 if form.is_bound else 200)


def _act(
    request: HttpRequest,
    deputy: Deputy,
    form: forms.Form,
    service: Callable[..., object],
    *,
    title: object,
    **words: Any,
) -> HttpResponse:
    """Show a small form; when it is good, call the service with its values and go back to the deputy."""
    if form.is_valid():
        attempt(form, service, deputy=deputy, by=request.user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            toast(request, _("“%(name)s”：%(what)s已办好。") % {"name": deputy.name, "what": title})
            return go(request, _there(deputy))
    heading = {"title": f"{title} · {deputy.name}", "submit": title, "back": _there(deputy)}
    return act_page(request, {**words, **heading, "form": form}, bad=form.is_bound)


_OFFICE: dict[str, tuple[type[forms.Form], Callable[..., object], Callable[[], str]]] = {
    "suspend": (
        ReasonForm,
        services.suspend,
        lambda: _("暂停期间，二维码引导到联系点。手上未办完的事项会移交街道，在工作台“待接单”里。"),
    ),
    "resume": (OptionalReasonForm, services.resume, lambda: _("恢复后，二维码重新指向代表本人。")),
    "end": (
        EndForm,
        services.end_office,
        lambda: _("离任后，二维码引导到原联系点。手上未办完的事项会移交街道，在工作台“待接单”里。"),
    ),
    "renew": (forms.Form, services.renew, lambda: _("代表重新当选。请随后修改届次；二维码不变。")),
}
