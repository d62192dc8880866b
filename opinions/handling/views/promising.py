"""核实没有办到: beside the other verbs of a promise, but its matter is handled again."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.errors import NotAllowed
from liaison.base.web.forms import ReasonForm, attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.handling import services
from opinions.promises.access import judges
from opinions.promises.models import Promise
from opinions.promises.states import PROMISE


@requires(Permission.MATTER_REOPEN)
def miss_promise(request: SignedIn, promise_id: int) -> HttpResponse:
    """The supervising side has found that it was not done."""
    rows = Promise.objects.visible_to(request.user)
    held = get_object_or_404(rows.select_related("organisation", "matter__street", "matter__district"), pk=promise_id)
    if not judges(request.user, held):
        raise NotAllowed
    form = ReasonForm(*posted(request))
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        missed = attempt(form, services.miss_promise, promise=held, reason=reason, by=request.user, now=timezone.now())
        if not form.errors:
            toast(request, _("已记为未兑现，办结的事项已重启。") if missed else _("已退回，承诺照原来的日期继续。"))
            return go(request, reverse("promises:promise", args=[held.pk]))
    context = {"promise": held, "form": form, "label": PROMISE["miss_promise"].label, "reopens": True}
    page, fragment = "opinions/promises/form.html", "opinions/promises/_form.html"
    return render_page(request, page, fragment, context, status=422 if form.errors else 200)
