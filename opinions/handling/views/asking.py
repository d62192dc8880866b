"""Screens of what is asked of the committee and decided by it: more time, being let go, joint work."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import requires
from liaison.base.workdays.arithmetic import local_today
from opinions.handling import services
from opinions.handling.forms import asking as forms
from opinions.handling.forms.base import tier_of
from opinions.handling.serving import serve


@requires(P.MATTER_REPLY)
def ask_extension(request: HttpRequest, code: str) -> HttpResponse:
    """申请延期."""

    def act(form: forms.AskExtensionForm, who: dict[str, Any]) -> None:
        services.ask_extension(until=form.cleaned_data["until"], reason=form.cleaned_data["reason"], **who)

    return serve(request, code, "ask_extension", forms.AskExtensionForm, act, done=_("已提交申请，等交办单位决定。"))


@requires(P.MATTER_ASSIGN)
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """延长时限."""

    def act(form: forms.ExtendForm, who: dict[str, Any]) -> None:
        data = form.cleaned_data
        services.extend(days=data["days"], reason=data["reason"], body=data.get("body"), **who)

    return serve(request, code, "extend", forms.ExtendForm, act, done=_("时限已延长，居民会收到通知。"))


@requires(P.MATTER_ASSIGN)
def refuse_extension(request: HttpRequest, code: str) -> HttpResponse:
    """不同意延期."""

    def act(form: forms.RefuseExtensionForm, who: dict[str, Any]) -> None:
        services.refuse_extension(reason=form.cleaned_data["reason"], body=form.cleaned_data["body"], **who)

    return serve(request, code, "refuse_extension", forms.RefuseExtensionForm, act, done=_("已告知承办单位。"))


@requires(P.MATTER_RETURN)
def object_(request: HttpRequest, code: str) -> HttpResponse:
    """申请退回."""

    def act(form: forms.ObjectForm, who: dict[str, Any]) -> None:
        data = form.cleaned_data
        services.object_to(reason=data["reason"], text=data["text"], suggested=data["suggested"], **who)

    return serve(request, code, "object", forms.ObjectForm, act, done=_("已提交申请，等人大工委决定。"))


@requires(P.MATTER_ASSIGN)
def consent_return(request: HttpRequest, code: str) -> HttpResponse:
    """同意退回."""

    def act(form: forms.ConsentReturnForm, who: dict[str, Any]) -> None:
        services.consent_return(text=form.cleaned_data["text"], body=form.cleaned_data["body"], **who)

    return serve(request, code, "consent_return", forms.ConsentReturnForm, act, done=_("已同意退回，请重新交办。"))


@requires(P.MATTER_ASSIGN)
def refuse_return(request: HttpRequest, code: str) -> HttpResponse:
    """不同意退回."""

    def act(form: forms.RefuseReturnForm, who: dict[str, Any]) -> None:
        services.refuse_return(reason=form.cleaned_data["reason"], body=form.cleaned_data["body"], **who)

    return serve(request, code, "refuse_return", forms.RefuseReturnForm, act, done=_("已告知承办单位。"))


@requires(P.MATTER_ASSIGN)
def set_limit(request: HttpRequest, code: str) -> HttpResponse:
    """定协办期限."""

    def act(form: forms.SetLimitForm, who: dict[str, Any]) -> None:
        services.set_limit(body=form.cleaned_data["body"], days=form.cleaned_data["days"], **who)

    return serve(request, code, "set_limit", forms.SetLimitForm, act, done=_("期限已定，协办单位会收到通知。"))


@requires(P.MATTER_ASSIGN)
def join_streets(request: HttpRequest, code: str) -> HttpResponse:
    """邀请街道联办."""

    def act(form: forms.JoinStreetsForm, who: dict[str, Any]) -> None:
        services.join_streets(streets=form.cleaned_data["streets"], task=form.cleaned_data["task"], **who)

    return serve(request, code, "join_streets", forms.JoinStreetsForm, act, done=_("已邀请。"))


@requires(P.MATTER_ASSIGN)
def settle(request: HttpRequest, code: str) -> HttpResponse:
    """马上办."""

    def act(form: forms.SettleForm, who: dict[str, Any]) -> None:
        lead, content = form.cleaned_data["lead"], form.content(local_today(who["now"]))
        services.settle(tier=tier_of(lead), lead=lead, person=form.cleaned_data["person"], content=content, **who)

    return serve(request, code, "settle", forms.SettleForm, act, done=_("已登记，答复等负责人审签。"))
