"""The supervision plan of a year: plan against what was held, and making activities of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from deputies.accounts.queries import streets_of
from liaison.base.errors import NotAllowed
from liaison.base.web.forms import posted
from liaison.base.web.steps import tap
from liaison.base.workdays.arithmetic import OUR_TIMES, local_today
from supervision.programme import queries, services
from supervision.programme.forms.plans import ItemForm
from supervision.programme.models import PlanItem
from supervision.programme.views.serving import PAGES, serve


@require_GET
@requires(P.PROGRAMME_PLAN)
def plan(request: SignedIn) -> HttpResponse:
    """年度计划: each theme with its months."""
    today = local_today(timezone.now())
    year = _year(request.GET.get("year", ""), today.year)
    lines = queries.board(queries.visible_items(request.user).filter(year=year), today)
    own = streets_of(request.user) if can(request.user, P.PROGRAMME_EDIT) else []
    context = {
        "year": year, "lines": lines, "own": own, "months": range(1, 13), "may_edit": bool(own),
        "planned": sum(len(line.item.months) for line in lines), "held": sum(line.held for line in lines),
    }  # fmt: skip
    return render(request, f"{PAGES}/plan.html", context)


def _year(text: str, usual: int) -> int:
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else usual
    return year if year in OUR_TIMES else usual


def _place(year: int) -> str:
    return f"{reverse('programme:plan')}?year={year}"


@requires(P.PROGRAMME_EDIT)
def add(request: SignedIn) -> HttpResponse:
    """列入年度计划."""
    year = _year(request.GET.get("year", ""), local_today(timezone.now()).year)
    form = ItemForm(*posted(request), year=year)

    def act(**who: Any) -> str:
        return _place(services.add_item(data=form.item_data, **who).year)

    return serve(request, form=form, label=_("列入年度计划"), place=_place(year), act=act, said=_("已列入计划。"))


def _item(request: SignedIn, pk: int) -> PlanItem:
    """A line of the user's own organisation; else 404, or NotAllowed."""
    item = get_object_or_404(queries.visible_items(request.user), pk=pk)
    if item.organisation_id not in streets_of(request.user):
        raise NotAllowed
    return item


@requires(P.PROGRAMME_EDIT)
def change(request: SignedIn, pk: int) -> HttpResponse:
    """修改."""
    item = _item(request, pk)
    form = ItemForm(*posted(request), year=item.year, item=item)

    def act(**who: Any) -> None:
        services.change_item(item=item, data=form.item_data, **who)

    return serve(request, form=form, label=_("修改年度计划"), place=_place(item.year), act=act, said=_("已保存。"))


@require_POST
@requires(P.PROGRAMME_EDIT)
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """移出计划."""
    item = _item(request, pk)
    place = _place(item.year)
    return tap(request, lambda **who: services.drop_item(item=item, **who), place=place, said=_("已移出计划。"))


@require_POST
@requires(P.PROGRAMME_EDIT)
def make(request: SignedIn, pk: int) -> HttpResponse:
    """建活动."""
    item = _item(request, pk)
    said = _("活动已建好，请补充地点和参加的人。")
    return tap(request, lambda **who: services.make_activities(item=item, **who), place=_place(item.year), said=said)
