"""What residents read of public activities: announcements, the month in which opinions are sought, results."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from liaison.base.codes import qr_svg
from liaison.base.web.decorators import public
from liaison.base.workdays.arithmetic import local_today
from supervision.programme import queries
from supervision.programme.states import TOOK_PLACE
from supervision.programme.views.serving import PAGES


@public
@require_GET
def themes(request: HttpRequest) -> HttpResponse:
    """The public activities of the last half-year and those to come."""
    return render(
        request, f"{PAGES}/public_list.html", {"rows": queries.public_activities(local_today(timezone.now()))}
    )


@public
@require_GET
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """One public activity; while opinions are sought it says where to raise them."""
    found = queries.public_activity(pk)
    if found is None:
        raise Http404
    today = local_today(timezone.now())
    seeking = found.opens_on is not None and found.closes_on is not None and found.opens_on <= today <= found.closes_on
    context = {"activity": found, "seeking": seeking, "took_place": found.status in TOOK_PLACE}
    if seeking:
        symbol = mark_safe(qr_svg(queries.public_address(found)))  # noqa: S308 - our own SVG of our own address
        context |= {"way_in": queries.way_in(found), "symbol": symbol}
    return render(request, f"{PAGES}/public.html", context)
