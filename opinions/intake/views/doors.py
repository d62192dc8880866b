"""The doors by which residents come in: home page, street, contact point, deputy."""

from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deputies.contact_points.models import ContactPoint
from deputies.contact_points.queries import deputy_page, landing_for, point_landing, point_page
from deputies.roster.models import Deputy, PublicField
from liaison.base.codes import normalise
from liaison.base.files.responses import file_response
from liaison.base.stamps import reading
from liaison.base.web.decorators import public
from liaison.base.web.errors import say_when
from opinions.intake import doors
from opinions.intake.places import division_by_code
from opinions.intake.queries import deputy_entrance, point_entrance
from opinions.intake.reception import Door, Outcome, Sent, receive
from opinions.intake.services.following import follow_chosen

FORM_METHODS = ["GET", "HEAD", "POST"]


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One way in for each: a plaque's code, one's street, one's own matter."""
    with reading():
        context = doors.enter_context() | {"theme": doors.theme_of(request)}
        return render(request, "opinions/intake/home.html", context)


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a typed plaque code to its page."""
    code, theme = normalise(request.GET.get("code", "")), doors.theme_of(request)
    query = urlencode({"via": "web", **({"theme": theme} if theme else {})})
    if landing_for(code) is not None:
        return redirect(f"{reverse('intake:deputy', args=[code])}?{query}")
    if point_landing(code) is not None:
        return redirect(f"{reverse('intake:point', args=[code])}?{query}")
    error = _("没有这个代码，请对照牌子再看一遍。") if code else _("请输入牌子上的代码。")
    with reading():
        context = doors.enter_context(request.GET.get("code", ""), error) | {"theme": theme}
        return render(request, "opinions/intake/home.html", context, status=404 if code else 400)


@public
@require_safe
def street(request: HttpRequest, code: str) -> HttpResponse:
    """The contact points of a street."""
    with reading():
        division = division_by_code(code)
        if division is None:
            return _unknown(request)
        groups = list(doors.points_by_community(division))
        context = {"street": division, "groups": groups, "theme": doors.theme_of(request)}
    return render(request, "opinions/intake/street.html", context)


@public
@never_cache
@require_http_methods(FORM_METHODS)
def deputy(request: HttpRequest, code: str) -> HttpResponse:
    """A deputy's page with the form; a code that no longer stands for one in office leads on."""
    with reading():
        if request.method == "POST":
            outcome = receive(Sent.by(request), partial(deputy_entrance, code), now=timezone.now())
        else:
            entrance = deputy_entrance(code)
            outcome = doors.fresh_outcome(entrance) if entrance else None
        if outcome is None:
            return _landed_elsewhere(request, code)
        return _shown(request, outcome)


@public
@never_cache
@require_http_methods(FORM_METHODS)
def point(request: HttpRequest, code: str) -> HttpResponse:
    """A contact point's page with its deputies and a form for it; a closed point's code leads on."""
    with reading():
        if request.method == "POST":
            outcome = receive(Sent.by(request), partial(point_entrance, code), now=timezone.now())
        else:
            entrance = point_entrance(code)
            outcome = doors.fresh_outcome(entrance) if entrance else None
        if outcome is None:
            return _point_elsewhere(request, code)
        return _shown(request, outcome)


def _shown(request: HttpRequest, outcome: Outcome, *, gone: str = "") -> HttpResponse:
    """The receipt, the question, or the page with the form."""
    now, entrance = timezone.now(), outcome.entrance
    if outcome.receipt is not None:
        matter, reporter = outcome.receipt.matter, outcome.receipt.reporter
        follow_chosen(matter=matter, reporter=reporter, token=request.POST.get("follow", ""), now=now)
        return redirect(f"{reverse('intake:done', args=[matter.code])}?k={reporter.link_key}")
    if outcome.question is not None:
        return render(request, "opinions/intake/question.html", vars(outcome), status=outcome.status)
    context = doors.form_context(outcome, now=now) | {"gone": gone, "theme": doors.theme_of(request)}
    if entrance.deputy is not None:
        context["page"] = deputy_page(entrance.deputy, now=now)
        return say_when(render(request, "opinions/intake/deputy.html", context, status=outcome.status), outcome.wait)
    context["page"] = point_page(entrance.door_point, now=now)
    return say_when(render(request, "opinions/intake/point.html", context, status=outcome.status), outcome.wait)


def _landed_elsewhere(request: HttpRequest, code: str) -> HttpResponse:
    """A deputy's code that was replaced, or whose deputy is not in office any more."""
    found = landing_for(code)
    if found is None:
        return _unknown(request)
    if found.deputy is not None:
        return redirect("intake:deputy", code=found.deputy.code)
    return _at_point(request, found.contact_point, doors.gone_words("deputy"))


def _point_elsewhere(request: HttpRequest, code: str) -> HttpResponse:
    """A point's code that was replaced, or whose point is closed."""
    found = point_landing(code)
    if found is None:
        return _unknown(request)
    if found.contact_point is not None and found.contact_point.former_codes.filter(code=normalise(code)).exists():
        return redirect("intake:point", code=found.contact_point.code)
    return _at_point(request, found.contact_point, doors.gone_words("point"))


def _at_point(request: HttpRequest, place: ContactPoint | None, gone: str) -> HttpResponse:
    """The page of the point that a plaque now leads to; without one, the ways in with the same kind sentence."""
    entrance = point_entrance(place.code) if place is not None else None
    if entrance is None:
        return render(request, "opinions/intake/unknown.html", doors.enter_context() | {"gone": gone})
    door: Door = partial(point_entrance, entrance.door_point.code)
    outcome = receive(Sent.by(request), door, now=timezone.now()) if request.method == "POST" else None
    return _shown(request, outcome or doors.fresh_outcome(entrance), gone=gone)


def _unknown(request: HttpRequest) -> HttpResponse:
    """404 with a way on."""
    return render(request, "opinions/intake/unknown.html", doors.enter_context(), status=404)


@public
@require_safe
def deputy_photo(request: HttpRequest, code: str) -> HttpResponseBase:
    """The portrait of a deputy who agreed to have it shown."""
    found = get_object_or_404(Deputy.objects.active().select_related("photo"), code=normalise(code))
    return file_response(request, found.photo if found.shows(PublicField.PHOTO) else None, thumbnail=True)


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who uses personal data, why, what, how long, and which rights people have."""
    return render(request, "opinions/intake/privacy.html", doors.privacy_context())
