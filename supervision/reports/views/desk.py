"""The list of reports, one report with its figures, notes and steps, what came from below, and the rows of a figure."""

from functools import partial
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.audit.models import Event
from liaison.base.audit.verbs import verb_words
from liaison.base.files.responses import file_response
from liaison.base.stamps import reading
from liaison.base.web import parts
from liaison.base.web.forms import posted
from liaison.base.web.htmx import render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.steps import serve_form, tap
from liaison.base.workdays.arithmetic import local_today
from supervision.dashboards.models import PromiseFact
from supervision.dashboards.queries import matters_of, measures, promises_of, rates
from supervision.reports import services
from supervision.reports.access import writes
from supervision.reports.forms import FilterForm, NoteForm, WhyForm
from supervision.reports.models import EditionFile, Level, MonthlyReport
from supervision.reports.papers import FORMS, Paper, made
from supervision.reports.queries import (
    COMPILED,
    below,
    compose,
    differences,
    digest_of,
    figures_of,
    issued,
    readable,
    reports,
    rows_of,
    tally,
    told_by,
    verbs_for,
    waits,
)
from supervision.reports.registry import SECTIONS, registry
from supervision.reports.states import OPEN

PAGES = "supervision/reports"
ORDER = ("-month", "rank", "pk")


def report_or_404(request: SignedIn, pk: int) -> MonthlyReport:
    """The report if the user may read it."""
    return get_object_or_404(reports(request.user), pk=pk)


def place(report: MonthlyReport) -> str:
    """The page of a report."""
    return reverse("reports:report", args=[report.pk])


@require_GET
@requires(P.REPORT_VIEW)
def index(request: SignedIn) -> HttpResponse:
    """月报: those that the user may read, the newest month and the highest level first."""
    form = FilterForm(request.GET)
    chosen = form.chosen
    found = reports(request.user)
    if chosen.pop("waits", False):
        found = found.filter(waits(request.user))
    page = KeysetPage(found.filter(**chosen), order=ORDER, cursor=request.GET.get("page"))
    told = {"narrowed": bool(form.chosen), "may_lay_out": can(request.user, P.REPORT_LAYOUT)}
    return render(request, f"{PAGES}/list.html", {"page": page, "form": form, **told})


@require_GET
@requires(P.REPORT_VIEW)
@reading()
def report(request: SignedIn, pk: int) -> HttpResponse:
    """One report: figures with their definitions and rows, notes, steps, editions; live until it is signed."""
    found, now = report_or_404(request, pk), timezone.now()
    services.brought_up(now)
    editions, live = issued(found), compose(found, now=now)
    open_ = found.status in OPEN
    content = live if open_ or not editions else editions[0].content
    context = {
        "report": found, "content": content, "digest": digest_of(content), "editions": editions, "open": open_,
        "steps": [(verb, STEPS[verb]) for verb in verbs_for(request.user, found)],
        "writes": open_ and writes(request.user, found), "events": _events(found), "forms": FORMS,
        "drift": [] if open_ or not editions else differences(editions[0].content, live),
        "has_below": found.level != Level.STATION, "titles": {one.key: one.title for one in SECTIONS},
        "registry": registry(),
    }  # fmt: skip
    return render(request, f"{PAGES}/report.html", context)


def _events(report: MonthlyReport) -> list[parts.Event]:
    rows = Event.objects.filter(chain=report.chain).order_by("seq")
    return [parts.Event(one.at, verb_words(one.verb), by=one.actor, text=one.reason) for one in rows]


@require_GET
@requires(P.REPORT_VIEW)
@reading()
def compiled(request: SignedIn, pk: int) -> HttpResponse:
    """汇总: what came from below and what is missing, beside the own figures."""
    found, now = report_or_404(request, pk), timezone.now()
    if found.level == Level.STATION:
        raise Http404
    services.brought_up(now)
    held = list(below(found))
    context = {
        "report": found, "rows": told_by(held), "tally": tally(held), "columns": COMPILED,
        "own": figures_of(compose(found, now=now)), "registry": registry(), "writes": writes(request.user, found),
    }  # fmt: skip
    return render(request, f"{PAGES}/below.html", context)


