"""Screens of letters: the list, one letter with what can be done, its documents, drafting, and its steps."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.audit.models import Event
from liaison.base.audit.verbs import verb_words
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.web import parts
from liaison.base.web.forms import posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.steps import tap
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from supervision.orders import services
from supervision.orders.access import acting_for, issues
from supervision.orders.forms import LetterFilterForm, LetterForm, RefuseForm, WhyForm
from supervision.orders.models import Letter, LetterAnswer, LetterMatter
from supervision.orders.queries import (
    chosen_matters,
    document_of,
    filtered,
    letter_page,
    letters,
    light_up,
    limit_of,
    moved_limit,
    templates_for,
    to_decide,
    verbs_for,
    writes_for,
)
from supervision.orders.states import AnswerStatus
from supervision.orders.views.common import MAKERS, PAGES, paper_of, serve

ON_DESK = 5
"""Letters that stand on the desk itself."""


def letter_or_404(request: SignedIn, pk: int) -> Letter:
    """The letter if the user may read it."""
    rows = letters(request.user).select_related("issuer", "addressee", "drafted_by", "signed_by")
    return light_up(get_object_or_404(rows, pk=pk), local_today(timezone.now()))


def place(letter: Letter) -> str:
    """The page of a letter."""
    return reverse("orders:letter", args=[letter.pk])


@require_GET
@requires(P.ORDER_VIEW)
def index(request: SignedIn) -> HttpResponse:
    """督办函: those that the user may read, newest first."""
    form = LetterFilterForm(request.GET, user=request.user)
    today = local_today(timezone.now())
    rows = filtered(letters(request.user), form.chosen, request.user, today)
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    for one in page.items:
        light_up(one, today)
    narrowed = any(form.chosen.values())
    context = {"page": page, "form": form, "narrowed": narrowed, "may_draft": can(request.user, P.ORDER_DRAFT)}
    return render_page(request, f"{PAGES}/letters.html", f"{PAGES}/_letters.html", context)


@require_GET
@requires(P.ORDER_DRAFT)
def waiting(request: SignedIn) -> HttpResponse:
    """Letters to sign, and answers to judge, pulled by the desk. Empty when nothing waits."""
    rows = list(Letter.objects.filter(to_decide(request.user)).select_related("addressee")[: ON_DESK + 1])
    context = {"waiting": rows[:ON_DESK], "more": rows[ON_DESK:]}
    return render_page(request, f"{PAGES}/waiting.html", f"{PAGES}/_waiting.html", context)


@require_GET
@requires(P.ORDER_VIEW)
def letter(request: SignedIn, pk: int) -> HttpResponse:
    """One letter: what it says, the matters, the answers, and what the user can do now."""
    found = letter_or_404(request, pk)
    page, paper = letter_page(request.user, found), document_of(found)
    _show_files(found, page.answers)
    answer = next((one for one in page.answers if one.status != AnswerStatus.SIGNED), None)
    steps = [(verb, STEPS[verb]) for verb in verbs_for(request.user, found, answer)]
    context = {
        "letter": found, "page": page, "steps": steps, "answer": answer, "events": _events(found), "paper": paper,
        "moved_to": moved_limit(paper, limit_of(found)), "by_link": found.number and writes_for(request.user, found),
    }  # fmt: skip
    return render(request, f"{PAGES}/letter.html", context)


def _events(letter: Letter) -> list[parts.Event]:
    """The letter's history; what was written of an answer before it was signed is the addressee's own."""
    rows = Event.objects.filter(chain=letter.chain).exclude(verb__in=INSIDE).order_by("seq")
    return [parts.Event(one.at, verb_words(one.verb), by=one.actor, text=one.reason) for one in rows]


INSIDE = ("draft_answer", "edit_answer", "submit_answer", "return_answer", "sign_answer")


@require_GET
@requires(P.ORDER_VIEW)
def document(request: SignedIn, pk: int, form: str) -> HttpResponse:
    """The letter as PDF or DOCX; before it is issued a draft of it."""
    if form not in MAKERS:
        raise Http404
    return paper_of(letter_or_404(request, pk), form)


@require_GET
@requires(P.ORDER_VIEW)
def attachment(request: SignedIn, pk: int, file_id: UUID) -> HttpResponseBase:
    """A photo or document of an answer that the user may read."""
    page = letter_page(request.user, letter_or_404(request, pk))
    held = next((one for answer in page.answers for one in answer.files.all() if one.pk == file_id), None)
    if held is None:
        raise Http404
    return file_response(request, held, thumbnail="thumb" in request.GET)


def _show_files(letter: Letter, answers: Sequence[LetterAnswer]) -> None:
    for answer in answers:
        answer.thumbs = [  # type: ignore[attr-defined]
            parts.Thumb.of(one, reverse("orders:attachment", args=[letter.pk, one.pk])) for one in answer.files.all()
        ]


@requires(P.ORDER_DRAFT)
def draft(request: SignedIn) -> HttpResponse:
    """起草督办函 about the matters that were ticked, in the words of a template."""
    given = request.POST if request.method == "POST" else request.GET
    keys = given.getlist("ids") or given.getlist("matters")
    matters = chosen_matters(request.user, keys)
    held = templates_for(acting_for(request.user))
    number = given.get("template", "0")
    template = held[int(number)] if number.isascii() and number.isdigit() and int(number) < len(held) else None
    form = LetterForm(posted(request)[0], user=request.user, matters=matters, template=template)
    context = {"templates": held, "matters": matters, "chosen": number}
    return _write(request, form, services.draft_letter, said=_("草稿已保存。"), context=context)


@requires(P.ORDER_DRAFT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """修改 a draft."""
    found = letter_or_404(request, pk)
    if not issues(request.user, found):
        raise NotAllowed
    held = LetterMatter.objects.filter(letter=found).values_list("matter", flat=True)
    matters = chosen_matters(request.user, [str(key) for key in held])
    form = LetterForm(posted(request)[0], user=request.user, matters=matters, letter=found)
    context = {"letter": found, "matters": matters}
    return _write(request, form, services.edit_letter, said=_("已保存。"), context=context, letter=found)


def _write(
    request: SignedIn, form: LetterForm, service: Callable[..., Letter], *, said: Any, context: dict[str, Any],
    **given: Any,
) -> HttpResponse:  # fmt: skip
    if form.is_bound and form.is_valid():
        try:
            made = service(data=form.letter_data, by=request.user, now=timezone.now(), **given)
            toast(request, said)
            return go(request, place(made))
        except NotAllowed:
            raise
        except DomainError as error:
            at = "demand0" if error.field == "demands" else error.field
            form.add_error(at if at in form.fields else None, str(error.message))
    status = 422 if form.is_bound else 200
    return render(request, f"{PAGES}/draft.html", {**context, "form": form}, status=status)


class Step:
    """A button of a letter: its words, where it leads, and what is said when it is done."""

    def __init__(self, label: Any, said: Any, service: Callable[..., Any], form: type[WhyForm] | None = None) -> None:
        self.label, self.said, self.service, self.form = label, said, service, form


STEPS: dict[str, Step] = {
    "submit_letter": Step(_("送签"), _("已送签。"), services.submit_letter),
    "issue_letter": Step(_("签发"), _("已签发并编号，时限开始计算。"), services.issue_letter),
    "return_letter": Step(_("退回修改"), _("已退回修改。"), services.return_letter, WhyForm),
    "void_letter": Step(_("作废"), _("已作废。"), services.void_letter, WhyForm),
    "withdraw_letter": Step(_("收回"), _("已收回。"), services.withdraw_letter, WhyForm),
    "accept_letter": Step(_("认可回复"), _("已认可。"), services.accept_letter),
    "refuse_letter": Step(_("不认可"), _("已退回，新的时限开始计算。"), services.refuse_letter, RefuseForm),
    "submit_answer": Step(_("送负责人签发"), _("已送负责人签发。"), services.submit_answer),
    "return_answer": Step(_("退回经办人"), _("已退回经办人。"), services.return_answer, WhyForm),
    "sign_answer": Step(_("签发回复"), _("回复已签发。"), services.sign_answer),
    "save_answer": Step(_("写回复"), "", services.save_answer),
    "edit_letter": Step(_("修改"), "", services.edit_letter),
}
"""By verb; the last two have pages of their own."""


@require_POST
@requires(P.ORDER_VIEW)
def act(request: SignedIn, pk: int, verb: str) -> HttpResponse:
    """A step of a letter by one tap."""
    step = STEPS.get(verb)
    if step is None or step.form is not None or not step.said:
        raise Http404
    found = letter_or_404(request, pk)
    return tap(request, partial(step.service, letter=found), said=step.said, place=place(found))


@requires(P.ORDER_VIEW)
def why(request: SignedIn, pk: int, verb: str) -> HttpResponse:
    """A step of a letter that wants a reason."""
    step = STEPS.get(verb)
    if step is None or step.form is None:
        raise Http404
    found = letter_or_404(request, pk)
    form = step.form(posted(request)[0])
    words = {"label": step.label, "said": step.said, "back": place(found), "title": found.title}
    return serve(request, form, step.service, **words, letter=found)
