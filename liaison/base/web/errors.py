"""Error pages: what happened in kind words, and a way on. They need no database."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError
from liaison.base.web.htmx import wants_fragment

API = "/api/"
"""Where the addresses of programs begin."""
DESK = "/desk/"
"""Where the pages of those who work begin: their way on is not the residents'."""
VOICES: dict[str, Callable[[str, int, str], HttpResponse]] = {}
"""Beginnings of addresses whose refusals have a form of their own → what writes path, status and sentence in it."""
OUT_OF_SIGHT = _("这件事不在您的范围内，或者已经撤下；也请检查网址有没有输错。")


@dataclass(frozen=True)
class Explanation:
    """Words of an error page."""

    title: Any
    text: Any
    again: bool = False
    """Whether trying the same address once more can help."""


EXPLANATIONS = {
    400: Explanation(_("这个请求没有看懂"), _("链接可能不完整，或者内容被改动过。请回到上一页重新操作。")),
    403: Explanation(
        _("这里您不能进入"), _("这一页只对有权限的人员开放。如果您认为应当可以查看，请联系本单位管理员。")
    ),
    404: Explanation(_("没有找到这一页"), _("网址可能输错了，或者内容已经撤下。扫码进入的，请再扫一次。")),
    405: Explanation(_("这一步不能直接打开"), _("请回到上一页，用页面上的按钮操作。")),
    409: Explanation(_("情况刚刚有了变化"), _("别人刚刚处理了这件事，请刷新后再看。"), again=True),
    413: Explanation(
        _("上传的内容太大了"), _("请少选几张照片，或把照片改小后再提交。已经写下的文字，返回上一页还在。")
    ),
    422: Explanation(_("填写的内容有误"), _("请回到上一页，按提示改正后再提交。")),
    429: Explanation(_("操作太频繁了"), _("请稍等一会儿再试。已经提交成功的内容不会丢失。"), again=True),
    500: Explanation(_("系统出了点问题"), _("不是您的操作造成的，我们已经记录下来。请过几分钟再试。"), again=True),
    503: Explanation(
        _("系统正忙"), _("服务暂时不可用，请过几分钟再试。刚才没有提交成功的内容，请返回上一页重新提交。"), again=True
    ),
}


def error_page(
    request: HttpRequest, status: int, *, text: object = None, title: object = None, wait: int | None = None
) -> HttpResponse:
    """The page (for HTMX the alert, for programs JSON) of `status`; `wait` is in seconds and sets Retry-After."""
    words = EXPLANATIONS.get(status, EXPLANATIONS[400])
    usual = OUT_OF_SIGHT if status == 404 and request.path.startswith(DESK) else words.text
    response = _spoken(request, status, words, title=title or words.title, text=text or usual, wait=wait)
    response["X-Message"] = quote(str(text or usual))
    return say_when(response, wait)


def say_when(response: HttpResponse, seconds: int | None) -> HttpResponse:
    """The response with when to come back, where somebody can say it."""
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def _spoken(
    request: HttpRequest, status: int, words: Explanation, *, title: object, text: object, wait: int | None
) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"detail": str(text)}, status=status)
    if voice := next((one for begin, one in VOICES.items() if request.path.startswith(begin)), None):
        return voice(request.path, status, str(text))
    context = {
        "status": status,
        "title": title,
        "text": text,
        "again": words.again and request.method == "GET",
        "desk": request.path.startswith(DESK),
        "wait_minutes": -(-wait // 60) if wait else None,
    }
    template = "errors/_alert.html" if wants_fragment(request) else "errors/page.html"
    return render(request, template, context, status=status)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page for an expected failure that no form could show."""
    words = {"text": error.message, "title": _("这一步没有办成")}
    return error_page(request, error.status_code, wait=error.retry_after or None, **words)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: the upload is larger than allowed."""
    return error_page(request, 413)


def too_many(request: HttpRequest, seconds: int = 60) -> HttpResponse:
    """429: too many requests; says when to come back."""
    return error_page(request, 429, wait=seconds)


def unavailable(request: HttpRequest, seconds: int = 120) -> HttpResponse:
    """503: a part of the system cannot be reached (database, disk, broker)."""
    return error_page(request, 503, wait=seconds)


_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.ENOTDIR, errno.EMFILE, errno.ENFILE}


def is_outage(error: BaseException | None) -> bool:
    """Whether database or disk are gone, which is nobody's mistake and passes."""
    if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:  # the last: a broken file
        return True
    return isinstance(error, OSError) and error.errno in _DISK
