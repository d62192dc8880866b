"""Bare views: a ModelForm is validated, two rows are inserted in one transaction, a redirect answers; a list of thirty
matters and one matter as Django's own tutorial shows them, to somebody who is signed in.

The two pages have what every Django page of a signed-in user has and no more: session, user, the right to see it, and
templates that extend a base with a style sheet, messages, and a form to sign out by (a page without these is no page of
an application, and takes 1 ms less: plain.py has those too). They have no filters, no counts, no history and no scope
but the street.
"""

from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.web.decorators import public
from opinions.matters.models import Matter
from tests.bench.floor.models import Sent, Step

RELATED = ("category", "street", "holder", "opinion")
ROWS = 30


class SentForm(ModelForm):
    class Meta:
        model = Sent
        fields = ["content", "place", "name", "phone", "deputy", "contact_point", "category", "community"]


@public
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Take in a form; 422 when it is not valid."""
    form = SentForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_json(), status=422)
    with transaction.atomic():
        sent = form.save()
        Step.objects.create(sent=sent, verb="submit")
    return redirect("floor_done", key=sent.pk)


@public
@require_safe
def done(request: HttpRequest, key: int) -> HttpResponse:
    """Where the redirect leads."""
    return HttpResponse(str(key))


@requires(Permission.MATTER_VIEW)
@require_safe
def matters(request: SignedIn) -> HttpResponse:
    """The first matters of the reader's street by their day, four tables joined, in a plain table."""
    held = Matter.objects.filter(street=request.user.organisation_id).select_related(*RELATED)
    return render(request, "floor/list.html", {"matters": held.order_by("due_on", "id")[:ROWS]})


@requires(Permission.MATTER_VIEW)
@require_safe
def matter(request: SignedIn, code: str) -> HttpResponse:
    """One matter with what it refers to."""
    one = get_object_or_404(Matter.objects.select_related(*RELATED), code=code)
    return render(request, "floor/one.html", {"one": one})