@require_GET
@requires(P.REPORT_VIEW)
@reading()
def rows(request: SignedIn, pk: int, code: str) -> HttpResponse:
    """The matters, or promises, that a figure counts now: all are counted, those in the user's scope are listed."""
    found, now = report_or_404(request, pk), timezone.now()
    services.brought_up(now)
    try:
        facts, line = rows_of(found, code, request.GET, now)
    except LookupError as error:
        raise Http404 from error
    entry, seen, today = registry()[code], readable(request.user, facts), local_today(now)
    measure = measures()[entry.rows]
    page = KeysetPage(seen, order=measure.order, cursor=request.GET.get("page"))
    promises, count = measure.of is PromiseFact, facts.count()
    shown: list[Any] = promises_of(page.items, today) if promises else matters_of(page.items, today)
    context = {
        "report": found, "entry": entry, "line": line, "page": page, "rows": shown, "promises": promises,
        "count": count, "hidden": count - seen.count(), "part": measure.label if code in rates() else "",
    }  # fmt: skip
    return render_page(request, f"{PAGES}/rows.html", "supervision/dashboards/_rows.html", context)


@requires(P.REPORT_EDIT)
def note(request: SignedIn, pk: int, section: str) -> HttpResponse:
    """Write the note beside a section."""
    found = report_or_404(request, pk)
    titles = {one.key: one.title for one in SECTIONS}
    if section not in titles:
        raise Http404
    held = found.notes.filter(section=section).values_list("text", flat=True).first() or ""
    form = NoteForm(posted(request)[0], initial={"text": held})
    form.fields["text"].required = False
    return _serve(
        request, form, services.annotate_report, found, label=titles[section], said=_("说明已保存。"), section=section
    )


def _serve(
    request: SignedIn, form: Any, service: Any, report: MonthlyReport, *, label: Any, said: Any, **given: Any
) -> HttpResponse:
    """A form as a page or a dialog; `service` gets the report, `given` and the cleaned data."""

    def act(**who: Any) -> None:
        service(report=report, **given, **form.cleaned_data, **who)

    pages = "supervision/form.html", "supervision/_form.html"
    return serve_form(request, form, act, pages=pages, said=said, place=place(report), label=label, title=str(report))


class Step:
    """A button of a report: its words, what is said when it is done, and whether it wants a reason."""

    def __init__(self, label: Any, said: Any, service: Any, *, why: bool = False) -> None:
        self.label, self.said, self.service, self.why = label, said, service, why


STEPS: dict[str, Step] = {
    "sign_report": Step(_("签发"), _("已签发，文件已经存档。"), services.sign_report),
    "hand_up_report": Step(_("上报"), _("已上报。"), services.hand_up_report),
    "receive_report": Step(_("接收"), _("已接收，回执已发出。"), services.receive_report),
    "send_back_report": Step(_("退回"), _("已退回。"), services.send_back_report, why=True),
    "correct_report": Step(_("更正"), _("可以更正了：签发后成为新的一版。"), services.correct_report, why=True),
}


@require_POST
@requires(P.REPORT_EDIT)
def act(request: SignedIn, pk: int, verb: str) -> HttpResponse:
    """A step by one tap; signing tells what was read."""
    step = STEPS.get(verb)
    if step is None or step.why:
        raise Http404
    found = report_or_404(request, pk)
    given = {"digest": request.POST.get("digest", "")} if verb == "sign_report" else {}
    return tap(request, partial(step.service, report=found, **given), said=step.said, place=place(found))


@requires(P.REPORT_EDIT)
def why(request: SignedIn, pk: int, verb: str) -> HttpResponse:
    """A step that wants a reason."""
    step = STEPS.get(verb)
    if step is None or not step.why:
        raise Http404
    form = WhyForm(posted(request)[0])
    return _serve(request, form, step.service, report_or_404(request, pk), label=step.label, said=step.said)


@require_POST
@requires(P.REPORT_EDIT)
def remind(request: SignedIn, pk: int) -> HttpResponse:
    """Remind those below that have not handed up."""
    found = report_or_404(request, pk)
    back = reverse("reports:below", args=[found.pk])
    return tap(request, partial(services.remind_missing, report=found), said=_("已提醒。"), place=back)


@require_GET
@requires(P.REPORT_VIEW)
def draft(request: SignedIn, pk: int, form: str) -> HttpResponse:
    """The report as it stands, marked as a draft."""
    found, now = report_or_404(request, pk), timezone.now()
    if form not in FORMS:
        raise Http404
    services.brought_up(now)
    name, content, content_type = made(Paper(compose(found, now=now)), form)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@requires(P.REPORT_VIEW)
def document(request: SignedIn, pk: int, number: int, form: str) -> HttpResponseBase:
    """A document of an edition: the very bytes that were issued."""
    found = report_or_404(request, pk)
    held = EditionFile.objects.filter(edition__report=found, edition__number=number, form=form).select_related("file")
    return file_response(request, get_object_or_404(held).file)
