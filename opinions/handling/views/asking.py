"""Screens of what is asked of the committee and decided by it: more time, being let go, joint work."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import requires
from opinions.handling import services
from opinions.handling.forms import asking as forms
from opinions.handling.serving import serve


@requires(P.MATTER_REPLY)
def ask_extension(request: HttpRequest, code: str) -> HttpResponse:
    """申请延期."""
    return serve(
        request,
        code,
        "ask_extension",
        forms.AskExtensionForm,
        services.ask_extension,
        done=_("已提交申请，等交办单位决定。"),
    )


@requires(P.MATTER_ASSIGN)
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """延长时限."""
    return serve(request, code, "extend", forms.ExtendForm, services.extend, done=_("时限已延长，居民会收到通知。"))


@requires(P.MATTER_ASSIGN)
def refuse_extension(request: HttpRequest, code: str) -> HttpResponse:
    """不同意延期."""
    return serve(
        request,
        code,
        "refuse_extension",
        forms.RefuseExtensionForm,
        services.refuse_extension,
        done=_("已告知承办单位。"),
    )


@requires(P.MATTER_RETURN)
def object_(request: HttpRequest, code: str) -> HttpResponse:
    """申请退回."""
    return serve(request, code, "object", forms.ObjectForm, services.object_to, done=_("已提交申请，等人大工委决定。"))


@requires(P.MATTER_ASSIGN)
def consent_return(request: HttpRequest, code: str) -> HttpResponse:
    """同意退回."""
    return serve(
        request,
        code,
        "consent_return",
        forms.ConsentReturnForm,
        services.consent_return,
        done=_("已同意退回，请重新交办。"),
    )


@requires(P.MATTER_ASSIGN)
def refuse_return(request: HttpRequest, code: str) -> HttpResponse:
    """不同意退回."""
    return serve(
        request, code, "refuse_return", forms.RefuseReturnForm, services.refuse_return, done=_("已告知承办单位。")
    )


@requires(P.MATTER_ASSIGN)
def set_limit(request: HttpRequest, code: str) -> HttpResponse:
    """定协办期限."""
    return serve(
        request, code, "set_limit", forms.SetLimitForm, services.set_limit, done=_("期限已定，协办单位会收到通知。")
    )


@requires(P.MATTER_ASSIGN)
def add_co(request: HttpRequest, code: str) -> HttpResponse:
    """增加协办单位."""
    return serve(request, code, "add_co", forms.AddCoForm, services.add_co, done=_("已增加，协办单位会收到通知。"))


@requires(P.MATTER_ASSIGN)
def join_streets(request: HttpRequest, code: str) -> HttpResponse:
    """邀请街道联办."""
    return serve(request, code, "join_streets", forms.JoinStreetsForm, services.join_streets, done=_("已邀请。"))


@requires(P.MATTER_ASSIGN)
def settle(request: HttpRequest, code: str) -> HttpResponse:
    """马上办."""
    return serve(request, code, "settle", forms.SettleForm, services.settle, done=_("已登记，答复等负责人审签。"))
