"""A bare view: a ModelForm is validated, two rows are inserted in one transaction, a redirect answers."""

from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from liaison.base.web.decorators import public
from tests.bench.floor.models import Sent, Step


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
