"""转建议 and 形成建议: drafts, the opinions in them, and what came of them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.audit.models import Event
from liaison.base.errors import NotAllowed
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage, capped_count
from liaison.base.web.toasts import toast
from opinions.handling.queries import why_not
from opinions.matters.models import Matter
from opinions.proposals import services
from opinions.proposals.access import may_edit, may_found
from opinions.proposals.forms.drafts import (
    ComposeForm,
    EditForm,
    FilterForm,
    LinkForm,
    RaiseForm,
    ResultForm,
    UnlinkForm,
    title_from,
)
from opinions.proposals.history import told
from opinions.proposals.models import Proposal
from opinions.proposals.queries import (
    RAISABLE,
    can_be_linked,
    count_linked,
    filtered,
    first_words,
    links_of,
    possible_leads,
    visible_notes,
    visible_proposals,
)
from opinions.proposals.states import ProposalStatus

RELATED = ("deputy", "street", "district", "category", "opinion")
MOST_CODES = 200


def found(request: SignedIn, proposal_id: int) -> Proposal:
    """The proposal, if it is in the user's scope; else 404."""
    rows = visible_proposals(request.user).select_related("project__matter", "project__body")
    return get_object_or_404(rows, pk=proposal_id)


def place(proposal: Proposal) -> str:
    return reverse("proposals:proposal", args=[proposal.pk])


def screen(request: HttpRequest, name: str, form: Any, **context: Any) -> HttpResponse:
    """A form as a page, or as a dialog's content."""
    pages = f"opinions/proposals/{name}.html", f"opinions/proposals/_{name}.html"
    return render_page(request, *pages, {"form": form, **context}, status=422 if form.is_bound else 200)


@requires(P.MATTER_VIEW)
def raise_(request: SignedIn, code: str) -> HttpResponse:
    """Draft a proposal. Deputies, helpers and committees; `verbs_for` says when."""
    user = request.user
    rows = Matter.objects.visible_to(user).select_related(*RELATED)
    matter, now = get_object_or_404(rows, code=code), timezone.now()
    form = RaiseForm(*posted(request), matter=matter)
    why = why_not(user, matter, "raise", now=now)
    if why is not None and not form.is_bound:
        raise why
    if form.is_bound and form.is_valid():
        attempt(form, services.raise_to_proposal, matter=matter, by=user, now=now, **form.cleaned_data)
        if form.is_valid():
            toast(request, _("已转为代表建议草稿。这还不是办理结果，请继续跟踪并反馈。"))
            return go(request, reverse("desk:matter", args=[matter.code]))
    return screen(request, "raise", form, matter=matter)


@require_GET
@requires(P.PROPOSAL_VIEW)
def listing(request: SignedIn) -> HttpResponse:
    """Drafts and proposals with results, the newest first."""
    form = FilterForm(request.GET, user=request.user)
    rows = filtered(visible_proposals(request.user), form.chosen)
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    count_linked(page.items)
    context = {"page": page, "form": form, "found": capped_count(rows) if form.chosen else None}
    return render(request, "opinions/proposals/list.html", {**context, "may_note": can(request.user, P.RESEARCH_EDIT)})


@requires(P.MATTER_RAISE)
def compose(request: SignedIn) -> HttpResponse:
    """形成建议 from the opinions and the research named in the address (`matter`, `note`)."""
    user, now = request.user, timezone.now()
    notes = list(visible_notes(user).filter(pk__in=_numbers(request, "note")).prefetch_related("matters"))
    held = _held(request, notes)
    if not held:
        raise Http404
    form = ComposeForm(*posted(request), held=held, initial=_first(held, notes))
    if form.is_bound and form.is_valid():
        made = attempt(form, services.draft_proposal, notes=notes, by=user, now=now, **form.cleaned_data)
        if made is not None:
            toast(request, _("建议草稿已建立。这还不是办理结果，请继续跟踪并反馈。"))
            return go(request, place(made))
    return screen(request, "compose", form, notes=notes)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [int(one) for one in request.GET.getlist(name)[:50] if one.isascii() and one.isdigit() and len(one) < 19]


def _held(request: SignedIn, notes: list[Any]) -> list[Matter]:
    """The opinions asked for and those of the notes, as far as they can be raised by the user."""
    keys = [matter.pk for note in notes for matter in note.matters.all()]
    asked = can_be_linked(request.user).filter(code__in=request.GET.getlist("matter")[:MOST_CODES])
    rows = asked | can_be_linked(request.user).filter(pk__in=keys)
    return list(rows.select_related(*RELATED).prefetch_related("reporters").order_by("id")[:MOST_CODES])


