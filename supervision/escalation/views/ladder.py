"""督办层级: the rungs of the district and of a street, what they would do for one matter, and changing them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission, SignedIn, can, requires
from deputies.accounts.models import DISTRICT_ROLES
from deputies.accounts.queries import street_of
from deputies.organisations.models import Organisation, OrganisationKind
from liaison.base.codes import normalise
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast, toast_outcome
from opinions.matters.models import Matter
from supervision.escalation import queries
from supervision.escalation.forms import RungForm
from supervision.escalation.models import Rung
from supervision.escalation.services import own_ladder, save_rung

PAGES = "supervision/escalation"


def _home(request: SignedIn) -> Organisation:
    """The body whose ladder the user keeps. Raises NotAllowed for who belongs to neither street nor district."""
    pk = request.user.organisation_id if request.user.role in DISTRICT_ROLES else street_of(request.user)
    return get_object_or_404(Organisation.objects.select_related("parent"), pk=pk)


def _district(home: Organisation) -> Organisation:
    if home.kind == OrganisationKind.CONGRESS or home.parent is None:
        return home
    return home.parent


@require_GET
@requires(Permission.LADDER_VIEW)
def ladder(request: SignedIn) -> HttpResponse:
    """The rungs in force, and what they would do for the matter that is asked for."""
    home = _home(request)
    district = _district(home)
    code = request.GET.get("code", "").strip()
    matter = Matter.objects.one_visible_to(request.user, normalise(code)).first() if code else None
    context = {
        "home": home, "district": district, "rungs": queries.rungs_of(district.pk),
        "own": queries.rungs_of(home.pk) if home != district else [], "code": code, "matter": matter,
        "foreseen": queries.foresee(matter, now=timezone.now()) if matter else [],
        "may_edit": can(request.user, Permission.LADDER_EDIT),
    }  # fmt: skip
    return render(request, f"{PAGES}/ladder.html", context)


@require_POST
@requires(Permission.LADDER_EDIT)
def own(request: SignedIn) -> HttpResponse:
    """Let the user's street have its own ladder."""
    home = _home(request)
    if home == _district(home):
        raise NotAllowed
    now, told = timezone.now(), _("已另设本街道的层级，报区里的仍由区人大常委会定。")
    toast_outcome(request, own_ladder, told, street=home, district=_district(home), by=request.user, now=now)
    return go(request, reverse("escalation:ladder"))


@require_http_methods(["GET", "POST"])
@requires(Permission.LADDER_EDIT)
def new(request: SignedIn) -> HttpResponse:
    """A new rung of the user's body."""
    return _edited(request, Rung(organisation=_home(request), channels=["in_app"]))


@require_http_methods(["GET", "POST"])
@requires(Permission.LADDER_EDIT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a rung of the user's own body."""
    return _edited(
        request, get_object_or_404(Rung.objects.select_related("organisation"), pk=pk, organisation=_home(request))
    )


def _edited(request: SignedIn, rung: Rung) -> HttpResponse:
    form = RungForm(request.POST or None, rung=rung)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return go(request, reverse("escalation:ladder"))
    context: dict[str, Any] = {"form": form, "rung": rung}
    return render(request, f"{PAGES}/rung.html", context, status=422 if form.errors else 200)


def _saved(request: SignedIn, form: RungForm) -> bool:
    """Keep the rung; False when the form says why not."""
    try:
        save_rung(rung=form.filled(), people=form.cleaned_data["people"], by=request.user, now=timezone.now())
    except DomainError as error:
        form.add_error(getattr(error, "field", None) or None, str(error.message))
        return False
    toast(request, _("已保存。发过的不会重发；新涉及的事项下一次巡查时告诉一次。"))
    return True
