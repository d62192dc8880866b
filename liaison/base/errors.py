"""Expected failures. Each carries a sentence that may be shown to the user as it is."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal that the user can understand; `field` names the form field it belongs to, if any.

    `retry_after` is in seconds; 0 where nobody can say when it will be otherwise.
    """

    message: Any = _("这一步现在不能做。")
    status_code = 409
    retry_after = 0

    def __init__(self, message: object = None, *, field: str = "") -> None:
        self.message = message or type(self).message
        self.field = field
        super().__init__(str(self.message))


class StaleState(DomainError):
    """The record has moved on since the user's screen was made."""

    message = _("别人刚刚处理了这件事，请刷新后再看。")


class NotAllowed(DomainError):
    """The user's role or organisation does not permit the act."""

    message = _("您没有办理这一步的权限。")
    status_code = 403


class InvalidInput(DomainError):
    """A value that cannot be accepted."""

    message = _("填写的内容有误，请检查。")
    status_code = 400
