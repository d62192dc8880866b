"""The calendar: a month at a time, and the subscriptions of phones."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.web.decorators import public
from liaison.base.web.steps import tap
from liaison.base.workdays.arithmetic import add_months, local_today, month_of
from supervision.programme import queries, services
from supervision.programme.forms.plans import FilterForm
from supervision.programme.ical import calendar as written
from supervision.programme.views.serving import PAGES


@require_GET
@requires(P.PROGRAMME_VIEW)
def calendar(request: SignedIn) -> HttpResponse:
    """A month with its activities: weeks on a screen, a list on a phone."""
    today, form = local_today(timezone.now()), FilterForm(request.GET)
    first = month_of(request.GET.get("month")) or today.replace(day=1)
    rows = queries.in_month(queries.visible_activities(request.user).filter(**form.conditions), first)
    context = {
        "first": first, "before": add_months(first, -1), "after": add_months(first, 1), "activities": rows,
        "weeks": queries.month_view(rows, first, today), "form": form, "may_edit": can(request.user, P.PROGRAMME_EDIT),
    }  # fmt: skip
    return render(request, f"{PAGES}/calendar.html", context)


@require_GET
@never_cache
@requires(P.PROGRAMME_VIEW)
def subscribe(request: SignedIn) -> HttpResponse:
    """订阅日历: the user's own secret link and that for the body's activities."""
    held = queries.feeds_of(request.user)
    rows = [
        (kind, label, services.feed_address(held[kind]) if kind in held else "")
        for kind, label in (("own", _("我的日程")), ("body", _("本机构的日程")))
    ]
    return render(request, f"{PAGES}/subscribe.html", {"rows": rows})


@require_POST
@requires(P.PROGRAMME_VIEW)
def renew(request: SignedIn, kind: str) -> HttpResponse:
    """开出或更换订阅地址."""
    body = request.user.organisation if kind == "body" else None
    said = _("订阅地址已开出；以前的地址不能再用。")

    def act(**who: Any) -> None:
        services.renew_feed(organisation=body, **who)

    return tap(request, act, place=reverse("programme:subscribe"), said=said)


@public
@never_cache
@require_http_methods(["GET", "HEAD"])
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself (RFC 5545). Whoever has the link reads what its person may see, as of today."""
    found = queries.find_feed(token)
    if found is None:
        raise Http404
    now = timezone.now()
    name = str(found.organisation or found.user.name)
    text = written(name, queries.feed_entries(found, now))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="supervision.ics"'
    return response
