"""The two bare pages without anything around them: no base, no style sheet, no messages, no form to sign out by, and no
permission but that somebody is signed in. The first yardstick; measured beside the other, so that both can be seen."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.views.decorators.http import require_safe

from opinions.matters.models import Matter
from tests.bench.floor.views import RELATED, ROWS

_LIST = engines["django"].from_string(
    "<!doctype html><title>Matters</title><table>{% for one in matters %}<tr>"
    "<td><a href='/floor/plain/{{ one.code }}/'>{{ one.title }}</a><td>{{ one.code }}<td>{{ one.get_status_display }}"
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
    one = get_object_or_404(Matter.objects.select_related(*RELATED), code=code)
    return HttpResponse(_ONE.render({"one": one}, request))
