"""Following a matter: look-up, receipt, tracking page, and what the resident does there."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from liaison.base.codes import BadCode, parse_code, qr_png
from liaison.base.errors import DomainError
from liaison.base.files.responses import file_response
from liaison.base.stamps import reading
from liaison.base.web.decorators import public
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from opinions.intake.forms import CorrectionForm, EraseForm, SupplyForm, WithdrawForm, WordForm
from opinions.intake.hints import named
from opinions.intake.models import KeptPhoto
from opinions.intake.services.following import confirm, erase, withdraw
from opinions.intake.supplying import supply_from
from opinions.intake.tracking import (
    acting_for,
    attachments,
    done_words,
    find_matter,
    own_matter,
    private_url,
    reporter_with,
    track,
)
from opinions.matters.models import Matter, Reporter

QR_SIZE = 480
"""Pixels of the receipt's QR symbol: sharp on a phone and in print."""


@public
@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """From a typed tracking code to its page."""
    typed = request.GET.get("code")
    if typed is None:
        return render(request, "opinions/intake/lookup.html")
    try:
        code = parse_code(typed)
    except BadCode as error:
        return _not_found(request, typed, str(error.message))
    if find_matter(code) is None:
        return _not_found(request, typed, _("没有查到这个编号，请对照短信或截图再看一遍。"))
    return redirect("intake:track", code=code)


def _not_found(request: HttpRequest, typed: str, error: str) -> HttpResponse:
    context = {"typed": typed[:40], "error": error}
    return render(request, "opinions/intake/lookup.html", context, status=404)


@public
@never_cache
@require_safe
def tracking(request: HttpRequest, code: str) -> HttpResponse:
    """The four stages; with the private key also one's own words, replies and acts."""
    try:
        matter = find_matter(parse_code(code))
    except BadCode:
        matter = None
    if matter is None:
        return _not_found(request, code, _("没有查到这个编号，请对照短信或截图再看一遍。"))
    if matter.code != code:
        return redirect(f"{reverse('intake:track', args=[matter.code])}?{request.GET.urlencode()}")
    reporter = reporter_with(matter, request.GET.get("k", ""))
    return tracking_page(request, matter, reporter)


def tracking_page(
    request: HttpRequest, matter: Matter, reporter: Reporter | None, *, status: int = 200,
    word: WordForm | None = None, **forms: object,
) -> HttpResponse:  # fmt: skip
    """The page; `forms` take the place of blank ones, `word` that of the promise it speaks of."""
    now = timezone.now()
    with reading():
        page = track(matter, reporter, today=local_today(now))
    blank = {"supply": SupplyForm(), "withdraw": WithdrawForm(), "correction": CorrectionForm(), "erase": EraseForm()}
    spoken = {word.promise_id: word} if word else {}
    promises = [(one, spoken.get(one.pk) or WordForm(promise_id=one.pk)) for one in page.promises]
    context = {"page": page, "promises": promises, **blank, **forms}
    return render(request, "opinions/intake/track.html", context, status=status)


@public
@never_cache
@require_safe
def done(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt: code, QR, private link, and what happens next."""
    matter, reporter = own(request, code)
    with reading():
        page = track(matter, reporter, today=local_today(timezone.now()))
    context = {
        "page": page,
        "link": private_url(matter.code, reporter.link_key),
        "words": done_words(page),
        "hints": [hint for hint in named(page.opinion.warnings if page.opinion else ()) if not hint.confirm],
    }
    return render(request, "opinions/intake/done.html", context)


def own(request: HttpRequest, code: str) -> tuple[Matter, Reporter]:
    """The matter and its resident, by code and key. Raises Http404."""
    found = own_matter(code, request.POST.get("k", "") or request.GET.get("k", ""))
    if found is None:
        raise Http404
    return found


@public
@require_safe
def receipt_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The private link as a picture that can be saved with a long press."""
    matter, reporter = own(request, code)
    png = qr_png(private_url(matter.code, reporter.link_key), QR_SIZE)
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@public
@require_safe
def own_file(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """A file of the resident's own matter."""
    matter, _reporter = own(request, code)
    row = next((one for one in attachments(matter, acting_for(matter)) if one.pk == pk), None)
    return file_response(request, row.stored if row else None, thumbnail="thumb" in request.GET)


@public
@require_safe
def kept_photo(request: HttpRequest, key: UUID, pk: int) -> HttpResponseBase:
    """A photo kept for a form that was not taken yet; only the form itself knows the key."""
    kept = get_object_or_404(KeptPhoto.objects.select_related("stored"), submission_key=key, pk=pk)
    return file_response(request, kept.stored, thumbnail=True)


@public
@require_POST
def supply(request: HttpRequest, code: str) -> HttpResponse:
    """What the resident adds, asked or of the own accord."""
    matter, reporter = own(request, code)
    form = SupplyForm(request.POST, request.FILES)
    if supply_from(form, matter=acting_for(matter), reporter=reporter, now=timezone.now()):
        toast(request, _("补充的内容已经送到，谢谢您。"))
        return back(matter, reporter)
    return tracking_page(request, matter, reporter, status=422, supply=form)


@public
@require_POST
def withdraw_own(request: HttpRequest, code: str) -> HttpResponse:
    """撤回."""
    matter, reporter = own(request, code)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return tracking_page(request, matter, reporter, status=422, withdraw=form)
    reason = form.cleaned_data["reason"]
    return _act(request, matter, reporter, withdraw, _("已经撤回。"), reason=reason)


@public
@require_POST
def confirm_own(request: HttpRequest, code: str) -> HttpResponse:
    """The resident confirms or corrects what an officer entered."""
    matter, reporter = own(request, code)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return tracking_page(request, matter, reporter, status=422, correction=form)
    text = form.cleaned_data["correction"]
    said = _("谢谢，更正已经送到。") if text else _("谢谢，已经确认。")
    return _act(request, matter, reporter, confirm, said, correction=text)


@public
@require_POST
def erase_own(request: HttpRequest, code: str) -> HttpResponse:
    """The resident has personal data deleted or takes back a consent."""
    matter, reporter = own(request, code)
    form = EraseForm(request.POST)
    if not form.is_valid():
        return tracking_page(request, matter, reporter, status=422, erase=form)
    return _act(request, matter, reporter, erase, _("已经按您的意思办好。"), **form.cleaned_data)


def _act(
    request: HttpRequest, matter: Matter, reporter: Reporter, act: Callable[..., None], said: str, **values: object
) -> HttpResponse:
    """Carry out one act of the resident and go back to the page; a refusal is said there."""
    try:
        act(matter=matter, reporter=reporter, now=timezone.now(), **values)
    except DomainError as error:
        return tracking_page(request, matter, reporter, status=error.status_code, refused=error.message)
    toast(request, said)
    return back(matter, reporter)


def back(matter: Matter, reporter: Reporter) -> HttpResponse:
    return redirect(f"{reverse('intake:track', args=[matter.code])}?k={reporter.link_key}")
