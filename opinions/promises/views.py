"""Screens of promises: the ledger, its spreadsheet, one promise, and its verbs. 核实没有办到 is served by handling."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from deputies.accounts.models import User
from liaison.base.audit.verbs import verb_words
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.errors import NotAllowed
from liaison.base.files.services import prepared_images
from liaison.base.web import parts
from liaison.base.web.counting import count_all
from liaison.base.web.forms import posted
from liaison.base.web.paging import KeysetPage, capped_count
from liaison.base.web.steps import serve_form
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import RESIDENT, Attachment
from opinions.promises import services
from opinions.promises.access import may, verbs_for
from opinions.promises.export import COLUMNS, MOST_ROWS, ledger_rows
from opinions.promises.forms import DayForm, FilterForm, ReportForm, VerifiedForm, WhyForm
from opinions.promises.models import Promise, PromiseQuerySet
from opinions.promises.queries import RELATED, history_of, narrowed, piles, words_on
from opinions.promises.states import PROMISE, PromiseStatus

FORM = "opinions/promises/form.html", "opinions/promises/_form.html"
PILES = {
    "open": _lazy("没有结果"), "overdue": _lazy("过期没有报告"), "soon": _lazy("快到期"), "judge": _lazy("待裁定"),
    "kept": _lazy("已兑现"), "not_kept": _lazy("未兑现"), "all": _lazy("全部"),
}  # fmt: skip
"""The tabs of the ledger; `_definitions.html` says what they count."""


def _ledger(request: SignedIn) -> tuple[PromiseQuerySet, FilterForm, str]:
    """The rows that the request asks for, its filter and its tab."""
    visible, today = Promise.objects.visible_to(request.user), local_today(timezone.now())
    form = FilterForm(request.GET, user=request.user, rows=visible)
    pile = request.GET.get("pile", "")
    pile = pile if pile in PILES else ("all" if form.chosen else "open")
    rows = narrowed(visible.filter(piles(today)[pile]), form.chosen, today)
    return rows.select_related(*RELATED).order_by("due_on", "id"), form, pile


@require_GET
@requires(P.MATTER_VIEW)
def listing(request: SignedIn) -> HttpResponse:
    """The ledger: promises of open and of ended matters, the nearest day first."""
    rows, form, pile = _ledger(request)
    page, today = KeysetPage(rows, order=("due_on", "id"), cursor=request.GET.get("page")), local_today(timezone.now())
    for row in page.items:
        row.light = row.light_on(today)
    context = {
        "page": page, "form": form, "pile": pile, "tabs": _tabs(request, pile, today),
        "found": capped_count(rows) if form.chosen else None, "may_export": can(request.user, P.MATTER_EXPORT),
    }  # fmt: skip
    return render(request, "opinions/promises/list.html", context)


def _tabs(request: SignedIn, current: str, today: Any) -> list[parts.Tab]:
    visible, place = Promise.objects.visible_to(request.user), reverse("promises:list")
    counted = {name: visible.filter(rule) for name, rule in piles(today).items()}
    counts = count_all(counted, over=User.objects.filter(pk=request.user.pk), most=999)
    return [parts.Tab(PILES[name], f"{place}?pile={name}", counts[name], name == current) for name in PILES]


@require_GET
@requires(P.MATTER_EXPORT)
def export(request: SignedIn) -> HttpResponse:
    """What the ledger shows, as a spreadsheet."""
    rows, _form, _pile = _ledger(request)
    sheet = Sheet(_("承诺台账"), COLUMNS, ledger_rows(rows, local_today(timezone.now())), most=MOST_ROWS)
    return workbook_response(sheet, name=_("承诺台账.xlsx"))


def _promise(request: SignedIn, promise_id: int) -> Promise:
    """The promise, if it is in the user's scope; else 404."""
    rows = Promise.objects.visible_to(request.user).select_related(*RELATED, "reply")
    return get_object_or_404(rows, pk=promise_id)


