"""The desk: what waits for me, the list, the matter page."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission, SignedIn, can, requires
from deputies.accounts.models import ADMIN_ROLES, Role, User
from deputies.accounts.queries import landing_url
from deputies.accounts.services import reveal_phone
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.notices.queries import inbox
from liaison.base.notices.services import mark_read
from liaison.base.stamps import reading
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from opinions.desk.counts import HANDED, counts_of
from opinions.desk.export import COLUMNS, MOST_ROWS, ledger_rows
from opinions.desk.forms import ClassifyForm, FilterForm, RevealForm, SaveFilterForm
from opinions.desk.history import events_before, lines_before
from opinions.desk.page import VERB_KEYS, matter_page
from opinions.desk.queries import (
    Queue,
    fill_in,
    filtered,
    in_queue,
    light_up,
    order_of,
    queues_of,
    searched,
    sections_of,
    shown_of,
    table_rows,
)
from opinions.desk.reading import saved_filters, visible_matter
from opinions.desk.services import classify, drop_filter, save_filter
from opinions.handling.queries import looks_on
from opinions.matters.models import Attachment, Matter, MatterQuerySet
from opinions.matters.states import OPINION, Status
from opinions.routing.queries import reasons_in_triage
from opinions.routing.services import standing_problems
from opinions.suggestion.queries import offered

MOST_DIGITS = 16


@require_GET
@requires(Permission.DESK)
@reading()
def home(request: SignedIn) -> HttpResponse:
    """What waits for me, and the list of everything in my scope."""
    user = request.user
    if user.role in ADMIN_ROLES:
        return redirect(landing_url(user))
    form, queues, visible = FilterForm(request.GET, user=user), queues_of(user), Matter.objects.visible_to(user)
    counts = counts_of(user, visible)
    queue = _chosen_queue(request, queues, counts, narrowed=form.searches)
    tabs = [*_tabs(queues, queue, counts), *_relay_tab(counts)]
    context = {"queue": queue, "form": form, "tabs": tabs, **_tools(request)}
    context |= _listing(request, visible, queue, form)
    context["row_verb"] = _row_verb(user, queue)
    context["rule_problems"] = standing_problems(user)
    return render_page(request, "opinions/desk/home.html", "opinions/desk/_list.html", context)


def _listing(request: SignedIn, visible: MatterQuerySet, queue: Queue, form: FilterForm) -> dict[str, Any]:
    """One page of a queue as the form narrows it, lights lit, and how many were found."""
    today, user, chosen = local_today(timezone.now()), request.user, form.chosen
    piled = in_queue(visible, user, queue)
    found, count = searched(piled, chosen, today) if form.searches else (piled, None)
    order, named = order_of(chosen, queue), count is not None and not count.capped
    sections = None if named else sections_of(chosen, order, today)
    page = KeysetPage(found, order=order, cursor=request.GET.get("page"), rows=shown_of, sections=sections)
    reasons = reasons_in_triage(matter.pk for matter in page.items if matter.status == Status.SUBMITTED)
    fill_in(page.items)
    for matter in page.items:
        light_up(matter, today)
    return {"page": page, "rows": table_rows(page.items, reasons), "found": count}


def _row_verb(user: User, queue: Queue) -> dict[str, Any] | None:
    """The usual verb of a queue for the rows of its table, where their state allows it. None without the right."""
    step = OPINION[queue.verb] if queue.verb else None
    if step is None or not can(user, cast(Permission, step.permission)):
        return None
    key = VERB_KEYS.get(step.verb, "")
    return {"label": str(step.label), "screen": f"handling:{step.verb}", "key": key, "sources": step.sources}


def _tools(request: SignedIn) -> dict[str, Any]:
    """What stands around the list: saved filters, and what the user may do with it."""
    user = request.user
    return {
        "saved": saved_filters(user),
        "save_form": SaveFilterForm(initial={"query": request.GET.urlencode()}),
        "may_assign": can(user, Permission.MATTER_ASSIGN),
        "may_remind": can(user, Permission.ORDER_REMIND),
        "may_assist": can(user, Permission.INTAKE_ASSIST),
        "may_export": can(user, Permission.MATTER_EXPORT),
        "cards": user.role == Role.DEPUTY,
        "answerable": OPINION["answer"].sources + OPINION["take"].sources,
        "transferable": OPINION["transfer"].sources,
    }


def _chosen_queue(request: SignedIn, queues: tuple[Queue, ...], counts: dict[str, str], *, narrowed: bool) -> Queue:
    """The queue asked for; else all when something is searched; else the first that holds anything."""
    by_key = {queue.key: queue for queue in queues}
    asked = by_key.get(request.GET.get("queue", ""))
    if asked:
        return asked
    if narrowed and "all" in by_key:
        return by_key["all"]
    return next((queue for queue in queues if queue.waits and counts.get(queue.key, "0") != "0"), queues[0])


def _tabs(queues: tuple[Queue, ...], current: Queue, counts: dict[str, str]) -> list[Tab]:
    place = reverse("desk:home")
    return [Tab(one.label, f"{place}?queue={one.key}", counts.get(one.key), one == current) for one in queues]


def _relay_tab(counts: dict[str, str]) -> list[Tab]:
    """接力给我的 while something waits there; all of it stands behind the rail."""
    waiting = counts.get(HANDED, "0")
    return [Tab(_("接力给我的"), reverse("relays:list"), waiting)] if waiting != "0" else []


def _own_matter(request: SignedIn, code: str) -> Matter:
    """A matter in the reader's scope, but not for a street that only takes part. Raises Http404, NotAllowed."""
    found = visible_matter(request.user, code)
    if looks_on(request.user, found):
        raise NotAllowed
    return found