def _first(held: list[Matter], notes: list[Any]) -> dict[str, Any]:
    """What stands ready in the form."""
    titles = {"title": title_from(notes[0].title)} if notes else {}
    return {**first_words(held, notes), **titles}


@require_GET
@requires(P.MATTER_VIEW)
def proposal(request: SignedIn, proposal_id: int) -> HttpResponse:
    """A draft with its opinions (as far as they are in the user's scope), its research and its history."""
    held = found(request, proposal_id)
    links, taken_out, elsewhere = links_of(held, request.user)
    count_linked([held])
    notes = visible_notes(request.user).filter(proposal=held)
    context = {
        "proposal": held, "links": links, "taken_out": taken_out, "elsewhere": elsewhere, "notes": notes,
        "may": _may(request, held), "may_found": may_found(request.user, held),
        "events": told(Event.objects.filter(chain=held.chain).order_by("-seq")[:100]),
    }  # fmt: skip
    return render(request, "opinions/proposals/proposal.html", context)


def _may(request: SignedIn, held: Proposal) -> bool:
    """Whether the user may still write at it."""
    return held.status == ProposalStatus.DRAFT and may_edit(request.user, held)


def _mine(request: SignedIn, proposal_id: int) -> Proposal:
    """The proposal, for somebody who may write at it. Raises NotAllowed."""
    held = found(request, proposal_id)
    if not may_edit(request.user, held):
        raise NotAllowed
    return held


@requires(P.PROPOSAL_VIEW)
def edit(request: SignedIn, proposal_id: int) -> HttpResponse:
    """Change the words and the lead of a draft."""
    held = _mine(request, proposal_id)
    linked = Matter.objects.filter(proposal_links__proposal=held).select_related("district").first()
    leads = possible_leads(linked) if linked else []
    form = EditForm(*posted(request), proposal=held, leads=leads)
    if form.is_bound and form.is_valid():
        data = {"proposal": held, "by": request.user, "now": timezone.now()}
        attempt(form, services.edit_proposal, **data, **form.cleaned_data)
        if form.is_valid():
            toast(request, _("草稿已保存。"))
            return go(request, place(held))
    return screen(request, "edit", form, proposal=held)


@requires(P.PROPOSAL_VIEW)
def link(request: SignedIn, proposal_id: int) -> HttpResponse:
    """One more opinion for a draft."""
    held, user = _mine(request, proposal_id), request.user
    form = LinkForm(*posted(request), user=user, proposal=held)
    if form.is_bound and form.is_valid():
        data = {"matter": form.cleaned_data["found"], "reason": form.cleaned_data["reason"]}
        attempt(form, services.link_matter, proposal=held, by=user, now=timezone.now(), **data)
        if form.is_valid():
            toast(request, _("已关联，居民会收到通知。"))
            return go(request, place(held))
    return screen(request, "link", form, proposal=held)


@requires(P.MATTER_VIEW)
def unlink(request: SignedIn, code: str) -> HttpResponse:
    """Take an opinion out of a draft."""
    user = request.user
    rows = Matter.objects.visible_to(user).select_related(*RELATED, "holder", "holder_deputy")
    matter = get_object_or_404(rows, code=code)
    drafts = visible_proposals(user).filter(links__matter=matter, links__unlinked_at=None, status=ProposalStatus.DRAFT)
    form = UnlinkForm(*posted(request), proposals=list(drafts), chosen=request.GET.get("proposal", ""))
    why = why_not(user, matter, "unlink", now=timezone.now())
    if why is not None and (not form.is_bound or matter.status not in RAISABLE):
        raise why
    if form.is_bound and form.is_valid():
        attempt(form, services.unlink_matter, matter=matter, by=user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            toast(request, _("已移出。"))
            return go(request, reverse("desk:matter", args=[matter.code]))
    return screen(request, "unlink", form, matter=matter)


@requires(P.PROPOSAL_VIEW)
def answer(request: SignedIn, proposal_id: int) -> HttpResponse:
    """登记结果: one answer for all opinions of the proposal."""
    held = _mine(request, proposal_id)
    form = ResultForm(*posted(request))
    if form.is_bound and form.is_valid():
        data = {"proposal": held, "by": request.user, "now": timezone.now()}
        replies = attempt(form, services.answer_proposal, content=form.content, **data)
        if replies is not None:
            n = len(replies)
            told_to = ngettext("结果已告诉 %(n)d 件意见的反映人。", "结果已告诉 %(n)d 件意见的反映人。", n)
            toast(request, told_to % {"n": n})
            return go(request, place(held))
    count_linked([held])
    return screen(request, "answer", form, proposal=held)
