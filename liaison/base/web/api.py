"""What every interface for programs shares."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse
from rest_framework import decorators, exceptions, serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

from liaison.base.errors import DomainError
from liaison.base.web.errors import is_outage

RETRY_AFTER = 120
"""Seconds after which a program may ask again when database or disk are gone."""
SENTENCES: dict[type[Exception], Any] = {
    exceptions.ParseError: gettext_lazy("请求的内容读不懂：不是正确的 JSON 或表单。"),
    exceptions.UnsupportedMediaType: gettext_lazy("不接受这种格式的请求，请用 JSON 或表单（multipart/form-data）。"),
    exceptions.MethodNotAllowed: gettext_lazy("这个地址不接受这种请求方法，可用的方法见 Allow。"),
    exceptions.NotAcceptable: gettext_lazy("只能用 JSON 回答，请把 Accept 改为 application/json。"),
    exceptions.NotAuthenticated: gettext_lazy("请先登录。"),
    exceptions.AuthenticationFailed: gettext_lazy("登录信息不对，请重新登录。"),
    exceptions.PermissionDenied: gettext_lazy("您没有权限做这一步。"),
    PermissionDenied: gettext_lazy("您没有权限做这一步。"),
    exceptions.NotFound: gettext_lazy("没有这个地址。"),
    Http404: gettext_lazy("没有这个地址。"),
}
"""What the framework refuses by itself, in our words. Its own sentences name exceptions in English."""

REFUSAL = OpenApiResponse(
    {
        "type": "object",
        "properties": {"detail": {"type": "string"}, "fields": {"type": "object"}},
        "required": ["detail"],
    },
    "why it was not taken: a sentence, and sentences by field",
)


class BadFields(DomainError):
    """Fields that cannot be read, each with its sentences."""

    message = gettext_lazy("请求的内容不对。")
    status_code = 400

    def __init__(self, fields: Any) -> None:
        super().__init__()
        self.fields = fields


class TooDeep(ParseError):
    """Brackets nested past what anybody means."""

    default_detail = gettext_lazy("JSON 的层次太多。")


class NoObject(ParseError):
    """A list, a number or null where fields are expected."""

    default_detail = gettext_lazy("请求的内容应当是一个 JSON 对象，写在 { } 里。")


def api_view(methods: Sequence[str]) -> Callable[[Callable[..., Response]], Any]:
    """The framework's decorator, but with the methods in their order.

    It keeps them in a set, whose order changes from process to process, and the header Allow with it.
    """

    def decorate(view: Callable[..., Response]) -> Any:
        served = decorators.api_view(list(methods))(view)
        served.cls.http_method_names = [*(one.lower() for one in methods), "options"]
        return served

    return decorate


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """A DomainError as JSON with its sentence and field, an outage as 503, what the framework refuses in our words."""
    if is_outage(error):
        detail = _("系统正忙，请过几分钟再试。")
        return Response({"detail": detail}, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    if not isinstance(error, DomainError):
        return _refused(error, context)
    body: dict[str, Any] = {"detail": str(error.message)}
    if isinstance(error, BadFields):
        body["fields"] = error.fields
    elif error.field:
        body["fields"] = {error.field: [str(error.message)]}
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return Response(body, status=error.status_code, headers=headers)


def _refused(error: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's answer, with our sentence in place of its own."""
    answer = exception_handler(error, context)
    if answer is not None and type(error) in SENTENCES:
        answer.data = {"detail": str(SENTENCES[type(error)])}
    return answer


class PlainJSONParser(JSONParser):
    """An object in JSON, of sensible depth: brackets nested past what the interpreter follows are no fault of ours."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise TooDeep from error
        if not isinstance(found, dict):
            raise NoObject
        return found


class TextField(serializers.CharField):
    """Text that a database can keep: no zero bytes, no halves of surrogate pairs, which JSON can carry."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise serializers.ValidationError(_("内容里有不能保存的字符。"))
        return text


class MomentField(serializers.DateTimeField):
    """A moment; one that no zone can be put to, at either end of the calendar, is bad input."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment: datetime = super().to_internal_value(value)
            moment.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")
        return moment


def read_fields(form: type[serializers.Serializer[Any]], sent: Any) -> Any:
    """The checked fields of what a program sent. Raises BadFields with the sentences of all bad ones."""
    read = form(data=sent)
    if not read.is_valid():
        raise BadFields(read.errors)
    return read.validated_data
