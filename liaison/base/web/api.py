"""What every interface for programs shares."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

from liaison.base.errors import DomainError
from liaison.base.web.errors import is_outage

RETRY_AFTER = 120
"""Seconds after which a program may ask again when database or disk are gone."""


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """A DomainError as JSON with its sentence and field, an outage as 503; all else as the framework does it."""
    if is_outage(error):
        detail = _("系统正忙，请过几分钟再试。")
        return Response({"detail": detail}, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    if not isinstance(error, DomainError):
        return exception_handler(error, context)
    body: dict[str, Any] = {"detail": str(error.message)}
    if error.field:
        body["fields"] = {error.field: [str(error.message)]}
    return Response(body, status=error.status_code)


class PlainJSONParser(JSONParser):
    """JSON of sensible depth: brackets nested past what the interpreter follows are bad input, not our fault."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("JSON 的层次太多。")) from error
