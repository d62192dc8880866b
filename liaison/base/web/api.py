"""What every interface for programs shares."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from liaison.base.errors import DomainError


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """A DomainError as JSON with its sentence and field; everything else as the framework does it."""
    if not isinstance(error, DomainError):
        return exception_handler(error, context)
    body: dict[str, Any] = {"detail": str(error.message)}
    if error.field:
        body["fields"] = {error.field: [str(error.message)]}
    return Response(body, status=error.status_code)
