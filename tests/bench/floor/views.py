"""Bare views: a ModelForm is validated, two rows are inserted in one transaction, a redirect answers; a list of thirty
matters and one matter as Django's own tutorial shows them, to somebody who is signed in."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template import engines
from django.views.decorators.http import require_POST, require_safe

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


_LIST = engines["django"].from_string(
    "<!doctype html><title>Matters</title><table>{% for one in matters %}<tr>"
    "<td><a href='/floor/matters/{{ one.code }}/'>{{ one.title }}</a><td>{{ one.code }}<td>{{ one.get_status_display }}"
    "<td>{{ one.due_on }}<td>{{ one.category }}<td>{{ one.street }}<td>{{ one.holder }}<td>{{ one.opinion.place }}"
    "<td>{{ one.opened_at }}</tr>{% endfor %}</table>"
)
_ONE = engines["django"].from_string(
    "<!doctype html><title>{{ one.title }}</title><h1>{{ one.title }}</h1><p>{{ one.opinion.content|linebreaks }}<p>"
    "{{ one.code }} {{ one.get_status_display }} {{ one.due_on }} {{ one.category }} {{ one.street }} {{ one.holder }}"
)


@login_required
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """The first matters of the reader's street by their day, four tables joined, in a plain table."""
    held = Matter.objects.filter(street=request.user.organisation_id).select_related(*RELATED)  # type: ignore[union-attr]
    return HttpResponse(_LIST.render({"matters": held.order_by("due_on", "id")[:ROWS]}, request))


@login_required
@require_safe
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """One matter with what it refers to."""
    return HttpResponse(
        _ONE.render({"one": get_object_or_404(Matter.objects.select_related(*RELATED), code=code)}, request)
    )