@require_GET
@requires(Permission.MATTER_VIEW)
@reading()
def matter(request: SignedIn, code: str) -> HttpResponse:
    """One matter: what it is, whose turn, what to do, and its whole history."""
    found = visible_matter(request.user, code)
    today = local_today(timezone.now())
    fill_in([found])
    light_up(found, today)
    context = {"matter": found, "page": matter_page(request.user, found, today)}
    return render(request, "opinions/desk/matter.html", context)


def _before(request: SignedIn) -> int | None:
    """Where the part that is asked for ends; what cannot be such a place asks for the newest."""
    text = request.GET.get("before", "")
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else None


@require_GET
@requires(Permission.MATTER_VIEW)
def history(request: SignedIn, code: str) -> HttpResponse:
    """Earlier events of a matter: under the others by script, else as a page."""
    found = visible_matter(request.user, code)
    return _earlier(request, found, _("办理经过"), "_events", events=events_before(found, _before(request)))


@require_GET
@requires(Permission.MATTER_VIEW)
def lines(request: SignedIn, code: str) -> HttpResponse:
    """Earlier lines of the conversation: above the others by script, else as a page."""
    found = visible_matter(request.user, code)
    return _earlier(request, found, _("沟通"), "_lines", lines=lines_before(found, request.user, _before(request)))


def _earlier(request: SignedIn, matter: Matter, heading: str, part: str, **shown: Any) -> HttpResponse:
    fragment = f"opinions/desk/{part}.html"
    context = {"matter": matter, "heading": heading, "part": fragment, **shown}
    return render_page(request, "opinions/desk/earlier.html", fragment, context)


