"""The page that a letter's link opens for a body without accounts, and for the issuer the sheet that carries it."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.codes import qr_svg
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.services import prepared_files
from liaison.base.web.decorators import public
from liaison.base.web.errors import say_when
from liaison.base.web.forms import attempt, posted
from liaison.base.web.steps import tap
from liaison.base.web.toasts import toast
from supervision.orders import services
from supervision.orders.forms import LinkAnswerForm
from supervision.orders.models import Letter, LetterAnswer, LetterLink
from supervision.orders.queries import (
    document_of,
    limit_of,
    link_of,
    matters_by_link,
    moved_limit,
    signed_answers,
    writes_for,
)
from supervision.orders.states import UNANSWERED
from supervision.orders.views.common import PAGES, paper_of
from supervision.orders.views.letters import letter_or_404


def _closed(request: HttpRequest, error: DomainError) -> HttpResponse:
    words = {"words": error.message}
    closed = render(request, "opinions/guests/closed.html", words, status=error.status_code)
    return say_when(closed, error.retry_after)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What the letter says, its matters and limit, and the form that answers it."""
    now = timezone.now()
    try:
        link = services.enter(token, now=now)
        form = LinkAnswerForm(*posted(request), demands=list(link.letter.demands.all()))
        asked = link.letter.status in UNANSWERED
        if asked and form.is_bound and form.is_valid() and _answered(link, form, now):
            toast(request, _("回复已送达发函机关。"))
            return redirect("orders:by_link", token=token)
        services.note_use(link, "refused" if form.is_bound else "open", now=now)
    except DomainError as error:
        return _closed(request, error)
    return _page(request, link, form, asked=asked)


def _answered(link: LetterLink, form: LinkAnswerForm, now: Any) -> bool:
    """Whether it was taken in; a refusal stands at its field."""

    def act() -> LetterAnswer:
        data = form.cleaned_data
        with prepared_files(data["attachments"], by=None, now=now) as files:
            return services.answer_by_link(
                link=link, data=form.answer_data, signer=data["signer"], files=files, now=now
            )  # fmt: skip

    return attempt(form, act) is not None


def _page(request: HttpRequest, link: LetterLink, form: LinkAnswerForm, *, asked: bool) -> HttpResponse:
    letter = link.letter
    paper, due_on = document_of(letter), limit_of(letter)
    late = form.is_bound and not asked
    context = {
        "letter": letter, "link": link, "form": form, "asked": asked, "late": late, "paper": paper, "due_on": due_on,
        "moved_to": moved_limit(paper, due_on), "matters": matters_by_link(letter), "answers": signed_answers(letter),
    }  # fmt: skip
    status = 409 if late else 422 if form.is_bound else 200
    return render(request, f"{PAGES}/by_link.html", context, status=status)


@public
@never_cache
@require_GET
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The letter as PDF."""
    now = timezone.now()
    try:
        link = services.enter(token, now=now)
        services.note_use(link, "paper", now=now)
    except DomainError as error:
        return _closed(request, error)
    return paper_of(link.letter, "pdf")


def _own(request: SignedIn, pk: int) -> Letter:
    """A letter to a body without accounts, for its issuer; else 404 or NotAllowed."""
    found = letter_or_404(request, pk)
    if not found.number or not writes_for(request.user, found):
        raise NotAllowed
    return found


@require_GET
@never_cache
@requires(P.ORDER_DRAFT)
def link(request: SignedIn, pk: int) -> HttpResponse:
    """回复链接, to be printed: the address and its QR symbol."""
    found = _own(request, pk)
    held = link_of(found)
    address = services.link_address(held) if held else ""
    symbol = mark_safe(qr_svg(address)) if held else ""  # noqa: S308 - our own SVG of our own address
    context = {"letter": found, "link": held, "address": address, "symbol": symbol, "live": found.status in UNANSWERED}
    return render(request, f"{PAGES}/link.html", context)


@require_POST
@requires(P.ORDER_DRAFT)
def renew(request: SignedIn, pk: int) -> HttpResponse:
    """开出 or 重新开链接."""
    found = _own(request, pk)
    said = _("新链接已开出，原来的不能再用。")
    return tap(request, partial(services.renew_link, letter=found), said=said, place=_sheet(found))


@require_POST
@requires(P.ORDER_DRAFT)
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    """收回链接."""
    found = _own(request, pk)
    return tap(request, partial(services.revoke_link, letter=found), said=_("链接已收回。"), place=_sheet(found))


def _sheet(letter: Letter) -> str:
    return reverse("orders:link", args=[letter.pk])
