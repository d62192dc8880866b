"""The screen on which the addressee answers a letter."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.services import prepared_files
from liaison.base.web.forms import posted
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from supervision.orders import services
from supervision.orders.forms import AnswerForm
from supervision.orders.models import Letter, LetterAnswer
from supervision.orders.queries import verbs_for
from supervision.orders.states import AnswerStatus
from supervision.orders.views.common import PAGES
from supervision.orders.views.letters import letter_or_404, place


@requires(P.ORDER_VIEW)
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """回复: save, and with `next` send it on or sign it in the same breath."""
    letter = letter_or_404(request, pk)
    held = LetterAnswer.objects.filter(letter=letter, round=letter.round).exclude(status=AnswerStatus.SIGNED).first()
    verbs = verbs_for(request.user, letter, held)
    if "save_answer" not in verbs:
        raise NotAllowed
    form = AnswerForm(*posted(request), demands=list(letter.demands.all()), answer=held)
    if form.is_bound and form.is_valid() and _saved(request, letter, form):
        return go(request, place(letter))
    signs = "sign_answer" in verbs_for(request.user, letter, held or LetterAnswer(letter=letter))
    context = {"letter": letter, "form": form, "signs": signs, "answers": letter.answers.exclude(refused="")}
    return render(request, f"{PAGES}/answer.html", context, status=422 if form.is_bound else 200)


def _saved(request: SignedIn, letter: Letter, form: Any) -> bool:
    """Save, then the chosen step; a refusal stands in the form."""
    now = timezone.now()
    who: dict[str, Any] = {"by": request.user, "now": now}
    then = request.POST.get("next", "")
    try:
        with prepared_files(form.cleaned_data["attachments"], **who) as files:
            services.give_answer(letter=letter, data=form.answer_data, then=then, files=files, **who)
    except NotAllowed:
        raise
    except DomainError as error:
        field = error.field.replace("due_on", "day")
        form.add_error(field if field in form.fields else None, str(error.message))
        return False
    done = {"sign": _("回复已签发。"), "submit": _("已送负责人签发。")}
    toast(request, done.get(then, _("草稿已保存。")))
    return True