@requires(Permission.PHONE_REVEAL)
def reveal(request: SignedIn, code: str) -> HttpResponse:
    """Show the reporter's number after a reason; the look is logged."""
    found = _own_matter(request, code)
    form, shown = RevealForm(request.POST or None), None
    reporter = found.reporters.exclude(phone_index="").first()
    if request.method == "POST" and form.is_valid() and reporter is not None:
        shown = reveal_phone(
            reporter.phone,
            by=request.user,
            about=found.chain,
            what="reporter",
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    context = {"matter": found, "form": form, "phone": shown, "reporter": reporter}
    status = 422 if form.errors else 200
    return render_page(request, "opinions/desk/reveal.html", "opinions/desk/_reveal.html", context, status=status)


@requires(Permission.MATTER_CLASSIFY)
def classify_matter(request: SignedIn, code: str) -> HttpResponse:
    """Set category and place right; routing runs once."""
    found = _own_matter(request, code)
    suggestion = offered(found)
    likely = found.category_id or (suggestion.category_id if suggestion else None)
    form = ClassifyForm(request.POST or None, initial={"category": likely}, matter=found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = classify(matter=found, by=request.user, now=timezone.now(), **form.cleaned_data)
            toast(request, _("已调整，并按规则重新分派。") if changed else _("没有改动，没有重新分派。"))
            seen = Matter.objects.visible_to(request.user).filter(pk=found.pk).exists()
            return go(request, reverse("desk:matter", args=[code]) if seen else reverse("desk:home"))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
    status = 422 if form.errors else 200
    context = {"matter": found, "form": form, "suggestion": suggestion}
    return render_page(request, "opinions/desk/classify.html", "opinions/desk/_classify.html", context, status=status)


@require_GET
@requires(Permission.MATTER_VIEW)
def attachment(request: SignedIn, attachment_id: int) -> HttpResponseBase:
    """A file of a matter in the user's scope, or of one that was merged into such a matter."""
    scope = Matter.objects.visible_to(request.user)
    rows = Attachment.objects.filter(Q(matter__in=scope) | Q(matter__merged_into__in=scope))
    found = get_object_or_404(rows.select_related("stored"), pk=attachment_id)
    return file_response(request, found.stored, thumbnail="thumb" in request.GET)


@require_GET
@requires(Permission.MATTER_EXPORT)
def export(request: SignedIn) -> HttpResponse:
    """The list as it is shown, as a spreadsheet."""
    user = request.user
    today, form = local_today(timezone.now()), FilterForm(request.GET, user=user)
    queues = {queue.key: queue for queue in queues_of(user)}
    queue = queues.get(request.GET.get("queue", ""), queues["all"])
    matters = filtered(in_queue(Matter.objects.visible_to(user), user, queue), form.chosen, today).order_by("-id")
    sheet = Sheet(title=_("意见台账"), columns=COLUMNS, rows=ledger_rows(matters, today), most=MOST_ROWS)
    return workbook_response(sheet, name=f"ledger-{today:%Y%m%d}.xlsx")


@require_POST
@requires(Permission.DESK)
def keep_filter(request: SignedIn) -> HttpResponse:
    """Save the filter under a name."""
    form = SaveFilterForm(request.POST)
    if form.is_valid():
        try:
            saved = save_filter(by=request.user, **form.cleaned_data)
            toast(request, _("已保存这个筛选。"), undo_url=reverse("desk:forget_filter", args=[saved.pk]))
        except DomainError as error:
            toast(request, error.message, level=messages.ERROR)
    else:
        toast(request, _("请给这个筛选起个名字，30 个字以内。"), level=messages.ERROR)
    return go(request, f"{reverse('desk:home')}?{form.data.get('query', '')[:500]}")


@require_POST
@requires(Permission.DESK)
def forget_filter(request: SignedIn, filter_id: int) -> HttpResponse:
    """Forget a saved filter."""
    drop_filter(by=request.user, filter_id=filter_id)
    return go(request, reverse("desk:home"))


@requires(Permission.DESK)
def notices(request: SignedIn) -> HttpResponse:
    """The bell: in-app notices; POST marks all as read."""
    if request.method == "POST":
        mark_read(user_id=request.user.pk, now=timezone.now())
        return go(request, reverse("desk:notices"))
    page = KeysetPage(inbox(request.user.pk), order=("-id",), cursor=request.GET.get("page"))
    return render(request, "opinions/desk/notices.html", {"page": page})