@require_GET
@requires(P.MATTER_VIEW)
def promise(request: SignedIn, promise_id: int) -> HttpResponse:
    """One promise: what it says, the days before, what was reported, what residents say, what can be done."""
    held = _promise(request, promise_id)
    held.light = held.light_on(local_today(timezone.now()))  # type: ignore[attr-defined]
    words = words_on(held)
    for word in words:
        word.thumbs = [_thumb(one) for one in word.photos.all()]  # type: ignore[attr-defined]
    context = {
        "promise": held, "words": words, "events": [_event(row) for row in history_of(held)],
        "photos": [_thumb(one) for one in held.photos.select_related("stored")],
        "verbs": [(row, _place(row.verb, held)) for row in verbs_for(request.user, held)],
        "next": _next(held),
    }  # fmt: skip
    return render(request, "opinions/promises/promise.html", context)


def _next(held: Promise) -> str:
    """The verb that is waited for."""
    if held.asked_on:
        return "move_promise"
    return "keep_promise" if held.status == PromiseStatus.REPORTED else "report_promise"


def _place(verb: str, held: Promise) -> str:
    """The screen of a verb. A missed promise reopens its matter, so that screen is handling's."""
    return reverse(f"{'handling' if verb == 'miss_promise' else 'promises'}:{verb}", args=[held.pk])


def _thumb(attachment: Attachment) -> parts.Thumb:
    return parts.Thumb.of(attachment.stored, reverse("desk:attachment", args=[attachment.pk]))


def _event(event: Any) -> parts.Event:
    before, day = event.data.get("from") or event.data.get("due"), event.data.get("to")
    moved = f"{before} → {day}" if day else ""
    by = _("反映人") if event.actor == RESIDENT else event.actor
    words = str(verb_words(event.verb))
    title = _("%(what)s：%(body)s") % {"what": words, "body": moved} if moved else words
    return parts.Event(at=event.at, title=title, by=by, text=event.reason)


def _serve(
    request: SignedIn, promise_id: int, verb: str, make: type[forms.Form], act: Callable[..., Any]
) -> HttpResponse:
    """The screen of one verb, as a page or a dialog. A refusal stands at its field, and what was typed stays."""
    held = _promise(request, promise_id)
    if not may(request.user, verb, held):
        raise NotAllowed
    form = make(*posted(request), initial={"due_on": held.asked_on})

    def do(**who: Any) -> None:
        act(promise=held, **form.cleaned_data, **who)

    words = {"promise": held, "label": PROMISE[verb].label}
    place = reverse("promises:promise", args=[held.pk])
    return serve_form(request, form, do, pages=FORM, said=_("已记下。"), place=place, **words)


@requires(P.MATTER_VIEW)
def report(request: SignedIn, promise_id: int) -> HttpResponse:
    """报告办到了, with photos."""
    return _serve(request, promise_id, "report_promise", ReportForm, _report)


def _report(*, photos: Any, by: User, now: Any, **given: Any) -> None:
    with prepared_images(photos, by=by, now=now) as rows:
        services.report_done(photos=rows, by=by, now=now, **given)


@requires(P.MATTER_VIEW)
def ask_move(request: SignedIn, promise_id: int) -> HttpResponse:
    """申请改期."""
    return _serve(request, promise_id, "ask_move_promise", DayForm, services.ask_move)


@requires(P.MATTER_REOPEN)
def refuse_move(request: SignedIn, promise_id: int) -> HttpResponse:
    """不同意改期."""
    return _serve(request, promise_id, "refuse_move_promise", WhyForm, services.refuse_move)


@requires(P.MATTER_REOPEN)
def move(request: SignedIn, promise_id: int) -> HttpResponse:
    """改期."""
    return _serve(request, promise_id, "move_promise", DayForm, services.move)


@requires(P.MATTER_REOPEN)
def keep(request: SignedIn, promise_id: int) -> HttpResponse:
    """核实已兑现."""
    return _serve(request, promise_id, "keep_promise", VerifiedForm, services.keep)


@requires(P.MATTER_REOPEN)
def withdraw(request: SignedIn, promise_id: int) -> HttpResponse:
    """撤销承诺."""
    return _serve(request, promise_id, "withdraw_promise", WhyForm, services.withdraw)


@requires(P.MATTER_REOPEN)
def reopen(request: SignedIn, promise_id: int) -> HttpResponse:
    """重新承诺."""
    return _serve(request, promise_id, "reopen_promise", DayForm, services.reopen)
