"""Lists: deputies, groups and chat groups, terms."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import override, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from deputies.accounts.access import Permission, can, requires
from deputies.roster import services
from deputies.roster.forms import ChatGroupForm, DeputyFilter, TermEndForm
from deputies.roster.models import Deputy, DeputyQuerySet, PublicField
from deputies.roster.queries import (
    ORDER,
    chat_groups,
    filtered,
    groups_with_counts,
    listed,
    term_rows,
    terms_near,
)
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.privacy import mask_phone
from liaison.base.stamps import reading
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage, capped_count
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today

COLUMNS = (
    _l("姓名"), _l("身份"), _l("级别"), _l("届次"), _l("选区"),
    _l("代表团"), _l("专业代表组"), _l("职务"), _l("手机"), _l("代表证号"),
    _l("联系机构代码"), _l("联系机构"), _l("公开项"), _l("状态"),
    _l("离任日期"), _l("二维码代码"),
)  # fmt: skip
MOST_ROWS = 10_000
"""Rows of a spreadsheet made while the user waits."""


def tabs(current: str) -> list[Tab]:
    """The tabs over the pages of the roster."""
    pages = {"list": pgettext("several", "代表"), "groups": _("小组与网格群"), "terms": pgettext("several", "届次")}
    return [Tab(label, reverse(f"roster:{name}"), current=name == current) for name, label in pages.items()]


@requires(Permission.ROSTER_VIEW)
@require_safe
@reading()
def deputy_list(request: HttpRequest) -> HttpResponse:
    """The deputies in the user's scope."""
    user: Any = request.user
    form = DeputyFilter(request.GET, user=user)
    rows = filtered(user, form.chosen)
    context = {
        "form": form,
        "page": KeysetPage(listed(rows), order=ORDER, cursor=request.GET.get("page")),
        "found": capped_count(rows),
        "tabs": tabs("list"),
        "may_edit": can(user, Permission.ROSTER_EDIT),
    }
    return render_page(request, "deputies/roster/list.html", "deputies/roster/_list.html", context)


@requires(Permission.ROSTER_VIEW)
@require_safe
@reading()
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows, as a spreadsheet. Numbers stay masked; it can be imported again."""
    user: Any = request.user
    rows = filtered(user, DeputyFilter(request.GET, user=user).chosen).select_related("delegation")
    with override(settings.LANGUAGE_CODE):  # the language of the columns that an import reads
        sheet = Sheet(title=_("代表名册"), columns=COLUMNS, rows=_export_rows(listed(rows).order_by(*ORDER)))
        return workbook_response(sheet, name=f"roster-{local_today(timezone.now()):%Y%m%d}.xlsx")


def _export_rows(rows: DeputyQuerySet) -> Iterator[list[Any]]:
    for deputy in rows[:MOST_ROWS]:
        yield [
            deputy.name, str(deputy.get_identity_display()), str(deputy.get_level_display()) if deputy.level else "",
            deputy.term.number if deputy.term else "", _name(deputy.electoral_district), _name(deputy.delegation),
            "、".join(group.name for group in deputy.groups.all()), deputy.title, mask_phone(deputy.phone),
            deputy.certificate, deputy.organisation.code, deputy.organisation.name,
            "、".join(str(PublicField(one).label) for one in deputy.public_fields), str(deputy.get_status_display()),
            deputy.ended_on, deputy.code,
        ]  # fmt: skip


def _name(row: Any) -> str:
    return row.name if row is not None else ""


@requires(Permission.ROSTER_VIEW)
@require_safe
@reading()
def groups(request: HttpRequest) -> HttpResponse:
    """Groups of deputies (H10) and the register of chat groups (S17)."""
    user: Any = request.user
    context = {
        "tabs": tabs("groups"),
        "groups": groups_with_counts(user),
        "chats": KeysetPage(chat_groups(user), order=("-active", "name", "id"), cursor=request.GET.get("page")),
        "may_edit": can(user, Permission.ROSTER_EDIT),
        "may_admin": can(user, Permission.REFERENCE_EDIT),
    }
    return render(request, "deputies/roster/groups.html", context)


@requires(Permission.ROSTER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def chat_group(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a chat group."""
    user: Any = request.user
    group = get_object_or_404(chat_groups(user), pk=pk) if pk else None
    form = ChatGroupForm(posted(request), instance=group, user=user)
    if form.is_valid():
        attempt(form, services.save_chat_group, group=form.save(commit=False), by=user, now=timezone.now())
        if form.is_valid():
            toast(request, _("网格群已保存。"))
            return go(request, reverse("roster:groups"))
    context = {"form": form, "title": _("修改网格群") if group else _("登记网格群"), "submit": _("保存")}
    return act_page(request, context, bad=form.is_bound)


@requires(Permission.ROSTER_VIEW)
@require_safe
@reading()
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of the congresses near the user."""
    user: Any = request.user
    context = {"tabs": tabs("terms"), "rows": term_rows(user), "may_end": can(user, Permission.REFERENCE_EDIT)}
    return render(request, "deputies/roster/terms.html", context)


@requires(Permission.REFERENCE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def term_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A term ends: all its deputies leave office."""
    user: Any = request.user
    term = get_object_or_404(terms_near(user), pk=pk)
    form = TermEndForm(posted(request))
    if form.is_valid():
        count = attempt(form, services.end_term, term=term, on=form.cleaned_data["on"], by=user, now=timezone.now())
        if form.is_valid():
            toast(request, _("“%(term)s”已届满，%(count)s 位代表转为离任。") % {"term": term, "count": count})
            return go(request, reverse("roster:terms"))
    sitting = Deputy.objects.filter(term=term).exclude(status="ended").count()
    lead = _("这一届现有 %(count)s 位未离任代表。换届后新名册可以批量导入，连任代表的二维码不变。") % {"count": sitting}
    context = {
        "form": form,
        "title": _("%(term)s届满") % {"term": term},
        "lead": lead,
        "submit": _("届满"),
        "danger": True,
    }
    return act_page(request, context, bad=form.is_bound)


def act_page(request: HttpRequest, context: dict[str, Any], *, bad: bool) -> HttpResponse:
    """The page (or dialog) of a small form: title, lead, form, submit, danger."""
    status = 422 if bad else 200
    return render_page(request, "deputies/roster/act.html", "deputies/roster/_act.html", context, status=status)


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: the body of a POST, even an empty one."""
    return request.POST if request.method == "POST" else None
