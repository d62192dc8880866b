"""The desk: what waits for me, the list, the matter page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission, can, requires
from deputies.accounts.models import ADMIN_ROLES, Role, User
from deputies.accounts.services import reveal_phone
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.errors import DomainError
from liaison.base.files.responses import file_response
from liaison.base.notices.queries import inbox
from liaison.base.notices.services import mark_read
from liaison.base.web.counting import count_all
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage, capped_count
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import light, local_today
from opinions.desk.export import COLUMNS, ledger_rows
from opinions.desk.forms import FilterForm, RevealForm, SaveFilterForm
from opinions.desk.models import SavedFilter
from opinions.desk.page import matter_page
from opinions.desk.queries import LIST_RELATED, ORDERS, Queue, filtered, in_queue, queues_of
from opinions.desk.services import drop_filter, save_filter
from opinions.matters.models import Attachment, Matter

ADMIN_HOME = {Role.SYSTEM_ADMIN: "accounts:list", Role.SECURITY_ADMIN: "accounts:security", Role.AUDIT_ADMIN: "accounts:audit"}


@require_GET
@requires(Permission.DESK)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, and the list of everything in my scope."""
    user: Any = request.user
    if user.role in ADMIN_ROLES:
        return redirect(ADMIN_HOME[user.role])
    today, form = local_today(timezone.now()), FilterForm(request.GET, user=user)
    queues = queues_of(user)
    counts = count_all({one.key: in_queue(user, one) for one in queues if one.key != "all"}, over=User.objects.filter(pk=user.pk))
    queue = _chosen_queue(request, queues, counts, narrowed=form.narrows or bool(form.chosen.get("q")))
    matters = filtered(in_queue(user, queue), form.chosen, today)
    page = KeysetPage(
        matters.select_related(*LIST_RELATED), order=ORDERS[form.chosen.get("sort") or "due"], cursor=request.GET.get("page")
    )
    for matter in page.items:
        matter.light = light(matter.due_on, matter.warn_on, today) if matter.is_open else None
    context = {
        "page": page,
        "queue": queue,
        "form": form,
        "tabs": _tabs(queues, queue, counts),
        "found": capped_count(matters) if form.narrows or form.chosen.get("q") else None,
        "saved": SavedFilter.objects.filter(user=user),
        "save_form": SaveFilterForm(initial={"query": request.GET.urlencode()}),
        "may_assign": can(user, Permission.MATTER_ASSIGN),
        "cards": user.role == Role.DEPUTY,
        "may_assist": can(user, Permission.INTAKE_ASSIST),
        "may_export": can(user, Permission.MATTER_EXPORT),
    }
    return render_page(request, "opinions/desk/home.html", "opinions/desk/_list.html", context)


def _chosen_queue(request: HttpRequest, queues: tuple[Queue, ...], counts: dict[str, str], *, narrowed: bool) -> Queue:
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


def visible_matter(request: HttpRequest, code: str) -> Matter:
    """The matter if it is in the user's scope, else 404."""
    rows = Matter.objects.visible_to(request.user).select_related(*LIST_RELATED, "division", "opinion__contact_point", "merged_into", "opinion__assisted_by")
    return get_object_or_404(rows, code=code)


@require_GET
@requires(Permission.MATTER_VIEW)
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """One matter: what it is, whose turn, what to do, and its whole history."""
    found = visible_matter(request, code)
    today = local_today(timezone.now())
    found.light = light(found.due_on, found.warn_on, today) if found.is_open else None
    context = {"matter": found, "page": matter_page(request.user, found, today)}
    return render(request, "opinions/desk/matter.html", context)


@requires(Permission.PHONE_REVEAL)
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Show the reporter's number after a reason; the look is logged."""
    found = visible_matter(request, code)
    form, shown = RevealForm(request.POST or None), None
    reporter = found.reporters.exclude(phone_index="").first()
    if request.method == "POST" and form.is_valid() and reporter is not None:
        reveal_phone(by=request.user, about=found.chain, what="reporter.phone", reason=form.cleaned_data["reason"], now=timezone.now())
        shown = reporter.phone
    context = {"matter": found, "form": form, "phone": shown, "reporter": reporter}
    status = 422 if form.errors else 200
    return render_page(request, "opinions/desk/reveal.html", "opinions/desk/_reveal.html", context, status=status)


@require_GET
@requires(Permission.MATTER_VIEW)
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """A file of a matter in the user's scope."""
    scope = Matter.objects.visible_to(request.user)
    found = get_object_or_404(Attachment.objects.select_related("stored"), pk=attachment_id, matter__in=scope)
    return file_response(request, found.stored, thumbnail="thumb" in request.GET)


@require_GET
@requires(Permission.MATTER_EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The list as it is shown, as a spreadsheet."""
    user: Any = request.user
    today, form = local_today(timezone.now()), FilterForm(request.GET, user=user)
    queues = {queue.key: queue for queue in queues_of(user)}
    queue = queues.get(request.GET.get("queue", ""), queues["all"])
    matters = filtered(in_queue(user, queue), form.chosen, today).order_by("-id")
    sheet = Sheet(title=_("意见台账"), columns=COLUMNS, rows=ledger_rows(matters, today))
    return workbook_response(sheet, name=f"ledger-{today:%Y%m%d}.xlsx")


@require_POST
@requires(Permission.DESK)
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Save the filter under a name."""
    form = SaveFilterForm(request.POST)
    if form.is_valid():
        try:
            save_filter(by=request.user, **form.cleaned_data)
            toast(request, _("已保存这个筛选。"))
        except DomainError as error:
            toast(request, str(error.message))
    else:
        toast(request, _("请给这个筛选起个名字，30 个字以内。"))
    return go(request, f"{reverse('desk:home')}?{form.data.get('query', '')[:500]}")


@require_POST
@requires(Permission.DESK)
def forget_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Forget a saved filter."""
    drop_filter(by=request.user, filter_id=filter_id)
    return go(request, reverse("desk:home"))


@requires(Permission.DESK)
def notices(request: HttpRequest) -> HttpResponse:
    """The bell: in-app notices; POST marks all as read."""
    if request.method == "POST":
        mark_read(user_id=request.user.pk, now=timezone.now())
        return go(request, reverse("desk:notices"))
    page = KeysetPage(inbox(request.user.pk), order=("-id",), cursor=request.GET.get("page"))
    return render(request, "opinions/desk/notices.html", {"page": page})
