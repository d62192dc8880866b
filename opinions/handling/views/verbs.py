"""A screen for every verb of people at work. Who may do what to which matter: `queries.verbs_for`."""

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
    return serve(request, code, "take", forms.TakeForm, services.take, done=_("已接单。"))


@requires(P.MATTER_DECLINE)
def decline(request: HttpRequest, code: str) -> HttpResponse:
    """不予受理."""
    return serve(
        request, code, "decline", forms.DeclineForm, services.decline, done=_("已告知居民不予受理和反映渠道。")
    )


@requires(P.MATTER_TRANSFER)
def transfer(request: HttpRequest, code: str) -> HttpResponse:
    """转交 to a street or a deputy."""
    return serve(request, code, "transfer", forms.TransferForm, services.transfer, done=_("已转交。"))


@requires(P.MATTER_ASK)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """请居民补充."""
    return serve(request, code, "ask", forms.AskForm, services.ask, done=_("已发给居民，等待补充。"))


@requires(P.MATTER_VIEW)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """A deputy's answer: open the card, 答复, 发送."""
    return serve(request, code, "answer", forms.AnswerForm, services.answer, done=_("答复已发给居民。"))


@requires(P.MATTER_ASSIGN)
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """交办."""
    return serve(request, code, "assign", forms.AssignForm, services.assign, done=_("已交办。"), undo="recall")


@requires(P.MATTER_ASSIGN)
def recall(request: HttpRequest, code: str) -> HttpResponse:
    """收回交办; the button 撤销 after assigning comes here with a ready reason."""
    form = forms.UndoForm if "undo" in request.GET else forms.RecallForm
    return serve(request, code, "recall", form, services.recall, done=_("已收回，可以重新交办。"))


@requires(P.MATTER_SIGN)
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """签收."""
    return serve(request, code, "sign", forms.SignForm, services.sign, done=_("已签收。"))


@requires(P.MATTER_RETURN)
def return_(request: HttpRequest, code: str) -> HttpResponse:
    """退回."""
    return serve(request, code, "return", forms.ReturnForm, services.return_assignment, done=_("已退回。"))


@requires(P.MATTER_APPROVE)
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """退回修改."""
    return serve(request, code, "send_back", forms.SendBackForm, services.send_back, done=_("已退回修改。"))


@requires(P.MATTER_REPLY)
def co_opinion(request: HttpRequest, code: str) -> HttpResponse:
    """协办意见."""
    return serve(
        request, code, "co_opinion", forms.CoOpinionForm, services.give_co_opinion, done=_("已提交给主办单位。")
    )


@requires(P.MATTER_REOPEN)
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """重启办理."""
    return serve(request, code, "reopen", forms.ReopenForm, services.reopen, done=_("已重启办理。"))
