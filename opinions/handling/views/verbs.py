"""A screen for every verb of people at work. Who may do what to which matter: `queries.verbs_for`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import requires
from opinions.handling import services
from opinions.handling.forms import verbs as forms
from opinions.handling.serving import serve


@requires(P.MATTER_VIEW)
def take(request: HttpRequest, code: str) -> HttpResponse:
    """接单, by the deputy, the paired helper, the street or the district."""
    return serve(request, code, "take", forms.TakeForm, lambda form, who: services.take(**who), done=_("已接单。"))


@requires(P.MATTER_DECLINE)
def decline(request: HttpRequest, code: str) -> HttpResponse:
    """不予受理."""

    def act(form: forms.DeclineForm, who: dict[str, Any]) -> None:
        data = form.cleaned_data
        services.decline(reason=data["reason"], text=data["text"], where=data["where"], **who)

    return serve(request, code, "decline", forms.DeclineForm, act, done=_("已告知居民不予受理和反映渠道。"))


@requires(P.MATTER_TRANSFER)
def transfer(request: HttpRequest, code: str) -> HttpResponse:
    """转交 to a street or a deputy."""

    def act(form: forms.TransferForm, who: dict[str, Any]) -> None:
        services.transfer(reason=form.cleaned_data["reason"], **form.receiver, **who)

    return serve(request, code, "transfer", forms.TransferForm, act, done=_("已转交。"))


@requires(P.MATTER_ASK)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """请居民补充."""

    def act(form: forms.AskForm, who: dict[str, Any]) -> None:
        services.ask(question=form.cleaned_data["question"], **who)

    return serve(request, code, "ask", forms.AskForm, act, done=_("已发给居民，等待补充。"))


@requires(P.MATTER_VIEW)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """A deputy's answer: open the card, 答复, 发送."""

    def act(form: forms.AnswerForm, who: dict[str, Any]) -> None:
        services.answer(text=form.cleaned_data["text"], reply_class=form.cleaned_data["reply_class"], **who)

    return serve(request, code, "answer", forms.AnswerForm, act, done=_("答复已发给居民。"))


@requires(P.MATTER_ASSIGN)
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """交办."""

    def act(form: forms.AssignForm, who: dict[str, Any]) -> None:
        data = form.cleaned_data
        services.assign(
            tier=data["tier"], note=data["note"], reason=data["reason"], co_limit=form.co_limit, **form.bodies, **who
        )

    return serve(request, code, "assign", forms.AssignForm, act, done=_("已交办。"), undo="recall")


@requires(P.MATTER_ASSIGN)
def recall(request: HttpRequest, code: str) -> HttpResponse:
    """收回交办; the button 撤销 after assigning comes here with a ready reason."""
    form = forms.UndoForm if "undo" in request.GET else forms.RecallForm

    def act(form: forms.RecallForm, who: dict[str, Any]) -> None:
        services.recall(reason=form.cleaned_data["reason"], **who)

    return serve(request, code, "recall", form, act, done=_("已收回，可以重新交办。"))


@requires(P.MATTER_SIGN)
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """签收."""

    def act(form: forms.SignForm, who: dict[str, Any]) -> None:
        services.sign(person=form.cleaned_data["person"], **who)

    return serve(request, code, "sign", forms.SignForm, act, done=_("已签收。"))


@requires(P.MATTER_RETURN)
def return_(request: HttpRequest, code: str) -> HttpResponse:
    """退回."""

    def act(form: forms.ReturnForm, who: dict[str, Any]) -> None:
        data = form.cleaned_data
        services.return_assignment(reason=data["reason"], text=data["text"], suggested=data["suggested"], **who)

    return serve(request, code, "return", forms.ReturnForm, act, done=_("已退回。"))


@requires(P.MATTER_APPROVE)
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """退回修改."""

    def act(form: forms.SendBackForm, who: dict[str, Any]) -> None:
        services.send_back(reason=form.cleaned_data["reason"], **who)

    return serve(request, code, "send_back", forms.SendBackForm, act, done=_("已退回修改。"))


@requires(P.MATTER_REPLY)
def co_opinion(request: HttpRequest, code: str) -> HttpResponse:
    """协办意见."""

    def act(form: forms.CoOpinionForm, who: dict[str, Any]) -> None:
        services.give_co_opinion(text=form.cleaned_data["text"], **who)

    return serve(request, code, "co_opinion", forms.CoOpinionForm, act, done=_("已提交给主办单位。"))


@requires(P.MATTER_REOPEN)
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """重启办理."""

    def act(form: forms.ReopenForm, who: dict[str, Any]) -> None:
        services.reopen(reason=form.cleaned_data["reason"], lead=form.cleaned_data["lead"], **who)

    return serve(request, code, "reopen", forms.ReopenForm, act, done=_("已重启办理。"))
