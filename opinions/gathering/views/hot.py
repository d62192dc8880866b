"""热点 and 专题 at the desk."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.audit.models import Event
from liaison.base.errors import NotAllowed
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast, toast_outcome
from opinions.gathering import queries, services
from opinions.gathering.access import may_decide
from opinions.gathering.drawing import curve_of
from opinions.gathering.forms import DismissForm, ProposalForm, TopicForm
from opinions.similar.models import HotIssue, HotState
from opinions.similar.queries import hot_issues

PAGES = "opinions/gathering"


@require_GET
@requires(P.HOT_VIEW)
def hot(request: SignedIn) -> HttpResponse:
    """Hot issues with an opinion in the user's scope: open ones by rank, or those dealt with."""
    decided = request.GET.get("show") == "decided"
    rows = hot_issues(request.user)
    rows = rows.exclude(state=HotState.OPEN) if decided else rows.open()
    order = ("-decided_at", "-pk") if decided else ("rank", "pk")
    page = KeysetPage(rows, order=order, cursor=request.GET.get("page"))
    queries.tell_apart(page.items, request.user)
    for row in page.items:
        row.picture = curve_of(row.curve)
    return render(
        request,
        f"{PAGES}/hot.html",
        {"page": page, "decided": decided, "tabs": _tabs("decided" if decided else "open")},
    )


def _tabs(current: str) -> list[Tab]:
    place = reverse("gathering:hot")
    rows = [
        ("open", _("热点"), place),
        ("decided", _("处理过的"), f"{place}?show=decided"),
        ("topics", _("专题"), reverse("gathering:topics")),
    ]
    return [Tab(label, url, None, key == current) for key, label, url in rows]


def _issue(request: SignedIn, pk: int) -> Any:
    issue = get_object_or_404(hot_issues(request.user), pk=pk)
    queries.tell_apart([issue], request.user)
    return issue


def _place(issue: HotIssue) -> str:
    return reverse("gathering:issue", args=[issue.pk])


@require_GET
@requires(P.HOT_VIEW)
def issue(request: SignedIn, pk: int) -> HttpResponse:
    """One hot issue: how it grew, what it is about, who is in it, and what can be done."""
    held = _issue(request, pk)
    may = may_decide(request.user, hidden=held.hidden)
    context = {
        "issue": held, "picture": curve_of(held.curve), "members": queries.members_for(held, request.user),
        "may_decide": may and held.state == HotState.OPEN, "may_reopen": may and held.state == HotState.DISMISSED,
        "may_raise": can(request.user, P.MATTER_RAISE), "became": _became(held),
    }  # fmt: skip
    return render(request, f"{PAGES}/issue.html", context)


def _became(issue: HotIssue) -> str:
    """Address of what the issue was turned into."""
    kind, _sign, number = issue.reference.partition(":")
    names = {"topic": "gathering:topic", "proposal": "proposals:proposal"}
    return reverse(names[kind], args=[number]) if kind in names and number.isdigit() else ""


def _act(
    request: SignedIn, pk: int, form_class: type[forms.Form], act: Callable[..., Any], *, label: str,
    initial: Callable[[Any], dict[str, str]] = lambda issue: {},
) -> tuple[Any, Any, HttpResponse | None]:  # fmt: skip
    """A form for an issue on which the user may decide; what came of it, or the page to show."""
    held = _issue(request, pk)
    if not may_decide(request.user, hidden=held.hidden):
        raise NotAllowed
    form = form_class(request.POST if request.method == "POST" else None, initial=initial(held))
    if form.is_bound and form.is_valid():
        done = attempt(form, act, issue=held, by=request.user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            return held, done, None
    context = {"issue": held, "form": form, "label": label}
    pages = f"{PAGES}/act.html", f"{PAGES}/_act.html"
    return held, None, render_page(request, *pages, context, status=422 if form.errors else 200)


@requires(P.MATTER_MERGE)
def dismiss(request: SignedIn, pk: int) -> HttpResponse:
    """忽略, with a reason."""
    held, _done, again = _act(request, pk, DismissForm, services.dismiss_issue, label=_("忽略这个热点"))
    if again is not None:
        return again
    toast(request, _("已忽略；理由留在记录里，可以重新列为热点。"))
    return go(request, _place(held))


@require_POST
@requires(P.MATTER_MERGE)
def reopen(request: SignedIn, pk: int) -> HttpResponse:
    """重新列为热点."""
    held = _issue(request, pk)
    text = _("已重新列为热点。")
    toast_outcome(request, services.reopen_issue, text, issue=held, by=request.user, now=timezone.now())
    return go(request, _place(held))


@requires(P.MATTER_MERGE)
def make_topic(request: SignedIn, pk: int) -> HttpResponse:
    """转专题."""
    _held, topic, again = _act(
        request,
        pk,
        TopicForm,
        services.make_topic,
        label=_("转为专题"),
        initial=lambda row: {"title": row.subject[:80]},
    )
    if again is not None:
        return again
    toast(request, _("已设立专题。"))
    return go(request, reverse("gathering:topic", args=[topic.pk]))


@requires(P.MATTER_RAISE)
def make_proposal(request: SignedIn, pk: int) -> HttpResponse:
    """转建议."""

    def words(row: Any) -> dict[str, str]:
        title = _("关于解决%(subject)s的建议") % {"subject": row.subject} if row.subject else ""
        return {"title": title, "reason": ""}

    _held, proposal, again = _act(
        request, pk, ProposalForm, services.make_proposal, label=_("转为代表建议"), initial=words
    )
    if again is not None:
        return again
    toast(request, _("已形成建议稿，请核对。"))
    return go(request, reverse("proposals:proposal", args=[proposal.pk]))


@require_GET
@requires(P.HOT_VIEW)
def topics(request: SignedIn) -> HttpResponse:
    """专题."""
    page = KeysetPage(queries.visible_topics(request.user), order=("-id",), cursor=request.GET.get("page"))
    return render(request, f"{PAGES}/topics.html", {"page": page, "tabs": _tabs("topics")})


@require_GET
@requires(P.HOT_VIEW)
def topic(request: SignedIn, pk: int) -> HttpResponse:
    """One topic with the opinions that it rests on."""
    held = get_object_or_404(queries.visible_topics(request.user), pk=pk)
    matters, hidden, people = queries.topic_matters(held, request.user)
    events = Event.objects.filter(chain=held.chain).order_by("-seq")
    context = {"topic": held, "matters": matters, "hidden": hidden, "people": people, "events": events}
    return render(request, f"{PAGES}/topic.html", context)
