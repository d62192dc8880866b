"""转建议: the screen that drafts a proposal from a matter, and the draft itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import requires
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.handling.queries import why_not
from opinions.matters.models import Matter
from opinions.proposals.forms import RaiseForm
from opinions.proposals.queries import visible_proposals
from opinions.proposals.services import raise_to_proposal


@requires(P.MATTER_VIEW)
def raise_(request: HttpRequest, code: str) -> HttpResponse:
    """Draft a proposal. Deputies, helpers and committees; `verbs_for` says when."""
    user: Any = request.user
    rows = Matter.objects.visible_to(user).select_related("deputy", "street", "district", "category", "opinion")
    matter, now = get_object_or_404(rows, code=code), timezone.now()
    form = RaiseForm(request.POST if request.method == "POST" else None, matter=matter)
    why = why_not(user, matter, "raise", now=now)
    if why is not None and not form.is_bound:
        raise why
    if form.is_bound and form.is_valid():
        attempt(form, raise_to_proposal, matter=matter, by=user, now=now, **form.cleaned_data)
        if form.is_valid():
            toast(request, _("已转为代表建议草稿。这还不是办理结果，请继续跟踪并反馈。"))
            return go(request, reverse("desk:matter", args=[matter.code]))
    pages = "opinions/proposals/raise.html", "opinions/proposals/_raise.html"
    return render_page(request, *pages, {"matter": matter, "form": form}, status=422 if form.is_bound else 200)


@requires(P.MATTER_VIEW)
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """A draft and the matters that it came of, as far as they are in the user's scope."""
    user: Any = request.user
    held = get_object_or_404(visible_proposals(user), pk=proposal_id)
    sources = held.sources.filter(pk__in=Matter.objects.visible_to(user).values("pk")).order_by("id")
    return render(request, "opinions/proposals/proposal.html", {"proposal": held, "sources": sources})
